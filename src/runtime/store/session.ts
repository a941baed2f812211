import { ApiError } from "../../base/errors/index.ts";
import { type JsonValue, stringifyJson, timestampFromMs } from "../../base/lib/index.ts";
import type {
  ClaimResult,
  GetManyOptions,
  GetOptions,
  IdempotencyClaim,
  ListManyPlan,
  ListPlan,
  OutboxEvent,
  Session,
  SessionScope,
  StepLock,
  StepRecord,
  StoredAnswer,
  StoredPage,
  StoredRow,
} from "../engine/ports.ts";
import { claimLock } from "./claim-lock.ts";
import { DatabaseError, isStalePlan, type QueryResult, type SqlText } from "./driver.ts";
import { abortError, type Purpose } from "./errors.ts";
import { Interruption } from "./interruption.ts";
import { Lease } from "./lease.ts";
import { type Reader, readPage } from "./page.ts";
import { readPages } from "./pages.ts";
import { readMany } from "./read-many.ts";
import { FIND_ANSWER, SAVEPOINT, STORE_ANSWER, TRY_LOCK, UNDO } from "./sql/claim.sql.ts";
import { buildGet, getParameters, getShape } from "./sql/get.sql.ts";
import { ENQUEUE_OPERATION, FINISH_OPERATION } from "./sql/operations.sql.ts";
import { APPEND_EVENT } from "./sql/outbox.sql.ts";
import { FIND_STEPS } from "./sql/steps.sql.ts";
import { buildDelete, buildInsert, buildUpdate } from "./sql/write.sql.ts";
import type { StoreParts } from "./store-parts.ts";
import { encodeColumn } from "./tables.ts";
import { checkText, parameterToSql, rowToObject } from "./values.ts";

/** The session of one call. See the port for what each method promises. */
export class StoreSession implements Session {
  readonly #parts: StoreParts;
  readonly #interruption = new Interruption();
  #lease: Lease | undefined;
  /** A transaction that begins with its first statement: undefined for none, else its beginning once it has one. */
  #lazy: { begun?: Promise<Lease> } | undefined;
  #savepoint = false;
  /** Writes nobody waits for: they travel with the next statement or the commit, which reports their failure. */
  #deferred: Promise<unknown>[] = [];

  constructor(parts: StoreParts, { signal }: SessionScope) {
    this.#parts = parts;
    if (signal?.aborted) this.interrupt(abortError(signal));
    else signal?.addEventListener("abort", () => this.interrupt(abortError(signal)), { once: true });
  }

  get inTransaction(): boolean {
    return this.#lease !== undefined || this.#lazy !== undefined;
  }

  interrupt(reason: ApiError): void {
    this.#interruption.interrupt(reason);
  }

  async begin({ lazy = false }: { readonly lazy?: boolean } = {}): Promise<void> {
    if (this.inTransaction) throw new TypeError("The session is in a transaction already");
    if (lazy) this.#lazy = {};
    else await this.#beginNow();
  }

  async commit(): Promise<void> {
    if (this.#lazy !== undefined && this.#lease === undefined) {
      this.#lazy = undefined;
      return;
    }
    const lease = this.#inTransaction();
    this.#lease = undefined;
    this.#lazy = undefined;
    this.#savepoint = false;
    const deferred = Promise.allSettled(this.#deferred.splice(0));
    const committed = lease.commit();
    // Waited for below; until then it must not count as unhandled.
    committed.catch(() => {});
    for (const write of await deferred) if (write.status === "rejected") throw write.reason;
    await committed;
  }

  async rollback(): Promise<void> {
    const lazy = this.#lazy;
    this.#lazy = undefined;
    const lease = this.#lease ?? (await lazy?.begun?.catch(() => undefined));
    this.#lease = undefined;
    this.#savepoint = false;
    this.#deferred = [];
    await lease?.end();
  }

  async get(resource: string, id: string, options: GetOptions): Promise<StoredRow | undefined> {
    const { tables, gets } = this.#parts;
    const table = tables.table(resource);
    const statement = gets.get(getShape(resource, options), () => buildGet(tables, table, options));
    const parameters = getParameters(id, options);
    const { rows } = await (options.lock
      ? this.#run(statement.text, parameters, statement.prepare)
      : this.#read(statement.text, parameters, statement.prepare));
    return rows[0] && statement.read(rows[0]);
  }

  getMany(resource: string, ids: readonly string[], options: GetManyOptions): Promise<readonly StoredRow[]> {
    return readMany(this.#parts, this.#reader(), { resource, ids, options });
  }

  list(resource: string, plan: ListPlan): Promise<StoredPage> {
    return readPage(this.#parts, this.#reader(), resource, plan);
  }

  listMany(resource: string, plan: ListManyPlan, parents: readonly string[]): Promise<readonly StoredPage[]> {
    return readPages(this.#parts, this.#reader(), { resource, plan, parents });
  }

  async insert(resource: string, values: Readonly<Record<string, unknown>>): Promise<StoredRow> {
    const { tables, writes } = this.#parts;
    const table = tables.table(resource);
    for (const field of Object.keys(values)) tables.column(table, field);
    const statement = writes.get(`insert ${resource}`, () => buildInsert(tables, table));
    const parameters = [...table.columns.values()].map((column) =>
      encodeColumn(column, values[column.field]),
    );
    const { rows } = await this.#insert(statement.text, parameters);
    return statement.read(rows[0]!);
  }

  async update(
    resource: string,
    id: string,
    changes: Readonly<Record<string, unknown>>,
    options: { readonly version?: number } = {},
  ): Promise<StoredRow | undefined> {
    const { tables, writes, clock } = this.#parts;
    const table = tables.table(resource);
    const { updatedAt, ...others } = changes;
    const fields = Object.keys(others)
      .filter((field) => others[field] !== undefined)
      .sort();
    const { version } = options;
    const statement = writes.get(`update ${resource} ${fields} ${version !== undefined}`, () =>
      buildUpdate(tables, table, fields, version !== undefined),
    );
    const parameters = [
      id,
      typeof updatedAt === "string" ? updatedAt : timestampFromMs(clock.now()),
      ...fields.map((field) => encodeColumn(tables.column(table, field), others[field])),
      ...(version === undefined ? [] : [String(version)]),
    ];
    const { rows } = await this.#run(statement.text, parameters, statement.prepare, "write");
    return rows[0] && statement.read(rows[0]);
  }

  async delete(resource: string, id: string, options: { readonly version?: number } = {}): Promise<boolean> {
    const { version } = options;
    const text = buildDelete(this.#parts.tables.table(resource), version !== undefined);
    const parameters = version === undefined ? [id] : [id, String(version)];
    const { count } = await this.#run(text, parameters, true, "delete");
    return count > 0;
  }

  async sql(text: string, parameters: readonly unknown[]): Promise<readonly Record<string, unknown>[]> {
    const { columns, rows } = await this.#run(text, parameters.map(parameterToSql), false, "sql");
    return rows.map((row) => rowToObject(columns, row));
  }

  async claim({ scope, key }: IdempotencyClaim, own?: StepLock): Promise<ClaimResult> {
    const lease = this.#inTransaction();
    this.#savepoint = true;
    const number = claimLock({ scope, key });
    const isHeld = own === undefined && this.#parts.stepLocks.has(number);
    const [lock, answer] = await Promise.all([
      // The connection of the step locks has it, so this one could not get it.
      own?.held || isHeld ? undefined : lease.run(TRY_LOCK, [number], { prepare: true }),
      lease.run(FIND_ANSWER, [checkText(scope), checkText(key)], { prepare: true }),
      lease.run(SAVEPOINT, [], { prepare: true }),
    ]);
    const [fingerprint, json] = answer.rows[0] ?? [];
    if (fingerprint && json) return { kind: "replay", fingerprint, answer: { json } };
    if (isHeld || (own === undefined && this.#parts.stepLocks.has(number))) return { kind: "busy" };
    return { kind: lock === undefined || lock.rows[0]?.[0] === "t" ? "fresh" : "busy" };
  }

  async enqueueOperation(id: string, request: string): Promise<void> {
    await this.#run(ENQUEUE_OPERATION, [id, request], true, "write");
  }

  async finishOperation(id: string, holder: string): Promise<boolean> {
    const { count } = await this.#run(FINISH_OPERATION, [id, holder], true, "write");
    return count > 0;
  }

  async findSteps({ scope, key }: IdempotencyClaim): Promise<readonly StepRecord[]> {
    const { rows } = await this.#run(FIND_STEPS, [checkText(scope), checkText(key)], true);
    return rows.map(([name, fingerprint, result]) => ({
      name: name ?? "",
      fingerprint: fingerprint ?? "",
      result: result ?? undefined,
    }));
  }

  async storeAnswer({ scope, key, fingerprint }: IdempotencyClaim, answer: StoredAnswer): Promise<void> {
    const now = timestampFromMs(this.#parts.clock.now());
    this.#defer(STORE_ANSWER, [scope, key, fingerprint, answer.json, now]);
  }

  async undo(): Promise<void> {
    const lease = this.#inTransaction();
    this.#deferred = [];
    if (this.#savepoint) await lease.undo(UNDO);
    else {
      lease.run("rollback", [], { prepare: true }).catch(() => {});
      await lease.run("begin", [], { prepare: true });
    }
  }

  async appendEvent({ name, key, payload }: OutboxEvent): Promise<void> {
    const now = timestampFromMs(this.#parts.clock.now());
    this.#defer(APPEND_EVENT, [checkText(name), checkText(key), stringifyJson(payload as JsonValue), now]);
  }

  #reader(): Reader {
    return (text, parameters, prepare) => this.#read(text, parameters, prepare);
  }

  #defer(text: string, parameters: readonly SqlText[]): void {
    const sent = this.#inTransaction().run(text, parameters, { prepare: true, purpose: "write" });
    sent.catch(() => {});
    this.#deferred.push(sent);
  }

  /** Runs a statement that only reads: with those of other calls where it can. */
  async #read(text: string, parameters: readonly SqlText[], prepare: boolean): Promise<QueryResult> {
    const shared =
      prepare && !this.inTransaction
        ? this.#parts.readLanes.run(text, parameters, this.#interruption)
        : undefined;
    return (shared && (await shared)) ?? this.#run(text, parameters, prepare);
  }

  /** Inserts a row: outside of a transaction with the inserts of other calls. */
  async #insert(text: string, parameters: readonly SqlText[]): Promise<QueryResult> {
    const shared = this.inTransaction
      ? undefined
      : this.#parts.insertLanes.run(text, parameters, this.#interruption);
    return (shared && (await shared)) ?? this.#run(text, parameters, true, "write");
  }

  async #run(
    text: string,
    parameters: readonly SqlText[],
    prepare: boolean,
    purpose: Purpose = "read",
  ): Promise<QueryResult> {
    const lazy = this.#lazy;
    if (lazy !== undefined && this.#lease === undefined) {
      lazy.begun ??= this.#beginNow();
      // Not `this.#lease`: where it was rolled back meanwhile, this must not become a statement of its own.
      return (await lazy.begun).run(text, parameters, { prepare, purpose });
    }
    if (this.#lease) return this.#lease.run(text, parameters, { prepare, purpose });
    for (let attempt = 1; ; attempt++) {
      const lease = await this.#take();
      try {
        return await lease.run(text, parameters, { prepare, purpose });
      } catch (error) {
        // A connection that died while idle is often noticed only by its next use. Reads can be repeated, and so can
        // what was refused before it began.
        const repeatable = purpose === "read" ? lease.unfit : isStale(error);
        if (!repeatable || attempt > this.#parts.pool.maxConnections) throw error;
      } finally {
        void lease.end();
      }
    }
  }

  async #beginNow(): Promise<Lease> {
    const lease = await this.#take();
    this.#lease = lease;
    lease.begin();
    return lease;
  }

  async #take(): Promise<Lease> {
    const { pool, tables } = this.#parts;
    return new Lease(pool, await pool.acquire(this.#interruption), this.#interruption, tables.constraints);
  }

  #inTransaction(): Lease {
    if (!this.#lease) throw new TypeError("The session is not in a transaction");
    return this.#lease;
  }
}

/** Whether a statement was refused since its plan no longer fits the schema. */
function isStale(error: unknown): boolean {
  return error instanceof ApiError && error.cause instanceof DatabaseError && isStalePlan(error.cause);
}
