import { ApiError, UsageError } from "../../base/errors/index.ts";
import type { AnyResource, ListFilter, Page, Row } from "../../contract/language/index.ts";
import type { ChangesOf } from "../../contract/schema/index.ts";
import type { PageInfo } from "./call.ts";
import type { Db, DbQuestion, DbReadOptions, InsertValues } from "./context.ts";
import type { EngineCore } from "./core.ts";
import type { CheckedQuestion } from "./list-question.ts";
import { newRow } from "./new-row.ts";
import { pageInfo, planPage, rowsOf } from "./page.ts";
import type { Session, StoredRow } from "./ports.ts";
import { isRecord } from "./record.ts";
import type { ResourcePlan } from "./resource-plan.ts";
import type { ListedPage } from "./tree/handler-page.ts";

/** Whose database access it is: a call, or a transaction outside calls. */
export interface DbHost {
  readonly core: EngineCore;
  /** Cursors of pages are bound to it. */
  readonly operation: string;
  /** Queries only read. */
  readonly writable: boolean;
  /** The session; throws once the call has been answered, so that nothing late is done outside its transaction. */
  session(): Session;
  /** Told of every row handed out, and of the one it replaces. */
  seen(row: StoredRow): void;
  /** Told of every page handed out, by what the handler is told of it. */
  listed?(info: PageInfo, listed: ListedPage): void;
  /** What the caller sent: an id that names no row is looked for in it, to point there. */
  readonly input: unknown;
}

/** The typed face of a session for handlers. */
export class SessionDb implements Db {
  readonly #host: DbHost;

  constructor(host: DbHost) {
    this.#host = host;
  }

  async get<R extends AnyResource>(resource: R, id: string, options?: DbReadOptions): Promise<Row<R>> {
    const row = await this.#read(resource, id, options);
    if (row === undefined) throw this.#missing(resource, id);
    return toRow<R>(row);
  }

  async find<R extends AnyResource>(
    resource: R,
    where: string | Partial<Row<R>>,
    options?: DbReadOptions,
  ): Promise<Row<R> | undefined> {
    if (typeof where === "string") {
      const row = await this.#read(resource, where, options);
      return row && toRow<R>(row);
    }
    const filter = Object.entries(where).map(
      ([field, value]): ListFilter =>
        value === null || value === undefined
          ? { field, operator: "isNull", values: [true] }
          : { field, operator: "in", values: [value] },
    );
    const page = await this.#host.session().list(resource.name, {
      filter,
      sort: { field: "createdAt", descending: false },
      limit: 1,
      access: "all",
    });
    const [found] = page.rows;
    if (found === undefined) return undefined;
    // Lists take no locks: the row is read again, and is gone if it was deleted in between.
    const row = options?.lock ? await this.#read(resource, String(found.values.id), options) : found;
    if (row === undefined) return undefined;
    this.#host.seen(row);
    return toRow<R>(row);
  }

  async list<R extends AnyResource>(resource: R, question: DbQuestion = {}): Promise<Page<Row<R>>> {
    const { core, operation } = this.#host;
    const plan = planPage(
      this.#plan(resource),
      this.#check(resource, question),
      { access: question.access ?? "all" },
      { resources: core.resources, cursors: core.cursors, operation, version: core.version },
    );
    const page = await this.#host.session().list(resource.name, plan.plan);
    const data = rowsOf(plan, page).map((row) => {
      this.#host.seen(row);
      return toRow<R>(row);
    });
    const info = pageInfo(plan, page, core.cursors);
    this.#host.listed?.(info, { plan, page });
    return { data, page: info };
  }

  async insert<R extends AnyResource>(resource: R, values: InsertValues<R>): Promise<Row<R>> {
    const session = this.#writable("insert");
    const row = newRow(this.#plan(resource), isRecord(values) ? values : {}, this.#host.core.clock);
    const stored = await session.insert(resource.name, row);
    this.#host.seen(stored);
    return toRow<R>(stored);
  }

  async update<R extends AnyResource>(
    resource: R,
    id: string,
    changes: ChangesOf<R["fields"]>,
  ): Promise<Row<R>> {
    const session = this.#writable("update");
    const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
    if (Object.keys(given).length === 0) return this.get(resource, id);
    const stored = await session.update(resource.name, id, given);
    if (stored === undefined) throw this.#missing(resource, id);
    this.#host.seen(stored);
    return toRow<R>(stored);
  }

  async delete(resource: AnyResource, id: string): Promise<boolean> {
    return this.#writable("delete").delete(resource.name, id);
  }

  async sql<T = Record<string, unknown>>(
    strings: TemplateStringsArray,
    ...values: readonly unknown[]
  ): Promise<readonly T[]> {
    const text = strings.reduce((before, part, index) => `${before}$${index}${part}`);
    const rows: readonly unknown[] = await this.#host.session().sql(text, values);
    // The handler says what its own SQL returns; nothing here can know.
    return rows as readonly T[];
  }

  async #read(resource: AnyResource, id: string, options?: DbReadOptions): Promise<StoredRow | undefined> {
    const lock = options?.lock === true;
    const session = lock ? this.#writable("lock") : this.#host.session();
    const row = await session.get(resource.name, id, { access: "all", ...(lock ? { lock } : {}) });
    if (row !== undefined) this.#host.seen(row);
    return row;
  }

  #plan(resource: AnyResource): ResourcePlan {
    const plan = this.#host.core.resources.get(resource.name);
    if (plan !== undefined) return plan;
    throw new UsageError({
      place: `db, resource ${resource.name}`,
      expected: "a resource of the contract",
      found: "one that the contract does not list",
      fix: `add it to resources of api(${JSON.stringify(this.#host.core.model.name)}, …)`,
    });
  }

  #check(resource: AnyResource, question: DbQuestion): CheckedQuestion {
    const { list } = this.#plan(resource).model;
    const { filter = [], sort: [sort] = [], limit, search, cursor, backward, offset, total } = question;
    return {
      filter,
      sort: sort ?? list.defaultSort,
      limit: limit ?? list.limit,
      ...(search === undefined ? {} : { search }),
      ...(cursor === undefined ? {} : { cursor }),
      ...(backward === undefined ? {} : { backward }),
      ...(offset === undefined ? {} : { offset }),
      ...(total === true ? { total } : {}),
    };
  }

  #writable(what: string): Session {
    if (this.#host.writable) return this.#host.session();
    throw new UsageError({
      place: `operation ${this.#host.operation}, db.${what}`,
      expected: "a query that only reads",
      found: "a write or a lock",
      fix: "declare the operation as a command",
    });
  }

  /** 422 at the input field that named the row, if one did. */
  #missing({ name }: AnyResource, id: string): ApiError {
    const { input } = this.#host;
    const field = isRecord(input) ? Object.keys(input).find((key) => input[key] === id) : undefined;
    return new ApiError("reference_not_found", `There is no ${name} with the id ${JSON.stringify(id)}.`, {
      violations:
        field === undefined
          ? []
          : [{ pointer: `/${field}`, code: "reference_not_found", message: "Names no existing row." }],
    });
  }
}

/** The store's rows have the model's fields, which were compiled from the resource's. */
function toRow<R extends AnyResource>({ values }: StoredRow): Row<R> {
  return values as Row<R>;
}
