import { toApiError } from "../../base/errors/index.ts";
import type { JsonValue } from "../../base/lib/json.ts";
import type { OperationModel } from "../../contract/model/index.ts";
import type { Call, Engine, Outcome, Success } from "../engine/index.ts";

/**
 * A change of a row that can only be worked out from the row as it is: takes it in wire form, returns the fields that
 * change, whole; null takes a field away.
 */
export type Edit = (current: JsonValue) => unknown;

/** An edit and the call that it stands for. */
export interface EditRequest {
  /** The patch operation, still without input. */
  readonly call: Call;
  readonly plan: { readonly operation: OperationModel; readonly readRow: string | undefined };
  readonly edit: Edit;
}

/** Tries of an edit without If-Match; each one that fails has lost to somebody else's change. */
const MAX_TRIES = 5;

/**
 * Carries out an edit: reads the row as the caller sees it, works out what changes, and patches the version that was
 * read. All rules stay with the two operations called: who may read, who may write, what is valid. Without If-Match a
 * change in between starts it over.
 */
export async function executeEdit(
  engine: Pick<Engine, "execute">,
  { call, plan, edit }: EditRequest,
): Promise<Outcome> {
  const { id, credentials, signal, precondition } = call;
  const startedAt = performance.now();
  const wanted = precondition?.ifMatch;
  const bound = wanted !== undefined && wanted !== "*";
  // The version that is read here must not stand in for the one that the caller has to name.
  if (wanted === undefined && plan.operation.preconditionRequired)
    return engine.execute({ ...call, input: {} });
  for (let tries = 1; ; tries++) {
    const meta = { ...call.meta, ...timeLeft(call, startedAt) };
    const current = await engine.execute({
      operation: plan.readRow ?? "",
      meta,
      ...(id === undefined ? {} : { id }),
      ...(credentials === undefined ? {} : { credentials }),
      ...(signal === undefined ? {} : { signal }),
    });
    if (!current.ok) return orRefused(engine, call, current);
    const input = tryEdit(edit, current);
    if (isFailure(input)) return orRefused(engine, call, input);
    const { version } = current;
    // A version that the caller did not ask for is left to the engine to refuse.
    const usable = version !== undefined && (!bound || wanted.includes(version));
    const ifMatch = usable ? [version] : wanted;
    const outcome = await engine.execute({
      ...call,
      meta,
      input: input.changes,
      ...(ifMatch === undefined ? {} : { precondition: { ifMatch } }),
    });
    if (outcome.ok) return outcome;
    const { code } = outcome.error;
    if (code === "invalid_input") return orRefused(engine, call, outcome);
    const late = performance.now() - startedAt > plan.operation.deadlineMs;
    if (code !== "precondition_failed" || bound || late || tries === MAX_TRIES) return outcome;
  }
}

type Refused = Extract<Outcome, { readonly ok: false }>;

/**
 * Asks the engine before an edit is refused: whether the caller may patch at all, and whether the request is a repeated
 * one, which may no longer fit the row that it has itself changed, and whose stored answer counts. An empty patch of no
 * version gets that answer or that refusal, and can do nothing else.
 */
async function orRefused(engine: Pick<Engine, "execute">, call: Call, refused: Refused): Promise<Outcome> {
  if (refused.error.status >= 500) return refused;
  const asked = await engine.execute({ ...call, input: {}, precondition: { ifMatch: [] } });
  return asked.replayed || (!asked.ok && asked.error.code !== "precondition_failed") ? asked : refused;
}

function tryEdit(edit: Edit, current: Success): { readonly changes: unknown } | Refused {
  try {
    return { changes: edit(current.value ?? null) };
  } catch (error) {
    return { ok: false, error: toApiError(error), replayed: false };
  }
}

function isFailure(result: { readonly changes: unknown } | Refused): result is Refused {
  return "ok" in result;
}

function timeLeft({ meta }: Call, startedAt: number): { readonly timeoutMs?: number } {
  if (meta.timeoutMs === undefined) return {};
  return { timeoutMs: Math.max(Math.ceil(meta.timeoutMs - (performance.now() - startedAt)), 1) };
}
