import { isDeepStrictEqual } from "node:util";
import type { Model } from "../../../contract/model/index.ts";
import { type DiaryEntry, idIn, valueIn } from "./diary.ts";
import type { JournalEntry } from "./journal.ts";
import type { Answer } from "./send.ts";

/**
 * What should not be. `lost`: a caller was told of a success of which the database knows nothing, or not all. `doubled`: a
 * command took effect more than once. `untrue`: an answer that is not so. `stray`: an effect that no command explains.
 * `unanswered`: a caller that retried for long and never got an answer. `check`: the plan's own check failed.
 */
export type FindingKind = "lost" | "doubled" | "untrue" | "stray" | "unanswered" | "check";

/** One thing that should not be, in words. */
export interface Finding {
  readonly kind: FindingKind;
  /** The command's Idempotency-Key, where it is about one. */
  readonly key?: string;
  readonly operation?: string;
  readonly message: string;
}

/** What {@link judge} compares. */
export interface Evidence {
  readonly model: Model;
  readonly diary: readonly DiaryEntry[];
  readonly journal: readonly JournalEntry[];
  /** Tables whose rows others write too. */
  readonly ignoredTables: ReadonlySet<string>;
}

/** What one transaction committed. */
interface Committed {
  readonly xid: string;
  readonly keys: string[];
  readonly writes: JournalEntry[];
  readonly events: JournalEntry[];
}

/** Holds what callers were told against what the database did. */
export function judge(evidence: Evidence): readonly Finding[] {
  const findings: Finding[] = [];
  const transactions = byTransaction(evidence);
  const ofCommand = new Map<DiaryEntry, Committed[]>();
  const byKey = new Map(evidence.diary.map((entry) => [entry.key, entry]));
  for (const transaction of transactions) {
    const entry = ownerOf(transaction, byKey, evidence.diary);
    if (entry === undefined) {
      findings.push({ kind: "stray", message: `no command explains ${describe(transaction)}` });
    } else {
      const known = ofCommand.get(entry);
      if (known === undefined) ofCommand.set(entry, [transaction]);
      else known.push(transaction);
    }
  }
  const lastWriter = lastWriters(evidence);
  for (const entry of evidence.diary) {
    const about = { key: entry.key, operation: entry.operation.id };
    const found = judgeCommand(entry, ofCommand.get(entry) ?? [], evidence.model, lastWriter);
    for (const finding of found) findings.push({ ...about, ...finding });
  }
  return findings;
}

function* judgeCommand(
  entry: DiaryEntry,
  transactions: readonly Committed[],
  model: Model,
  lastWriter: ReadonlyMap<string, JournalEntry>,
): Generator<Finding> {
  const answers = entry.sent.flatMap(({ answer }) => answer ?? []);
  const [first] = answers;
  for (const { answer, tries, lastProblem } of entry.sent) {
    if (answer === undefined) {
      yield { kind: "unanswered", message: `no final answer in ${tries} tries; the last: ${lastProblem}` };
    }
  }
  const effective = transactions.filter(({ writes, events }) => writes.length + events.length > 0);
  if (effective.length > 1) {
    yield {
      kind: "doubled",
      message: `took effect ${effective.length} times: ${effective.map(describe).join("; ")}`,
    };
  }
  if (first === undefined) return;
  const all = entry.replay === undefined ? answers : [...answers, entry.replay];
  const fresh = all.filter(({ status, replayed }) => status < 300 && !replayed);
  if (fresh.length > 1 && effective.length <= 1) {
    yield { kind: "doubled", message: `${fresh.length} callers were told that their call did it` };
  }
  const other = all.find((answer) => !isSameAnswer(answer, first));
  if (other !== undefined) {
    yield {
      kind: "untrue",
      message: `answered ${show(first)}, and to another caller or later ${show(other)}`,
    };
  }
  if (first.status >= 300) {
    if (effective[0] !== undefined) {
      yield {
        kind: "untrue",
        message: `refused with ${first.status}, but there is ${describe(effective[0])}`,
      };
    }
    return;
  }
  const [committed] = effective.length === 0 ? transactions : effective;
  if (committed === undefined) {
    yield { kind: "lost", message: `answered ${show(first)}, but nothing was committed` };
  } else if (effective.length <= 1) {
    const wrong = wrongEffect(entry, committed, model);
    if (wrong !== undefined) yield wrong;
  }
  yield* judgeRow(entry, first, transactions, model, lastWriter);
}

/** What is wrong with the effect of a success: it should be what the plan says, and what the operation's method says. */
function wrongEffect(
  { command, operation }: DiaryEntry,
  { writes, events }: Committed,
  model: Model,
): Finding | undefined {
  const counts: Record<string, number> = {};
  for (const row of new Set(writes.map(rowName))) {
    const [table = ""] = row.split(" ");
    counts[table] = (counts[table] ?? 0) + 1;
  }
  if (command.writes !== undefined) {
    const expected = Object.fromEntries(
      Object.entries(command.writes).map(([table, count]) => [qualified(table), count]),
    );
    if (!isDeepStrictEqual(counts, expected)) {
      const message = `wrote rows ${JSON.stringify(counts)}, expected ${JSON.stringify(expected)}`;
      return { kind: "lost", message };
    }
  }
  const table = qualified(model.resources[operation.resource ?? ""]?.table ?? "");
  const inserted = writes.filter(({ action, table: of }) => action === "insert" && of === table).length;
  if (operation.method === "create" && inserted !== 1) {
    return { kind: inserted === 0 ? "lost" : "doubled", message: `created ${inserted} rows of ${table}` };
  }
  const names = events.map(({ row }) => String(row.name)).sort();
  if (command.events === undefined || isDeepStrictEqual(names, [...command.events].sort())) return undefined;
  return {
    kind: names.length > command.events.length ? "doubled" : "lost",
    message: `emitted [${names.join(", ")}], expected [${command.events.join(", ")}]`,
  };
}

/** Whether the row is what the last command that wrote it was answered. */
function* judgeRow(
  entry: DiaryEntry,
  first: Answer,
  transactions: readonly Committed[],
  model: Model,
  lastWriter: ReadonlyMap<string, JournalEntry>,
): Generator<Finding> {
  const { row, operation } = entry;
  const id = idIn(entry, first);
  if (row === undefined || id === undefined) return;
  const last = lastWriter.get(`${qualified(model.resources[operation.resource ?? ""]?.table ?? "")} ${id}`);
  if (last === undefined || !transactions.some(({ xid }) => xid === last.xid)) return;
  if (
    last.action === "delete"
      ? row.status === 404
      : row.status === 200 && isDeepStrictEqual(valueIn(entry, row), valueIn(entry, first))
  )
    return;
  yield { kind: "untrue", message: `answered ${show(first)}, but the row reads ${show(row)}` };
}

function byTransaction({ journal, ignoredTables }: Evidence): readonly Committed[] {
  const transactions = new Map<string, Committed>();
  for (const entry of journal) {
    if (ignoredTables.has(entry.table)) continue;
    let transaction = transactions.get(entry.xid);
    if (transaction === undefined) {
      transaction = { xid: entry.xid, keys: [], writes: [], events: [] };
      transactions.set(entry.xid, transaction);
    }
    if (entry.table === "concordat.outbox") transaction.events.push(entry);
    else if (entry.table !== "concordat.idempotency") transaction.writes.push(entry);
    else if (entry.action === "insert") transaction.keys.push(String(entry.row.key));
  }
  return [...transactions.values()];
}

/** The command of the answer stored with the effect; without one, the command whose mark the rows hold. */
function ownerOf(
  { keys, writes, events }: Committed,
  byKey: ReadonlyMap<string, DiaryEntry>,
  diary: readonly DiaryEntry[],
): DiaryEntry | undefined {
  const [key] = keys;
  if (key !== undefined) return byKey.get(key);
  const text = JSON.stringify([...writes, ...events].map(({ row }) => row));
  return diary.find(({ mark }) => new RegExp(`\\b${mark}\\b`).test(text));
}

/** The last write of each row, by table and id. */
function lastWriters({ journal }: Evidence): ReadonlyMap<string, JournalEntry> {
  return new Map(journal.map((entry) => [rowName(entry), entry]));
}

function rowName({ table, row }: JournalEntry): string {
  return `${table} ${"id" in row ? String(row.id) : JSON.stringify(row)}`;
}

function qualified(table: string): string {
  return table.includes(".") ? table : `public.${table}`;
}

/** Byte for byte; only the request's own id in a problem is that of the request. */
export function isSameAnswer(one: Answer, other: Answer): boolean {
  const { etag, location, "content-type": type } = one.headers;
  const { headers } = other;
  if (one.status !== other.status || etag !== headers.etag || location !== headers.location) return false;
  return type === headers["content-type"] && withoutRequestId(one) === withoutRequestId(other);
}

function withoutRequestId({ status, body }: Answer): string {
  return status < 400 ? body : body.replace(/"requestId":"[^"]*"/, '"requestId":""');
}

function show({ status, body, replayed }: Answer): string {
  return `${status}${replayed ? " (replayed)" : ""} ${body.slice(0, 500)}`;
}

function describe({ xid, keys, writes, events }: Committed): string {
  const rows = writes.map(({ action, table, row }) => `${action} ${table} ${String(row.id ?? "")}`.trim());
  const names = events.map(({ row }) => `event ${String(row.name)}`);
  return `transaction ${xid} (${[...rows, ...names, ...keys.map((key) => `answer of ${key}`)].join(", ")})`;
}
