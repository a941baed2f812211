import { type Connection, DatabaseError, isStalePlan, type QueryResult, type SqlText } from "./driver.ts";
import { isConnectionLoss } from "./errors.ts";
import type { Pool } from "./pool.ts";

/** What a lane must know of a read. */
export interface SharedRead {
  readonly text: string;
  readonly parameters: readonly SqlText[];
  /** Its caller has been answered. */
  readonly settled: boolean;
  /** Undefined: it must be run again alone. */
  finish(result: QueryResult | undefined): void;
  fail(error: unknown): void;
}

// Fewer than the 100 that postgres.js pipelines, beyond which it would fall back to one statement at a time.
const MAX_READS = 64;

// Ticks after the first look at which those behind a read that still runs go elsewhere: 20 to 30 ms in all.
const SLOW_TICKS = 2;

// Ticks after which its statement is kept out of the lanes for a while.
const VERY_SLOW_TICKS = 10;

// Ticks after which a cancelled statement that still runs means a dead network: five seconds.
const DEAD_TICKS = 500;

/**
 * One shared connection, held while reads are under way on it. The database runs them in the order sent, so only the
 * first can be running. A tick is the store's own, not the clock's: a process that was busy has not made a read slow.
 */
export class Lane {
  readonly #pool: Pool;
  #connection: Connection | undefined;
  #opening = false;
  /** Sent and not yet answered. */
  #sent: SharedRead[] = [];
  /** To be sent when the connection is there, or has prepared a statement. */
  #waiting: SharedRead[] = [];
  /** Tick at which the first read was first seen to be the first. */
  #since: number | undefined;
  #preparing = false;
  #slow = false;
  #worn = false;
  #cancelling = false;
  /** Tick at which the first read was cancelled. */
  #cancelledAt: number | undefined;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Reads under way. */
  get size(): number {
    return this.#sent.length + this.#waiting.length;
  }

  /** Whether it has a connection or is about to get one. */
  get held(): boolean {
    return this.#opening || this.#connection !== undefined;
  }

  /** Whether it takes another read now. */
  get accepts(): boolean {
    if (!this.held || this.#slow || this.#worn || this.#cancelling || this.size >= MAX_READS) return false;
    const connection = this.#connection;
    return connection === undefined || !(connection.lost || connection.stale);
  }

  /** Gets itself a connection. */
  open(): void {
    const connection = this.#pool.acquire();
    if (!(connection instanceof Promise)) {
      this.#connection = connection;
      return;
    }
    this.#opening = true;
    connection.then(
      (opened) => {
        this.#opening = false;
        this.#connection = opened;
        this.#flush(opened);
        this.#rest(opened);
      },
      () => {
        this.#opening = false;
        for (const read of this.#waiting.splice(0)) read.finish(undefined);
      },
    );
  }

  send(read: SharedRead): void {
    this.#waiting.push(read);
    if (this.#connection !== undefined) this.#flush(this.#connection);
  }

  /** Looks after reads that take long; called at every tick. Returns the text of one that turns out very slow. */
  check(tick: number): string | undefined {
    const connection = this.#connection;
    if (connection === undefined) return undefined;
    this.#worn = this.#pool.isWorn(connection);
    const [first] = this.#sent;
    if (first === undefined) return undefined;
    if (this.#since === undefined) {
      this.#since = tick;
      return undefined;
    }
    // Still running although nobody waits for it.
    if (first.settled && this.#cancelledAt === undefined) this.#cancel(connection, tick);
    if (this.#cancelledAt !== undefined && tick - this.#cancelledAt >= DEAD_TICKS) {
      this.#leave(connection, true);
      return undefined;
    }
    const age = tick - this.#since;
    if (!this.#slow && age >= SLOW_TICKS) {
      this.#slow = true;
      for (const read of this.#sent.slice(1)) read.finish(undefined);
      for (const read of this.#waiting.splice(0)) read.finish(undefined);
    }
    return age === VERY_SLOW_TICKS ? first.text : undefined;
  }

  #flush(connection: Connection): void {
    let next = 0;
    for (; next < this.#waiting.length && !this.#preparing; next++) {
      const read = this.#waiting[next];
      if (read === undefined || read.settled) continue;
      // What is sent behind a statement being prepared would be queued by postgres.js one by one, and all after it.
      this.#preparing = !connection.isPrepared(read.text);
      this.#send(connection, read);
    }
    this.#waiting.splice(0, next);
  }

  #send(connection: Connection, read: SharedRead): void {
    this.#sent.push(read);
    connection.query(read.text, read.parameters, true).then(
      (result) => {
        read.finish(result);
        this.#done(connection, read);
      },
      (error: unknown) => {
        if (isNeighbours(error)) read.finish(undefined);
        else read.fail(error);
        this.#done(connection, read);
      },
    );
  }

  #done(connection: Connection, read: SharedRead): void {
    if (this.#connection !== connection) return;
    const place = this.#sent.indexOf(read);
    this.#sent.splice(place, 1);
    if (place === 0) {
      this.#since = undefined;
      this.#slow = false;
      if (!this.#cancelling) this.#cancelledAt = undefined;
    }
    if (this.#preparing) {
      this.#preparing = false;
      this.#flush(connection);
    }
    this.#rest(connection);
  }

  #cancel(connection: Connection, tick: number): void {
    this.#cancelledAt = tick;
    this.#cancelling = true;
    connection.cancel().then(
      () => {
        if (this.#connection !== connection) return;
        this.#cancelling = false;
        this.#rest(connection);
      },
      () => this.#leave(connection, true),
    );
  }

  /** Gives the connection back where nothing is left to do; not while a cancellation could hit its next user. */
  #rest(connection: Connection): void {
    if (this.size === 0 && !this.#cancelling) this.#leave(connection, false);
  }

  #leave(connection: Connection, broken: boolean): void {
    if (this.#connection !== connection) return;
    const reads = [...this.#sent, ...this.#waiting];
    this.#connection = undefined;
    this.#sent = [];
    this.#waiting = [];
    this.#since = undefined;
    this.#preparing = false;
    this.#slow = false;
    this.#worn = false;
    this.#cancelling = false;
    this.#cancelledAt = undefined;
    if (broken) this.#pool.discard(connection);
    else this.#pool.release(connection);
    for (const read of reads) read.finish(undefined);
  }
}

/** Whether an error may be due to another read: a cancellation, a lost connection, a migration noticed. */
function isNeighbours(error: unknown): boolean {
  if (!(error instanceof DatabaseError)) return false;
  return error.code === "57014" || isStalePlan(error) || isConnectionLoss(error.code);
}
