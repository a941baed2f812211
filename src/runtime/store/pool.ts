import { ApiError } from "../../base/errors/index.ts";
import type { Connection, Driver } from "./driver.ts";
import { abortError, toConnectError } from "./errors.ts";

/** Options of {@link Pool}. */
export interface PoolOptions {
  readonly maxConnections: number;
  /** Calls that may wait for a connection; more are refused at once. */
  readonly maxWaiting: number;
  /** A connection older than this is replaced when it is given back. */
  readonly maxAgeMs: number;
}

interface Waiting {
  readonly resolve: (connection: Connection) => void;
  readonly reject: (error: ApiError) => void;
}

/** Hands connections to calls, first come first served; a call's signal ends its wait. */
export class Pool {
  readonly #driver: Driver;
  readonly #options: PoolOptions;
  readonly #idle: Connection[] = [];
  readonly #waiting = new Set<Waiting>();
  #open = 0;
  #closing: (() => void) | undefined;

  constructor(driver: Driver, options: PoolOptions) {
    this.#driver = driver;
    this.#options = options;
  }

  get kind(): Driver["kind"] {
    return this.#driver.kind;
  }

  get maxConnections(): number {
    return this.#options.maxConnections;
  }

  /** A connection, at once where one is idle. Rejects with `unavailable`, or as the signal says. */
  acquire(signal: AbortSignal | undefined): Connection | Promise<Connection> {
    if (signal?.aborted) return Promise.reject(abortError(signal));
    if (this.#closing) return Promise.reject(unavailable("The database is being closed"));
    if (this.#waiting.size === 0) {
      const idle = this.#takeIdle();
      if (idle) return idle;
    }
    return this.#wait(signal);
  }

  /** Takes a connection back; it must have no transaction open. */
  release(connection: Connection): void {
    const expired = Date.now() - connection.openedAt > this.#options.maxAgeMs;
    if (connection.lost || connection.stale || expired || this.#closing) {
      this.discard(connection);
      return;
    }
    const next = this.#nextWaiting();
    if (next) next.resolve(connection);
    else this.#idle.push(connection);
  }

  /** Closes a connection whose state is unknown. */
  discard(connection: Connection): void {
    void connection.close();
    this.#open--;
    this.#grow();
    this.#endClosing();
  }

  /** Refuses new calls, lets the running ones finish for a while, closes everything. */
  async close(graceMs = 5000): Promise<void> {
    if (this.#closing) return;
    const finished = new Promise<void>((resolve) => {
      this.#closing = resolve;
    });
    for (const waiting of this.#waiting) waiting.reject(unavailable("The database is being closed"));
    this.#waiting.clear();
    for (const connection of this.#idle.splice(0)) this.discard(connection);
    this.#endClosing();
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, graceMs);
    });
    await Promise.race([finished, grace]);
    clearTimeout(timer);
    await this.#driver.close();
  }

  #takeIdle(): Connection | undefined {
    for (let connection = this.#idle.pop(); connection; connection = this.#idle.pop()) {
      if (!connection.lost) return connection;
      this.discard(connection);
    }
    return undefined;
  }

  #wait(signal: AbortSignal | undefined): Promise<Connection> {
    if (this.#waiting.size >= this.#options.maxWaiting) {
      return Promise.reject(unavailable("Too many calls wait for the database"));
    }
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        if (this.#waiting.delete(waiting)) reject(abortError(signal!));
      };
      const done = () => signal?.removeEventListener("abort", onAbort);
      const waiting: Waiting = {
        resolve: (connection) => {
          done();
          resolve(connection);
        },
        reject: (error) => {
          done();
          reject(error);
        },
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#waiting.add(waiting);
      this.#grow();
    });
  }

  #nextWaiting(): Waiting | undefined {
    for (const waiting of this.#waiting) {
      this.#waiting.delete(waiting);
      return waiting;
    }
    return undefined;
  }

  /** Opens a connection for the calls that wait, if one more is allowed. */
  #grow(): void {
    if (this.#closing || this.#waiting.size === 0 || this.#open >= this.#options.maxConnections) return;
    this.#open++;
    this.#driver.connect().then(
      (connection) => this.release(connection),
      (error: unknown) => {
        this.#open--;
        this.#nextWaiting()?.reject(toConnectError(error));
        // The next one tries for itself: it may wait longer, and the database may be back.
        this.#grow();
        this.#endClosing();
      },
    );
  }

  #endClosing(): void {
    if (this.#open === 0) this.#closing?.();
  }
}

function unavailable(message: string): ApiError {
  return new ApiError("unavailable", message, { retryAfterSeconds: 1 });
}
