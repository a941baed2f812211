import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { UsageError } from "../../../base/errors/index.ts";
import { compile } from "../../../contract/model/index.ts";
import { loadPlan } from "./load-plan.ts";
import { createRandom } from "./random.ts";
import { type CrashReport, MAX_FINDINGS, summarize } from "./report.ts";
import { type RoundResult, runRound } from "./round.ts";
import { createScratch } from "./scratch.ts";
import { Sweep } from "./sweep.ts";

/** Options of {@link runCrashTest}. */
export interface CrashTestOptions {
  /** Module that exports a crash plan by default; a path or `new URL("./crash.ts", import.meta.url)`. */
  readonly plan: string | URL;
  /** How many processes to kill. Default 50. */
  readonly kills?: number;
  /** Any text or number. Default: a random one, which the report names. */
  readonly seed?: string | number;
  /**
   * `postgres://…` URL of a server on which databases may be created; the one it names is not touched. Default: the
   * embedded database, in temporary folders.
   */
  readonly databaseUrl?: string;
  /** Servers on the same database. Default 2; on the embedded one 1, which is all it can have. */
  readonly servers?: number;
  /** Commands in flight at once. Default 6. */
  readonly callers?: number;
  /** Kills to a fresh database. Default 50. */
  readonly killsPerRound?: number;
  /** Ends the test early: what it has started and made is removed, and the report is of the rounds that were finished. */
  readonly signal?: AbortSignal;
  /** Told after each kill. */
  readonly onKill?: (kills: number) => void;
}

/**
 * Kills a service again and again while callers send it commands and retry, and holds what they were told against what
 * its database holds. Throws UsageError for a plan that cannot be, and where a killed server cannot be started again.
 */
export async function runCrashTest(options: CrashTestOptions): Promise<CrashReport> {
  const { kills = 50, killsPerRound = 50, callers = 6, databaseUrl, onKill } = options;
  const servers = options.servers ?? (databaseUrl === undefined ? 1 : 2);
  check({ kills, killsPerRound, callers, servers }, databaseUrl);
  const seed = String(options.seed ?? randomBytes(4).toString("hex"));
  const planPath = options.plan instanceof URL ? fileURLToPath(options.plan) : options.plan;
  const plan = await loadPlan(planPath);
  const model = compile(plan.service.api);
  const random = createRandom(seed);
  const sweep = new Sweep(random.fork("points"));
  const startPoints = new Map<string, number>();
  const startedAt = performance.now();
  const scratch = createScratch(databaseUrl);
  const rounds: RoundResult[] = [];
  let killed = 0;
  const onOne = () => onKill?.(++killed);
  try {
    for (let number = 1, left = kills; left > 0; number++) {
      const round = await runRound(
        {
          plan,
          planPath,
          model,
          scratch,
          sweep,
          startPoints,
          servers,
          callers,
          terminate: databaseUrl !== undefined,
          onKill: onOne,
          signal: options.signal ?? new AbortController().signal,
        },
        { number, kills: Math.min(left, killsPerRound), random: random.fork(`round ${number}`) },
      );
      rounds.push(round);
      left -= round.kills.length;
      if (rounds.reduce((sum, { findings }) => sum + findings.length, 0) >= MAX_FINDINGS) break;
    }
  } catch (error) {
    if (options.signal?.aborted !== true) throw error;
  } finally {
    await scratch.remove();
  }
  const durationMs = Math.round(performance.now() - startedAt);
  const { coverage } = sweep;
  return summarize({ service: model.name, store: scratch.kind, seed, coverage, durationMs }, rounds);
}

function check(counts: Readonly<Record<string, number>>, databaseUrl: string | undefined): void {
  for (const [name, count] of Object.entries(counts)) {
    if (Number.isSafeInteger(count) && count >= 1) continue;
    throw new UsageError({
      place: `crash test, ${name}`,
      expected: "a whole number above 0",
      found: String(count),
      fix: "leave it out for the default",
    });
  }
  if (databaseUrl !== undefined || counts.servers === 1) return;
  throw new UsageError({
    place: "crash test, servers",
    expected: "1: the embedded database belongs to one process",
    found: String(counts.servers),
    fix: "name a PostgreSQL with databaseUrl",
  });
}
