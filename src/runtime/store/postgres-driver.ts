import postgres from "postgres";
import {
  CONNECTION_LOST,
  type Connection,
  DatabaseError,
  type Driver,
  isStalePlan,
  type QueryResult,
  STALE_STATEMENT,
} from "./driver.ts";
import { isBroken } from "./errors.ts";

/** Options of {@link createPostgresDriver}. */
export interface PostgresDriverOptions {
  readonly url: string;
  readonly maxConnections: number;
  readonly connectTimeoutMs: number;
}

// Every built-in conversion of postgres.js is replaced by none, so that both drivers hand over the same texts.
const CONVERTED_TYPES = [16, 17, 20, 21, 23, 25, 26, 114, 700, 701, 1082, 1114, 1184, 3802];
const TEXT_ONLY = {
  to: 25,
  from: CONVERTED_TYPES,
  serialize: (value: unknown) => String(value),
  parse: (value: unknown) => value,
};

/** A driver for PostgreSQL, on postgres.js. */
export function createPostgresDriver(options: PostgresDriverOptions): Driver {
  return {
    kind: "postgres",
    maxConnections: options.maxConnections,
    connect: () => connect(options),
    close: async () => {},
  };
}

/**
 * Opens one connection. Each has a postgres.js instance of its own (max: 1), reserved at once: only so is it known
 * when the connection is gone, and statements sent after that are refused instead of run on another one, outside their
 * transaction.
 */
async function connect(options: PostgresDriverOptions): Promise<Connection> {
  let gone = () => {};
  let socketClosed = false;
  const sql = postgres(options.url, {
    max: 1,
    prepare: true,
    fetch_types: false,
    idle_timeout: 0,
    max_lifetime: null,
    connect_timeout: Math.max(1, Math.ceil(options.connectTimeoutMs / 1000)),
    backoff: false,
    types: { text: TEXT_ONLY },
    onnotice: () => {},
    onclose: () => {
      socketClosed = true;
      gone();
    },
    connection: {
      application_name: "concordat",
      TimeZone: "UTC",
      DateStyle: "ISO, YMD",
      IntervalStyle: "postgres",
      bytea_output: "hex",
      extra_float_digits: 1,
      standard_conforming_strings: true,
    },
  });
  try {
    // reserve() alone never resolves on a connection that is not open yet when fetch_types is off.
    await sql.unsafe("select 1");
    const reserved = await sql.reserve();
    const connection = new PostgresConnection(reserved, () => sql.end({ timeout: 1 }));
    gone = () => connection.markLost();
    if (socketClosed) connection.markLost();
    return connection;
  } catch (error) {
    await sql.end({ timeout: 0 }).catch(() => {});
    throw toDatabaseError(error);
  }
}

/** What postgres.js keeps in a query, beside its types. */
interface QueryInternals {
  /** Sends a CancelRequest; resolves when it was delivered. */
  canceller: ((query: unknown) => Promise<void>) | null;
  readonly active: boolean;
  /** Whether a failure by a stale plan is repeated. */
  prepared: boolean;
  readonly options: SentOptions;
}

interface SentOptions {
  query?: QueryInternals;
}

/**
 * Called by postgres.js when it has sent a query; true: more may be sent behind it. Keeps it from repeating a statement
 * whose plan is stale: it would do so behind statements already sent, among them the commit of its transaction, and
 * out of step with the answers of others. Who may repeat it, and where, is decided in the store.
 */
function onexecute(this: SentOptions): boolean {
  if (this.query) this.query.prepared = false;
  return true;
}

const PREPARED = { prepare: true, simple: false, onexecute };
const UNPREPARED = { prepare: false, simple: false, onexecute };

class PostgresConnection implements Connection {
  readonly openedAt = Date.now();
  lost = false;
  stale = false;
  readonly #sql: postgres.ReservedSql;
  readonly #end: () => Promise<void>;
  readonly #prepared = new Set<string>();
  /** Rejects of the statements under way; postgres.js leaves those it had queued unsettled when the socket closes. */
  readonly #underWay = new Map<unknown, (error: DatabaseError) => void>();

  constructor(sql: postgres.ReservedSql, end: () => Promise<void>) {
    this.#sql = sql;
    this.#end = end;
  }

  markLost(): void {
    this.lost = true;
    const rejects = [...this.#underWay.values()];
    this.#underWay.clear();
    for (const reject of rejects) reject(connectionLost());
  }

  query(text: string, parameters: readonly (string | null)[], prepare: boolean): Promise<QueryResult> {
    if (this.lost) return Promise.reject(connectionLost());
    const query = this.#sql.unsafe(text, toMutable(parameters), prepare ? PREPARED : UNPREPARED).values();
    const sent = internals(query);
    sent.options.query = sent;
    return new Promise((resolve, reject) => {
      this.#underWay.set(query, reject);
      query.then(
        (result) => {
          this.#underWay.delete(query);
          if (prepare) this.#prepared.add(text);
          const rows = [...result];
          const { columns, command, count } = result;
          // postgres.js makes a result when the query before it ends. V8 learns that they live long and puts them where
          // only a major collection frees what they hold: full ones made the heap grow by a quarter of all that was read.
          result.length = 0;
          resolve({ rows, columns: columns ?? [], command: command ?? "", count: count ?? 0 });
        },
        (thrown: unknown) => {
          this.#underWay.delete(query);
          const error = this.#explain(toDatabaseError(thrown), text);
          if (isStalePlan(error)) this.stale = true;
          // The server says goodbye before it closes the socket; nothing sent after that is answered.
          if (isBroken(error.code)) this.lost = true;
          reject(error);
        },
      );
    });
  }

  /** A prepared statement that no longer fits the type of a column says so in words of its own. */
  #explain(error: DatabaseError, text: string): DatabaseError {
    if (error.routine !== "transformAssignedExpr" || !this.#prepared.has(text)) return error;
    return new DatabaseError(error.message, { code: STALE_STATEMENT, cause: error });
  }

  isPrepared(text: string): boolean {
    return this.#prepared.has(text);
  }

  async script(text: string): Promise<void> {
    if (this.lost) throw connectionLost();
    const query = this.#sql.unsafe(text).simple();
    await new Promise<void>((resolve, reject) => {
      this.#underWay.set(query, reject);
      query.then(
        () => resolve(),
        (thrown: unknown) => reject(toDatabaseError(thrown)),
      );
    }).finally(() => this.#underWay.delete(query));
  }

  async cancel(): Promise<boolean> {
    for (const query of this.#underWay.keys()) {
      const { canceller, active } = internals(query);
      // One request stops the statement that runs; those sent behind it fail with the transaction.
      if (active && canceller) await canceller(query);
    }
    return true;
  }

  async close(): Promise<void> {
    const wasLost = this.lost;
    this.markLost();
    if (!wasLost) this.#sql.release();
    await this.#end().catch(() => {});
  }
}

function connectionLost(): DatabaseError {
  return new DatabaseError("The connection to the database was lost", { code: CONNECTION_LOST });
}

/** The fields of postgres.js errors: PostgresError for those of the server, plain errors with a code for the rest. */
interface PostgresJsError {
  readonly message: string;
  readonly code?: string;
  readonly detail?: string;
  readonly constraint_name?: string;
  readonly table_name?: string;
  readonly column_name?: string;
  readonly routine?: string;
}

function toDatabaseError(thrown: unknown): DatabaseError {
  if (thrown instanceof DatabaseError) return thrown;
  if (!(thrown instanceof Error)) return new DatabaseError(String(thrown), { code: "XX000" });
  const error: PostgresJsError = thrown;
  return new DatabaseError(error.message, {
    code: error.code ?? "XX000",
    detail: error.detail,
    constraint: error.constraint_name,
    table: error.table_name,
    column: error.column_name,
    routine: error.routine,
    cause: thrown,
  });
}

/** What of a query is not in its types. */
function internals(query: unknown): QueryInternals {
  return query as QueryInternals;
}

/** postgres.js does not write into the list; its types ask for one that could be. */
function toMutable(parameters: readonly (string | null)[]): (string | null)[] {
  return parameters as (string | null)[];
}
