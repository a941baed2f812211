/**
 * The smallest thing a database must do for us. Everything above it, SQL text and values, is the same for PostgreSQL
 * and PGlite: both speak the wire protocol's text format, so parameters and columns are texts here.
 */
export interface Driver {
  readonly kind: "postgres" | "pglite";
  /** Connections it can have at once. */
  readonly maxConnections: number;
  connect(): Promise<Connection>;
  /** Called after all connections are closed. */
  close(): Promise<void>;
}

/** One connection, used by one call at a time. */
export interface Connection {
  /**
   * Sends one statement. Statements sent without waiting run in the order sent, in one flight where the driver can.
   * Rejects with {@link DatabaseError}.
   */
  query(text: string, parameters: readonly SqlText[], prepare: boolean): Promise<QueryResult>;
  /** Whether it has a statement prepared, so that sending it takes one flight. */
  isPrepared(text: string): boolean;
  /** Runs statements without parameters, separated by semicolons, in one implicit transaction. */
  script(text: string): Promise<void>;
  /**
   * Asks the database to cancel what runs. Resolves when the request was delivered, so that it cannot hit a later
   * statement; rejects when it could not be delivered. False where the driver cannot cancel.
   */
  cancel(): Promise<boolean>;
  /** True once the connection is known to be gone. It stays so. */
  readonly lost: boolean;
  /** True when its prepared statements no longer fit the schema: it should be closed instead of used again. */
  readonly stale: boolean;
  /** Milliseconds since the epoch. */
  readonly openedAt: number;
  /** Never throws. */
  close(): Promise<void>;
}

/** A value in the text format of the wire protocol; null is NULL. */
export type SqlText = string | null;

/** Rows as texts, by position. */
export interface QueryResult {
  readonly rows: readonly (readonly SqlText[])[];
  readonly columns: readonly ResultColumn[];
  /** Command tag without counts: `SELECT`, `COMMIT`, `ROLLBACK`. */
  readonly command: string;
  /** Rows selected or changed. */
  readonly count: number;
}

export interface ResultColumn {
  readonly name: string;
  /** Type oid of pg_type. */
  readonly type: number;
}

/** What the database reported. */
export interface DatabaseErrorFields {
  /** SQLSTATE, or a system error name such as `ECONNREFUSED`. */
  readonly code: string;
  readonly detail?: string | undefined;
  readonly constraint?: string | undefined;
  readonly table?: string | undefined;
  readonly column?: string | undefined;
  readonly routine?: string | undefined;
  readonly cause?: unknown;
}

/** A failure as the database or the connection to it reported it; inside the store only. */
export class DatabaseError extends Error {
  override readonly name = "DatabaseError";
  readonly code: string;
  readonly detail: string | undefined;
  readonly constraint: string | undefined;
  readonly table: string | undefined;
  readonly column: string | undefined;
  readonly routine: string | undefined;

  constructor(message: string, fields: DatabaseErrorFields) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.code = fields.code;
    this.detail = fields.detail;
    this.constraint = fields.constraint;
    this.table = fields.table;
    this.column = fields.column;
    this.routine = fields.routine;
  }
}

/** SQLSTATE class 08: the connection failed. */
export const CONNECTION_LOST = "08006";

/** SQLSTATE 26000: there is no such prepared statement. */
export const STALE_STATEMENT = "26000";

/** Whether an error means that prepared statements no longer fit the schema. */
export function isStalePlan(error: DatabaseError): boolean {
  return (
    (error.code === "0A000" && error.routine === "RevalidateCachedQuery") || error.code === STALE_STATEMENT
  );
}
