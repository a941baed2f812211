import { type Mistake, UsageError } from "../../base/errors/index.ts";
import type { JsonValue } from "../../base/lib/index.ts";

/** What the work of a step is given. */
export interface StepContext {
  /** For the other side: the same whenever this step of this command is tried, so that what was done is not done twice. */
  readonly idempotencyKey: string;
  /** Aborted at the step's timeout, at the command's deadline, or when the caller has gone. */
  readonly signal: AbortSignal;
  /** From 1 on, within this run of the command. */
  readonly attempt: number;
}

/** How a step is done. */
export interface StepOptions {
  /** Milliseconds for one try. Default 10,000. */
  readonly timeoutMs?: number;
  /** Further tries after a failure that another try may mend, with pauses between them. Default 0. */
  readonly retries?: number;
}

// biome-ignore lint/suspicious/noConfusingVoidType: work that returns nothing is a function of type void
type Storable = JsonValue | void;

/** The function `step` of a command's handler. */
export type StepFunction = <T extends Storable>(
  name: string,
  work: (context: StepContext) => Promise<T> | T,
  options?: StepOptions,
) => Promise<T>;

/** A step that is to be done. */
export interface PlannedStep {
  readonly name: string;
  readonly work: (context: StepContext) => unknown;
  readonly timeoutMs: number;
  readonly retries: number;
}

/** As long as a call has by default: a step that takes longer is noticed. */
const DEFAULT_TIMEOUT_MS = 10_000;
/** Part of a primary key. */
const MAX_NAME_LENGTH = 200;

/** Checks what a handler hands to `step`; throws UsageError with all mistakes. */
export function planStep(place: string, name: string, work: unknown, options: StepOptions = {}): PlannedStep {
  const mistakes: Mistake[] = [];
  const wrong = (expected: string, found: unknown, fix: string) =>
    mistakes.push({ place, expected, found: String(found), fix });
  if (
    typeof name !== "string" ||
    name === "" ||
    name.length > MAX_NAME_LENGTH ||
    !name.isWellFormed() ||
    name.includes("\0")
  ) {
    wrong(
      `a name of 1 to ${MAX_NAME_LENGTH} characters`,
      typeof name === "string" ? JSON.stringify(name.slice(0, 32)) : typeof name,
      "name what the step does",
    );
  }
  const { timeoutMs = DEFAULT_TIMEOUT_MS, retries = 0, ...unknown } = options;
  for (const option of Object.keys(unknown))
    wrong("one of timeoutMs, retries", option, "correct the option's name");
  if (!isWhole(timeoutMs, 1, 3_600_000)) {
    wrong("timeoutMs from 1 to 3,600,000", timeoutMs, "choose one within that range");
  }
  if (!isWhole(retries, 0, 100)) wrong("retries from 0 to 100", retries, "choose one within that range");
  if (!isWork(work)) wrong("a function that does the work", typeof work, "write step(name, async () => …)");
  if (mistakes.length > 0 || !isWork(work)) throw new UsageError(mistakes);
  return { name, work, timeoutMs, retries };
}

function isWork(work: unknown): work is PlannedStep["work"] {
  return typeof work === "function";
}

function isWhole(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
