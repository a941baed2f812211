import { firstAnswer } from "./diary.ts";
import type { Fault, Kill } from "./fleet.ts";
import type { Finding, FindingKind } from "./judge.ts";
import type { RoundResult } from "./round.ts";
import type { Answer } from "./send.ts";
import type { Coverage } from "./sweep.ts";

/** What a crash test came to. */
export interface CrashReport {
  /** Whether nothing was found. */
  readonly ok: boolean;
  readonly service: string;
  readonly store: "pglite" | "postgres";
  /** Gives the same commands, copies and kill points again. */
  readonly seed: string;
  /** Processes killed. */
  readonly kills: number;
  /** Distinct commands, each with a key of its own. */
  readonly commands: number;
  /** Commands answered with success. */
  readonly done: number;
  /** Commands refused with a 4xx. */
  readonly refused: number;
  /** Tries of callers, retries included. */
  readonly requests: number;
  /** Answers beyond the first of a command: sent by other callers at the same time, or once more at the end. */
  readonly duplicates: number;
  /** Answers that said they repeat a stored one. */
  readonly replayed: number;
  readonly lost: number;
  readonly doubled: number;
  readonly untrue: number;
  readonly stray: number;
  readonly unanswered: number;
  /** Rounds whose own check failed. */
  readonly checksFailed: number;
  readonly rounds: number;
  /** Times that all connections to the database were cut. */
  readonly terminations: number;
  readonly killsBy: Readonly<Partial<Record<Fault, number>>>;
  /** Kills by the kind of point: between two promise continuations, around a write, or by a signal at any moment. */
  readonly points: Readonly<Record<string, number>>;
  /** Commands in flight at a death, by the step of the pipeline they were in. */
  readonly phases: Readonly<Record<string, number>>;
  /** Points of each operation that single commands were killed at. */
  readonly coverage: Readonly<Record<string, Coverage>>;
  /** Commands answered, by operation and status. */
  readonly answers: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly durationMs: number;
  /** What should not be; at most a hundred are kept. */
  readonly findings: readonly Finding[];
}

/** Findings kept in a report. */
export const MAX_FINDINGS = 100;

/** Adds rounds up. */
export function summarize(
  facts: Pick<CrashReport, "service" | "store" | "seed" | "coverage" | "durationMs">,
  rounds: readonly RoundResult[],
): CrashReport {
  const diary = rounds.flatMap((round) => round.diary);
  const kills = rounds.flatMap((round) => round.kills);
  const findings = rounds.flatMap((round) => round.findings);
  const answers: Record<string, Record<string, number>> = {};
  const all: Answer[] = [];
  for (const entry of diary) {
    answers[entry.operation.id] ??= {};
    const statuses = answers[entry.operation.id] ?? {};
    const status = firstAnswer(entry)?.status ?? 0;
    statuses[status] = (statuses[status] ?? 0) + 1;
    for (const { answer } of entry.sent) if (answer !== undefined) all.push(answer);
    if (entry.replay !== undefined) all.push(entry.replay);
  }
  const first = diary.flatMap((entry) => firstAnswer(entry) ?? []);
  const found = (kind: FindingKind) => findings.filter((finding) => finding.kind === kind).length;
  const { service, store, seed, coverage, durationMs } = facts;
  return {
    ok: findings.length === 0,
    service,
    store,
    seed,
    kills: kills.length,
    commands: diary.length,
    done: first.filter(({ status }) => status < 300).length,
    refused: first.filter(({ status }) => status >= 300).length,
    requests: diary.reduce((sum, { sent }) => sum + sent.reduce((tries, one) => tries + one.tries, 0), 0),
    duplicates: all.length - first.length,
    replayed: all.filter(({ replayed }) => replayed).length,
    lost: found("lost"),
    doubled: found("doubled"),
    untrue: found("untrue"),
    stray: found("stray"),
    unanswered: found("unanswered"),
    checksFailed: found("check"),
    rounds: rounds.length,
    terminations: rounds.reduce((sum, round) => sum + round.terminations, 0),
    killsBy: countBy(kills, ({ fault }) => fault),
    points: countBy(kills, ({ note }) => note?.point ?? "outside"),
    phases: countBy(kills.flatMap(phasesOf), (phase) => phase),
    coverage,
    answers,
    durationMs,
    findings: findings.slice(0, MAX_FINDINGS),
  };
}

function phasesOf({ fault, note }: Kill): readonly string[] {
  if (fault === "first start" || fault === "restart") return [fault];
  const steps = (note?.steps ?? []).map((step) => step.slice(step.indexOf(" ") + 1));
  return steps.length === 0 ? ["no command"] : steps;
}

function countBy<T>(list: readonly T[], name: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of list) counts[name(item)] = (counts[name(item)] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).sort(([, a], [, b]) => b - a));
}

/** Writes a report as text for people. */
export function formatReport(report: CrashReport): string {
  const list = (counts: Readonly<Record<string, number | undefined>>) =>
    Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join(", ");
  const rows: readonly (readonly [string, string | number])[] = [
    ["kills", `${report.kills} (${list(report.killsBy)})`],
    ["died at", list(report.points)],
    ["phases hit", list(report.phases)],
    ["points of commands", coverageText(report.coverage)],
    ...(report.terminations > 0 ? [["connections cut", `${report.terminations} times`] as const] : []),
    ["commands", `${report.commands} (${report.done} done, ${report.refused} refused)`],
    ...Object.entries(report.answers).map(
      ([operation, statuses]) => [`  ${operation}`, list(statuses)] as const,
    ),
    ["requests", `${report.requests}, retries included`],
    ["duplicates", `${report.duplicates} answered, ${report.replayed} replayed`],
    ["lost", report.lost],
    ["doubled", report.doubled],
    ["untrue answers", report.untrue],
    ["stray effects", report.stray],
    ["unanswered", report.unanswered],
    ["checks failed", `${report.checksFailed} of ${report.rounds}`],
    ["time", `${(report.durationMs / 1000).toFixed(1)} s`],
    ["seed", report.seed],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join("\n");
}

function coverageText(coverage: Readonly<Record<string, Coverage>>): string {
  return Object.entries(coverage)
    .map(([operation, { points, killedAt }]) => `${operation} ${killedAt} of ${points}`)
    .join(", ");
}
