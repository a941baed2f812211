import { setTimeout as sleep } from "node:timers/promises";
import type { JsonValue } from "../../../base/lib/index.ts";
import type { Model } from "../../../contract/model/index.ts";
import { type Callers, createCallers } from "./callers.ts";
import type { CommandOutcome, CrashCommand, CrashPlan, Outside } from "./crash-plan.ts";
import { type DiaryEntry, firstAnswer, idIn } from "./diary.ts";
import { Fleet, type Kill } from "./fleet.ts";
import { installJournal, type RunSql, readJournal } from "./journal.ts";
import { type Finding, judge } from "./judge.ts";
import type { SetUp } from "./messages.ts";
import type { Random } from "./random.ts";
import type { Scratch } from "./scratch.ts";
import { type Client, createClient } from "./send.ts";
import { operationOf, type Sweep } from "./sweep.ts";
import { toRowRequest } from "./to-request.ts";

/** What all rounds of a run share. */
export interface RoundContext {
  readonly plan: CrashPlan;
  readonly planPath: string;
  readonly model: Model;
  readonly scratch: Scratch;
  readonly sweep: Sweep;
  readonly startPoints: Map<string, number>;
  readonly servers: number;
  readonly callers: number;
  /** Whether connections to the database are cut too. */
  readonly terminate: boolean;
  readonly onKill: () => void;
  readonly signal: AbortSignal;
}

/** What one round was about. */
export interface RoundOptions {
  readonly number: number;
  /** How many processes to kill. */
  readonly kills: number;
  readonly random: Random;
}

/** What one round came to. */
export interface RoundResult {
  readonly kills: readonly Kill[];
  readonly terminations: number;
  readonly diary: readonly DiaryEntry[];
  readonly findings: readonly Finding[];
}

/** A caller that has had no answer for so long, with servers that live, never gets one. */
const PATIENCE_MS = 90_000;
/** An answered command's process says at once whether it has survived, where it lives. */
const OUTCOME_MS = 30_000;
/** Longest wait for a command to reach its point. */
const POINT_PATIENCE_MS = 2000;

/**
 * One round: a fresh database; servers killed at their first start, at points of single commands, under many callers and
 * at rest; then every command sent once more, its row read, and all of it held against the database's journal.
 */
export async function runRound(context: RoundContext, options: RoundOptions): Promise<RoundResult> {
  const { plan, model, scratch } = context;
  const { random } = options;
  const outside = await plan.options.outside?.();
  const place = await scratch.make();
  const fleet = new Fleet({
    planPath: context.planPath,
    place,
    folder: scratch.folder,
    random: random.fork("starts"),
    env: outside?.env ?? {},
    onKill: context.onKill,
    startPoints: context.startPoints,
  });
  let calmSince: number | undefined;
  const client = createClient({
    nextUrl: () => fleet.nextUrl(),
    patienceMs: PATIENCE_MS,
    calmSince: () => calmSince,
  });
  const run: RunSql = async (text, values = []) => {
    const rows: readonly Record<string, string>[] = JSON.parse(
      await fleet.ask({ kind: "sql", text, values }),
    );
    return rows;
  };
  const over = new AbortController();
  const work = async (): Promise<RoundResult> => {
    const share = shareOut(options.kills);
    await fleet.add("dev", share.firstStarts);
    const setUp: SetUp = JSON.parse(await fleet.ask({ kind: "setup" }));
    await installJournal(run);
    for (let index = 1; index < context.servers; index++) await fleet.add("serve");
    const commands = plan.options.commands(setUp.world);
    const prefix = `crash-${options.number}`;
    const callers = createCallers({ model, commands, client, setUp, prefix });
    const target = fleet.kills.length + share.alone;
    await killAlone({ context, fleet, callers, commands, target, random: random.fork("alone") });
    const terminations = await killInStorm(context, {
      fleet,
      callers,
      target: options.kills - 1,
      random: random.fork("storm"),
      onCalm: () => {
        calmSince = Date.now();
      },
    });
    for (let index = 0; index < fleet.size; index++) {
      await fleet.listening(index);
      if (index > 0) continue;
      await fleet.killFromOutside(index, 0, "rest");
      await fleet.listening(index);
    }
    await lookBack(model, callers.diary, client, random);
    const findings = await findAll(context, { fleet, run, setUp, diary: callers.diary, outside });
    return { kills: fleet.kills, terminations, diary: callers.diary, findings };
  };
  try {
    const working = work();
    // Where a server has failed, what still waits for it is of no interest.
    working.catch(() => {});
    return await Promise.race([working, fleet.failed, whenAborted(context.signal, over.signal)]);
  } finally {
    over.abort();
    await fleet.close();
    client.close();
    await outside?.close();
    await scratch.drop(place);
  }
}

/** Divides the kills of a round: the last is the one at rest, and those under many callers come before others. */
function shareOut(kills: number): { readonly firstStarts: number; readonly alone: number } {
  const firstStarts = kills < 4 ? 0 : Math.max(1, Math.round(kills * 0.06));
  const alone = Math.min(Math.max(0, kills - 2 - firstStarts), Math.max(1, Math.round(kills * 0.4)));
  return { firstStarts, alone };
}

interface AloneOptions {
  readonly context: RoundContext;
  readonly fleet: Fleet;
  readonly callers: Callers;
  readonly commands: readonly CrashCommand[];
  readonly target: number;
  readonly random: Random;
}

/** Kills at one point after the other of single commands: no other call is under way. */
async function killAlone({ context, fleet, callers, commands, target, random }: AloneOptions): Promise<void> {
  const { sweep } = context;
  // A command may be over before its point; then the process lives and the next one gets its turn.
  for (let turn = 0; fleet.kills.length < target && turn < target * 4; turn++) {
    const command = sweep.next(commands);
    const operation = operationOf(command);
    const point = sweep.nextPoint(operation);
    fleet.direct(0);
    const { outcome } = await fleet.arm(0, point ?? Number.MAX_SAFE_INTEGER);
    const entry = await callers.sendOne(random, command, 1);
    const survived = await Promise.race([outcome, sleep(OUTCOME_MS, "unknown" as const, { ref: false })]);
    if (survived === "unknown") continue;
    if (entry.operation.id === operation) {
      if (survived !== undefined) sweep.counted(operation, survived);
      else if (point !== undefined) sweep.killed(operation, point);
    }
    await fleet.listening(0);
  }
  fleet.direct(undefined);
}

/** How many commands' points pass before a death under many callers, at most: mostly soon, now and then late. */
const STORM_COMMANDS = [2, 10, 40];

interface StormOptions {
  readonly fleet: Fleet;
  readonly callers: Callers;
  readonly target: number;
  readonly random: Random;
  /** Told when the last server killed here listens again. */
  readonly onCalm: () => void;
}

/** Kills under many callers, and returns how often the database's connections were cut instead. */
async function killInStorm(
  { callers: inFlight, sweep, terminate }: RoundContext,
  { fleet, callers, target, random, onCalm }: StormOptions,
): Promise<number> {
  let terminations = 0;
  const stop = callers.keepSending(inFlight, random.fork("callers"));
  const range = Math.max(100, ...Object.values(sweep.coverage).map(({ points }) => points));
  while (fleet.kills.length < target) {
    const index = random.below(fleet.size);
    await fleet.listening(index);
    await sleep(random.below(80));
    if (terminate && random.chance(0.15)) {
      await fleet.cutConnections();
      terminations++;
    }
    if (fleet.kills.length + 1 < target && random.chance(0.1)) fleet.killNextStart(index);
    if (random.chance(0.35)) await fleet.killFromOutside(index, random.below(60));
    else {
      const killAt = 1 + random.below(range * random.pick(STORM_COMMANDS));
      await fleet.killAtPoint(index, { fault: "storm", killAt, patienceMs: POINT_PATIENCE_MS });
    }
  }
  for (let index = 0; index < fleet.size; index++) await fleet.listening(index);
  onCalm();
  await stop();
  return terminations;
}

/** Sends every command once more and reads the rows that the answers are about. */
async function lookBack(
  model: Model,
  diary: readonly DiaryEntry[],
  client: Client,
  random: Random,
): Promise<void> {
  const open = diary.values();
  const look = async () => {
    for (const entry of open) {
      const { answer } = await client.send(entry.request, random);
      if (answer !== undefined) entry.replay = answer;
      const id = idIn(entry, firstAnswer(entry));
      const read =
        id === undefined ? undefined : toRowRequest(model, entry.operation, id, entry.request.headers);
      if (read === undefined) continue;
      const row = await client.send(read, random);
      if (row.answer !== undefined && (row.answer.status === 200 || row.answer.status === 404))
        entry.row = row.answer;
    }
  };
  await Promise.all(Array.from({ length: LOOK_BACK_CALLERS }, look));
}

const LOOK_BACK_CALLERS = 8;

async function findAll(
  { plan, model }: RoundContext,
  parts: {
    readonly fleet: Fleet;
    readonly run: RunSql;
    readonly setUp: SetUp;
    readonly diary: readonly DiaryEntry[];
    readonly outside: Outside | undefined;
  },
): Promise<readonly Finding[]> {
  const ignoredTables = new Set(
    (plan.options.ignore ?? []).map(({ name }) => `public.${model.resources[name]?.table ?? name}`),
  );
  const journal = await readJournal(parts.run);
  const findings = [...judge({ model, diary: parts.diary, journal, ignoredTables })];
  const failed = (error: unknown) => {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    findings.push({ kind: "check", message });
  };
  try {
    await parts.outside?.check?.(parts.diary.map(toOutcome));
  } catch (error) {
    failed(error);
  }
  if (plan.options.check !== undefined) {
    const world: JsonValue | undefined = parts.setUp.world;
    await parts.fleet.ask({ kind: "check", world }).catch(failed);
  }
  return findings;
}

function toOutcome(entry: DiaryEntry): CommandOutcome {
  const { status = 0, body = "" } = firstAnswer(entry) ?? {};
  return { operation: entry.operation.id, mark: entry.mark, status, body };
}

/** Rejects when the signal is aborted; listens until the other one is. */
function whenAborted(signal: AbortSignal, until: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.throwIfAborted();
    signal.addEventListener("abort", () => reject(signal.reason), { signal: until });
  });
}
