import { ApiError } from "../../base/errors/index.ts";
import { type Connection, DatabaseError, type QueryResult, type SqlText } from "./driver.ts";
import { type Constraints, fateOf, type Purpose, toStoreError } from "./errors.ts";
import type { Interruptible, Interruption } from "./interruption.ts";
import type { Pool } from "./pool.ts";

// A cancelled statement normally ends within milliseconds. One that does not means a dead network: give up on it.
const CANCEL_GRACE_MS = 5000;

/**
 * One call's hold on a connection: for one statement, or from begin to commit. When the call is interrupted, it is
 * answered at once; the statement is cancelled and the transaction rolled back behind it, and only then does the
 * connection go to somebody else.
 */
export class Lease implements Interruptible {
  readonly #pool: Pool;
  readonly #connection: Connection;
  readonly #interruption: Interruption;
  readonly #constraints: Constraints;
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #rejects = new Set<(error: ApiError) => void>();
  #transaction = false;
  #over = false;
  /** What aborted the transaction: the statements after it fail too, and only for that reason. */
  #failure: unknown;

  constructor(pool: Pool, connection: Connection, interruption: Interruption, constraints: Constraints) {
    this.#pool = pool;
    this.#connection = connection;
    this.#interruption = interruption;
    this.#constraints = constraints;
    // The call may have been interrupted between the connection's becoming free and now.
    if (interruption.reason) this.interrupted();
    else interruption.add(this);
  }

  interrupted(): void {
    void this.#abandon(true);
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
    if (this.#over) return Promise.reject(this.#ended());
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
          reject(
            toStoreError(
              this.#explain(error),
              this.#transaction ? purpose : fateOf(error, purpose),
              this.#constraints,
            ),
          );
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
    if (this.#over) throw this.#ended();
    // From here on nothing interrupts it: a commit cannot be called back, and what became of it must be known.
    this.#over = true;
    this.#interruption.remove(this);
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
      this.#interruption.remove(this);
      this.#pool.release(this.#connection);
    }
  }

  /** Why nothing more can be done here. */
  #ended(): ApiError {
    return this.#interruption.reason ?? new ApiError("cancelled", "The transaction was rolled back.");
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
    this.#interruption.remove(this);
    for (const reject of this.#rejects) reject(this.#ended());
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
