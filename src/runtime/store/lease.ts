import type { ApiError } from "../../base/errors/index.ts";
import { type Connection, DatabaseError, type QueryResult, type SqlText } from "./driver.ts";
import { abortError, type Constraints, type Purpose, toStoreError } from "./errors.ts";
import type { Pool } from "./pool.ts";

// A cancelled statement normally ends within milliseconds. One that does not means a dead network: give up on it.
const CANCEL_GRACE_MS = 5000;

/**
 * One call's hold on a connection: for one statement, or from begin to commit. When the signal aborts, the caller is
 * answered at once; the statement is cancelled and the transaction rolled back behind it, and only then does the
 * connection go to somebody else.
 */
export class Lease {
  readonly #pool: Pool;
  readonly #connection: Connection;
  readonly #signal: AbortSignal;
  readonly #constraints: Constraints;
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #rejects = new Set<(error: ApiError) => void>();
  readonly #onAbort = () => this.#abandon(true);
  #transaction = false;
  #over = false;
  /** What aborted the transaction: the statements after it fail too, and only for that reason. */
  #failure: unknown;

  constructor(pool: Pool, connection: Connection, signal: AbortSignal, constraints: Constraints) {
    this.#pool = pool;
    this.#connection = connection;
    this.#signal = signal;
    this.#constraints = constraints;
    signal.addEventListener("abort", this.#onAbort, { once: true });
    // The signal may have been aborted between the connection's becoming free and now.
    if (signal.aborted) this.#abandon(true);
  }

  /** Whether the connection is gone, or keeps statements that no longer fit the schema: another one may serve. */
  get unfit(): boolean {
    return this.#connection.lost || this.#connection.stale;
  }

  /** Starts a transaction, in one flight with the statement that follows. */
  begin(): void {
    this.#transaction = true;
    this.#track(this.#connection.query("begin", [], true)).catch(() => {});
  }

  /** Sends one statement, after those already sent. */
  run(
    text: string,
    parameters: readonly SqlText[],
    options: { readonly prepare?: boolean; readonly purpose?: Purpose } = {},
  ): Promise<QueryResult> {
    if (this.#over) return Promise.reject(abortError(this.#signal));
    const { prepare = false, purpose } = options;
    const sent = this.#track(this.#connection.query(text, parameters, prepare));
    return new Promise((resolve, reject) => {
      this.#rejects.add(reject);
      sent.then(
        (result) => {
          this.#rejects.delete(reject);
          resolve(result);
        },
        (error: unknown) => {
          this.#rejects.delete(reject);
          reject(toStoreError(this.#explain(error), purpose, this.#constraints));
        },
      );
    });
  }

  /** Goes back to a savepoint, after which statements work again. */
  async undo(savepoint: string): Promise<void> {
    await this.run(savepoint, [], { prepare: true });
    this.#failure = undefined;
  }

  /** Commits and gives the connection back. Throws where the database rolls back instead, since a statement had failed. */
  async commit(): Promise<void> {
    if (this.#over) throw abortError(this.#signal);
    // From here on the signal is not looked at: a commit cannot be called back, and what became of it must be known.
    this.#over = true;
    this.#signal.removeEventListener("abort", this.#onAbort);
    try {
      const { command } = await this.#connection.query("commit", [], true);
      this.#transaction = false;
      this.#pool.release(this.#connection);
      if (command === "COMMIT") return;
    } catch (error) {
      this.#pool.discard(this.#connection);
      throw toStoreError(error, "commit", this.#constraints);
    }
    throw new TypeError("A statement failed and its error was swallowed: the transaction was rolled back", {
      cause: this.#failure,
    });
  }

  /** Ends the hold without a commit; what was begun is rolled back. Never throws. */
  async end(): Promise<void> {
    if (this.#over) return;
    if (this.#transaction) await this.#abandon(false);
    else {
      this.#over = true;
      this.#signal.removeEventListener("abort", this.#onAbort);
      this.#pool.release(this.#connection);
    }
  }

  #explain(error: unknown): unknown {
    if (!(error instanceof DatabaseError)) return error;
    if (error.code !== "25P02") {
      this.#failure ??= error;
      return error;
    }
    return new DatabaseError(error.message, { code: error.code, cause: this.#failure });
  }

  #track<T>(sent: Promise<T>): Promise<T> {
    this.#underWay.add(sent);
    const done = () => this.#underWay.delete(sent);
    sent.then(done, done);
    return sent;
  }

  async #abandon(aborted: boolean): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    this.#signal.removeEventListener("abort", this.#onAbort);
    for (const reject of this.#rejects) reject(abortError(this.#signal));
    this.#rejects.clear();
    if (await this.#cleanUp(aborted)) this.#pool.release(this.#connection);
    else this.#pool.discard(this.#connection);
  }

  /** Whether the connection is fit for use again. */
  async #cleanUp(aborted: boolean): Promise<boolean> {
    if (this.#connection.lost) return false;
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), CANCEL_GRACE_MS);
      timer.unref();
    });
    const clean = async () => {
      const running = Promise.allSettled(this.#underWay);
      if (aborted && this.#underWay.size > 0) await this.#connection.cancel();
      await running;
      if (this.#transaction) await this.#connection.query("rollback", [], true);
      return !this.#connection.lost;
    };
    try {
      return await Promise.race([clean(), tooLong]);
    } catch {
      return false;
    } finally {
      clearTimeout(timer);
    }
  }
}
