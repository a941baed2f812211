import type { Connection, QueryResult, SqlText } from "./driver.ts";
import { type Constraints, toStoreError } from "./errors.ts";
import type { Pool } from "./pool.ts";

const NO_CONSTRAINTS: Constraints = new Map();

/** The database for the store's own work: no call's deadline, one connection at a time. */
export class Database {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  get kind(): Pool["kind"] {
    return this.#pool.kind;
  }

  /** Runs one statement. */
  async query(
    text: string,
    parameters: readonly SqlText[] = [],
    options: { readonly constraints?: Constraints } = {},
  ): Promise<QueryResult> {
    const connection = await this.#pool.acquire();
    try {
      return await connection.query(text, parameters, false);
    } catch (error) {
      throw toStoreError(error, "write", options.constraints ?? NO_CONSTRAINTS);
    } finally {
      this.#pool.release(connection);
    }
  }

  /** Lends a connection; it must have no transaction open when the function returns, and is closed when it throws. */
  async use<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await this.#pool.acquire();
    try {
      const result = await work(connection);
      this.#pool.release(connection);
      return result;
    } catch (error) {
      this.#pool.discard(connection);
      throw toStoreError(error, "sql", NO_CONSTRAINTS);
    }
  }
}
