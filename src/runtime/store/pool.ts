import { ApiError } from "../../base/errors/index.ts";
import type { Connection, Driver } from "./driver.ts";
import { toConnectError } from "./errors.ts";
import type { Interruptible, Interruption } from "./interruption.ts";

/** Options of {@link Pool}. */
export interface PoolOptions {
  readonly maxConnections: number;
  /** Calls that may wait for a connection; more are refused at once. */
  readonly maxWaiting: number;
  /** A connection older than this is replaced when it is given back. */
  readonly maxAgeMs: number;
}

/** Hands connections to calls, first come first served; a call's interruption ends its wait. */
export class Pool {
  readonly #driver: Driver;
  readonly #options: PoolOptions;
  readonly #idle: Connection[] = [];
  readonly #waiting = new Set<Waiting>();
  /** Connections that are open or being opened, and those being opened. */
  #open = 0;
  #opening = 0;
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

  /** A connection, at once where one is idle. Rejects with `unavailable`, or with the interruption's reason. */
  acquire(interruption?: Interruption): Connection | Promise<Connection> {
    if (interruption?.reason) return Promise.reject(interruption.reason);
    if (this.#closing) return Promise.reject(unavailable("The database is being closed"));
    return this.#takeIdle() ?? this.#wait(interruption);
  }

  /** Whether a connection would be given at once, or opened. */
  get hasRoom(): boolean {
    return this.#waiting.size === 0 && (this.#idle.length > 0 || this.#open < this.#options.maxConnections);
  }

  /** Whether a connection would be given at once. */
  get hasIdle(): boolean {
    return this.#waiting.size === 0 && this.#idle.length > 0;
  }

  /**
   * How many could have a connection without waiting for one to be opened, which takes a second on a machine that is too
   * busy. Any number where all are open: then there are only others to wait for.
   */
  get spare(): number {
    if (this.#opening === 0 && this.#open >= this.#options.maxConnections) return Number.POSITIVE_INFINITY;
    return this.#waiting.size > 0 ? 0 : this.#idle.length;
  }

  /** Opens connections, as far as it may, for so many who would like one and can do without. */
  prepare(count: number): void {
    const missing = count - this.#idle.length - this.#opening;
    for (let opened = 0; opened < missing && this.#mayOpen; opened++) this.#openOne();
  }

  /** Whether anybody waits for a connection. */
  get isWanted(): boolean {
    return this.#waiting.size > 0;
  }

  #takeIdle(): Connection | undefined {
    if (this.#waiting.size > 0) return undefined;
    for (let connection = this.#idle.pop(); connection; connection = this.#idle.pop()) {
      if (!connection.lost) return connection;
      this.discard(connection);
    }
    return undefined;
  }

  /** Takes a connection back; it must have no transaction open. */
  release(connection: Connection): void {
    if (this.#closing || this.isWorn(connection)) {
      this.discard(connection);
      return;
    }
    const next = this.#nextWaiting();
    if (next) next.resolve(connection);
    else this.#idle.push(connection);
  }

  /** Whether a connection is to be replaced instead of used on. */
  isWorn({ lost, stale, openedAt }: Connection): boolean {
    return lost || stale || Date.now() - openedAt > this.#options.maxAgeMs;
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

  #wait(interruption: Interruption | undefined): Promise<Connection> {
    if (this.#waiting.size >= this.#options.maxWaiting) {
      return Promise.reject(unavailable("Too many calls wait for the database"));
    }
    return new Promise((resolve, reject) => {
      const waiting = new Waiting(this.#waiting, interruption, { resolve, reject });
      this.#waiting.add(waiting);
      interruption?.add(waiting);
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
    if (this.#waiting.size > 0 && this.#mayOpen) this.#openOne();
  }

  get #mayOpen(): boolean {
    return this.#closing === undefined && this.#open < this.#options.maxConnections;
  }

  #openOne(): void {
    this.#open++;
    this.#opening++;
    this.#driver.connect().then(
      (connection) => {
        this.#opening--;
        this.release(connection);
      },
      (error: unknown) => {
        this.#open--;
        this.#opening--;
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

/** A call that waits for a connection. */
class Waiting implements Interruptible {
  readonly #queue: Set<Waiting>;
  readonly #interruption: Interruption | undefined;
  readonly #answer: { resolve(connection: Connection): void; reject(error: ApiError): void };

  constructor(
    queue: Set<Waiting>,
    interruption: Interruption | undefined,
    answer: { resolve(connection: Connection): void; reject(error: ApiError): void },
  ) {
    this.#queue = queue;
    this.#interruption = interruption;
    this.#answer = answer;
  }

  interrupted(reason: ApiError): void {
    if (this.#queue.delete(this)) this.#answer.reject(reason);
  }

  resolve(connection: Connection): void {
    this.#interruption?.remove(this);
    this.#answer.resolve(connection);
  }

  reject(error: ApiError): void {
    this.#interruption?.remove(this);
    this.#answer.reject(error);
  }
}

function unavailable(message: string): ApiError {
  return new ApiError("unavailable", message, { retryAfterSeconds: 1 });
}
