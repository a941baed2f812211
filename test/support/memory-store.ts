import type { ApiError } from "../../src/base/errors/index.ts";
import type {
  ClaimResult,
  GetManyOptions,
  GetOptions,
  IdempotencyClaim,
  ListManyPlan,
  ListPlan,
  OutboxEvent,
  RowAccess,
  Session,
  SessionScope,
  StepRecord,
  StepStore,
  Store,
  StoredAnswer,
  StoredPage,
  StoredRow,
} from "../../src/runtime/engine/index.ts";

type Rows = Map<string, StoredRow>;

/**
 * The smallest store that the engine's mechanics (order of steps, deadlines, who rolls back) can be watched on. Knows no
 * SQL and no concurrency: everything about data is tested on the real ones.
 */
export class MemoryStore implements Store {
  rows: Rows = new Map();
  answers = new Map<string, { fingerprint: string; answer: StoredAnswer }>();
  events: OutboxEvent[] = [];
  readonly recorded: (IdempotencyClaim & StepRecord)[] = [];
  readonly steps: StepStore = {
    lock: async (_claim, leave) => {
      await leave();
      return { held: true, release: async () => {} };
    },
    record: async (claim, name, result) => {
      const record = { name, fingerprint: claim.fingerprint, result };
      this.log.push(`record ${name}`);
      this.recorded.push({ ...claim, ...record });
      return record;
    },
  };
  /** What sessions did, in order: `begin`, `insert`, `commit` … */
  readonly log: string[] = [];
  /** Awaited before each statement, so that a test can hold one. */
  before: (statement: string) => Promise<void> | void = () => {};

  open(scope: SessionScope): Session {
    return new MemorySession(this, scope);
  }

  async ready(): Promise<void> {}
  async close(): Promise<void> {}

  put(values: Readonly<Record<string, unknown>> & { readonly id: string }, version = 1): void {
    this.rows.set(values.id, {
      id: values.id,
      values,
      version,
      updatedAt: "2026-01-01T00:00:00Z",
      allowed: true,
    });
  }
}

class MemorySession implements Session {
  readonly #store: MemoryStore;
  readonly #scope: SessionScope;
  #reason: ApiError | undefined;
  #saved: Pick<MemoryStore, "rows" | "answers" | "events"> | undefined;

  constructor(store: MemoryStore, scope: SessionScope) {
    this.#store = store;
    this.#scope = scope;
  }

  interrupt(reason: ApiError): void {
    this.#reason = reason;
  }

  get inTransaction(): boolean {
    return this.#saved !== undefined;
  }

  async begin(): Promise<void> {
    await this.#statement("begin");
    this.#saved = this.#copy();
  }

  async commit(): Promise<void> {
    await this.#statement("commit");
    this.#saved = undefined;
  }

  async rollback(): Promise<void> {
    if (this.#saved === undefined) return;
    this.#store.log.push("rollback");
    Object.assign(this.#store, this.#saved);
    this.#saved = undefined;
  }

  async get(_resource: string, id: string, { access, fields }: GetOptions): Promise<StoredRow | undefined> {
    await this.#statement("get");
    const row = this.#store.rows.get(id);
    if (row === undefined) return undefined;
    const entries = Object.entries(row.values).filter(([name]) => fields?.includes(name) ?? true);
    return { ...row, values: Object.fromEntries(entries), allowed: allows(access, row.values) };
  }

  async getMany(
    _resource: string,
    ids: readonly string[],
    { access }: GetManyOptions,
  ): Promise<readonly StoredRow[]> {
    await this.#statement("getMany");
    return ids.flatMap((id) => {
      const row = this.#store.rows.get(id);
      return row !== undefined && allows(access, row.values) ? [row] : [];
    });
  }

  async list(resource: string, { limit, access }: ListPlan): Promise<StoredPage> {
    await this.#statement("list");
    return pageOf(this.#rowsOf(resource, access), limit);
  }

  async listMany(
    resource: string,
    { ref, limit, access }: ListManyPlan,
    parents: readonly string[],
  ): Promise<readonly StoredPage[]> {
    await this.#statement("listMany");
    const all = this.#rowsOf(resource, access);
    return parents.map((parent) =>
      pageOf(
        all.filter(({ values }) => values[ref] === parent),
        limit,
      ),
    );
  }

  async insert(_resource: string, values: Readonly<Record<string, unknown>>): Promise<StoredRow> {
    await this.#statement("insert");
    const row = {
      id: String(values.id),
      values,
      version: 1,
      updatedAt: String(values.updatedAt),
      allowed: true,
    };
    this.#store.rows.set(String(values.id), row);
    return row;
  }

  async update(
    _resource: string,
    id: string,
    changes: Readonly<Record<string, unknown>>,
  ): Promise<StoredRow | undefined> {
    await this.#statement("update");
    const row = this.#store.rows.get(id);
    if (row === undefined) return undefined;
    const merged = Object.entries({ ...row.values, ...changes }).filter(([, value]) => value !== null);
    const next = { ...row, values: Object.fromEntries(merged), version: row.version + 1 };
    this.#store.rows.set(id, next);
    return next;
  }

  async delete(_resource: string, id: string): Promise<boolean> {
    await this.#statement("delete");
    return this.#store.rows.delete(id);
  }

  async sql(): Promise<readonly Record<string, unknown>[]> {
    await this.#statement("sql");
    return [];
  }

  async claim({ scope, key }: IdempotencyClaim): Promise<ClaimResult> {
    await this.#statement("claim");
    const found = this.#store.answers.get(`${scope} ${key}`);
    return found ? { kind: "replay", ...found } : { kind: "fresh" };
  }

  async enqueueOperation(): Promise<void> {
    await this.#statement("enqueueOperation");
  }

  async finishOperation(): Promise<boolean> {
    await this.#statement("finishOperation");
    return true;
  }

  async findSteps({ scope, key }: IdempotencyClaim): Promise<readonly StepRecord[]> {
    return this.#store.recorded.filter((record) => record.scope === scope && record.key === key);
  }

  async storeAnswer({ scope, key, fingerprint }: IdempotencyClaim, answer: StoredAnswer): Promise<void> {
    await this.#statement("storeAnswer");
    this.#store.answers.set(`${scope} ${key}`, { fingerprint, answer });
  }

  async undo(): Promise<void> {
    await this.#statement("undo");
    Object.assign(this.#store, this.#saved);
    this.#saved = this.#copy();
  }

  async appendEvent(event: OutboxEvent): Promise<void> {
    await this.#statement("appendEvent");
    this.#store.events.push(event);
  }

  #rowsOf(resource: string, access: RowAccess): readonly StoredRow[] {
    const prefix = resource.slice(0, 3);
    return [...this.#store.rows.values()].filter(
      ({ values }) => String(values.id).startsWith(prefix) && allows(access, values),
    );
  }

  async #statement(name: string): Promise<void> {
    this.#scope.signal?.throwIfAborted();
    if (this.#reason !== undefined) throw this.#reason;
    this.#store.log.push(name);
    await this.#store.before(name);
    if (this.#reason !== undefined) throw this.#reason;
  }

  #copy(): Pick<MemoryStore, "rows" | "answers" | "events"> {
    const { rows, answers, events } = this.#store;
    return { rows: new Map(rows), answers: new Map(answers), events: [...events] };
  }
}

function pageOf(all: readonly StoredRow[], limit: number): StoredPage {
  const rows = all.slice(0, limit);
  return { rows, sortValue: (index) => rows[index]?.values.createdAt, more: all.length > limit };
}

function allows(access: RowAccess, values: Readonly<Record<string, unknown>>): boolean {
  if (access === "all") return true;
  return access.any.some((rule) => rule.kind === "self" && values[rule.field] === access.principal);
}
