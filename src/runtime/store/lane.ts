import { type Connection, DatabaseError, isStalePlan } from "./driver.ts";
import { isConnectionLoss } from "./errors.ts";
import type { SharedStatement } from "./lane-statement.ts";
import type { Pool } from "./pool.ts";

// Fewer than the 100 that postgres.js pipelines, beyond which it would fall back to one statement at a time.
const MAX_STATEMENTS = 64;

// Ticks after the first look at which those behind a statement that still runs go elsewhere: 20 to 30 ms in all.
const SLOW_TICKS = 2;

// Ticks after which a read's statement is kept out of the lanes for a while, unless it was quick a moment ago.
const VERY_SLOW_TICKS = 10;

// Ticks after which an insert that others wait for, or could, is cancelled to wait for its lock elsewhere: 40 to 50 ms,
// and 200 where other lanes stand still too, since then it is more likely the disk that all wait for.
const LOCKED_TICKS = 4;
const STALLED_TICKS = 20;

// Ticks after which a cancelled statement that still runs means a dead network: five seconds.
const DEAD_TICKS = 500;

/**
 * One shared connection, held while statements are under way on it. The database runs them in the order sent, each a
 * transaction of its own, so only the first can be running. A tick is the store's own, not the clock's: a process that
 * was busy has not made a statement slow.
 */
export class Lane {
  readonly #pool: Pool;
  #connection: Connection | undefined;
  #opening = false;
  /** Sent and not yet answered. */
  #sent: SharedStatement[] = [];
  /** To be sent when the connection is there, or has prepared a statement. */
  #waiting: SharedStatement[] = [];
  /** Tick at which the first statement was first seen to be the first. */
  #since: number | undefined;
  #preparing = false;
  #slow = false;
  /** The first statement has been reported as one to be kept out. */
  #reported = false;
  /** What other lanes had finished when this one was found to be slow. */
  #finishedElsewhere = 0;
  #worn = false;
  #cancelling = false;
  /** A cancellation that may or may not arrive some day: the connection goes to nobody else. */
  #undelivered = false;
  /** The first statement, once it was cancelled, and the tick at which it was. */
  #cancelled: SharedStatement | undefined;
  #cancelledAt = 0;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Statements that have ended. */
  finished = 0;

  /** The last one that did not take long; whoever has read it takes it away. */
  quick: string | undefined;

  /** Statements under way. */
  get size(): number {
    return this.#sent.length + this.#waiting.length;
  }

  /** Whether it has a connection or is about to get one. */
  get held(): boolean {
    return this.#opening || this.#connection !== undefined;
  }

  /** Whether it has a connection. */
  get isOpen(): boolean {
    return this.#connection !== undefined;
  }

  /** Whether it takes another statement now and will come to it soon. */
  get accepts(): boolean {
    return !this.#slow && this.takes;
  }

  /** Whether it takes another statement at all. */
  get takes(): boolean {
    if (!this.held || this.#worn || this.#cancelling || this.size >= MAX_STATEMENTS) return false;
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
        for (const statement of this.#waiting.splice(0)) statement.finish(undefined);
      },
    );
  }

  send(statement: SharedStatement): void {
    this.#waiting.push(statement);
    if (this.#connection !== undefined) this.#flush(this.#connection);
  }

  /**
   * Looks after statements that take long; called at every tick, with how many statements other lanes have finished and what
   * tells whether a read was quick of late. Returns the text of one to be kept out for a while.
   */
  check(tick: number, finishedElsewhere: number, wasQuick: (text: string) => boolean): string | undefined {
    const connection = this.#connection;
    if (connection === undefined) return undefined;
    this.#worn = this.#pool.isWorn(connection);
    const [first] = this.#sent;
    if (first === undefined) return undefined;
    if (this.#since === undefined) {
      this.#since = tick;
      return undefined;
    }
    const age = tick - this.#since;
    const moves = finishedElsewhere !== this.#finishedElsewhere;
    const locked = !first.repeatable && age >= (moves ? LOCKED_TICKS : STALLED_TICKS);
    // Still running although nobody waits for it, or in the way of others.
    if ((first.settled || locked) && this.#cancelled === undefined) this.#cancel(connection, first, tick);
    const dead =
      this.#undelivered || (this.#cancelled !== undefined && tick - this.#cancelledAt >= DEAD_TICKS);
    if (dead && this.#isForsaken) {
      this.#leave(connection, true);
      return undefined;
    }
    if (age >= SLOW_TICKS) {
      if (!this.#slow) this.#finishedElsewhere = finishedElsewhere;
      this.#slow = true;
      this.#makeWay();
    }
    if (locked) return first.text;
    if (!first.repeatable || age < VERY_SLOW_TICKS || this.#reported) return undefined;
    if (wasQuick(first.text)) return undefined;
    this.#reported = true;
    return first.text;
  }

  /**
   * Sends those behind a slow statement elsewhere, as many as find a connection: for one that is still to be opened they would
   * wait longer than here, where the machine is what makes statements slow.
   */
  #makeWay(): void {
    const sent = this.#sent.slice(1).filter(({ settled, repeatable }) => repeatable && !settled);
    const behind = [...sent, ...this.#waiting];
    if (behind.length === 0) return;
    this.#pool.prepare(behind.length);
    for (const statement of behind.slice(0, this.#pool.spare)) statement.finish(undefined);
    this.#waiting = this.#waiting.filter(({ settled }) => !settled);
  }

  /** Whether nobody would be left in doubt if the connection were closed. */
  get #isForsaken(): boolean {
    return this.#sent.every(({ settled, repeatable }) => settled || repeatable);
  }

  #flush(connection: Connection): void {
    let next = 0;
    for (; next < this.#waiting.length && !this.#preparing; next++) {
      const statement = this.#waiting[next];
      if (statement === undefined || statement.settled) continue;
      // Known before it was sent: it had no effect.
      if (connection.lost) {
        statement.finish(undefined);
        continue;
      }
      // What is sent behind a statement being prepared would be queued by postgres.js one by one, and all after it.
      this.#preparing = !connection.isPrepared(statement.text);
      this.#send(connection, statement);
    }
    this.#waiting.splice(0, next);
  }

  #send(connection: Connection, statement: SharedStatement): void {
    this.#sent.push(statement);
    connection.query(statement.text, statement.parameters, true).then(
      (result) => {
        statement.finish(result);
        this.#done(connection, statement);
      },
      (error: unknown) => {
        if (mayRunAgain(statement, error)) statement.finish(undefined);
        else statement.fail(error);
        this.#done(connection, statement);
      },
    );
  }

  #done(connection: Connection, statement: SharedStatement): void {
    this.finished++;
    if (this.#connection !== connection) return;
    const place = this.#sent.indexOf(statement);
    this.#sent.splice(place, 1);
    if (!this.#slow) this.quick = statement.text;
    if (place === 0) {
      this.#since = undefined;
      this.#slow = false;
      this.#reported = false;
      if (!this.#cancelling) this.#cancelled = undefined;
    }
    if (this.#preparing) {
      this.#preparing = false;
      this.#flush(connection);
    }
    this.#rest(connection);
  }

  #cancel(connection: Connection, first: SharedStatement, tick: number): void {
    this.#cancelled = first;
    this.#cancelledAt = tick;
    this.#cancelling = true;
    connection.cancel().then(
      () => {
        if (this.#connection !== connection) return;
        this.#cancelling = false;
        if (this.#sent[0] !== first) this.#cancelled = undefined;
        this.#rest(connection);
      },
      () => {
        if (this.#connection !== connection) return;
        this.#undelivered = true;
        this.#rest(connection);
      },
    );
  }

  /** Gives the connection back where nothing is left to do; not while a cancellation could hit its next user. */
  #rest(connection: Connection): void {
    if (this.#undelivered ? this.#isForsaken : this.size === 0 && !this.#cancelling)
      this.#leave(connection, this.#undelivered);
  }

  #leave(connection: Connection, broken: boolean): void {
    if (this.#connection !== connection) return;
    const sent = this.#sent;
    const waiting = this.#waiting;
    this.#connection = undefined;
    this.#sent = [];
    this.#waiting = [];
    this.#since = undefined;
    this.#preparing = false;
    this.#slow = false;
    this.#reported = false;
    this.#worn = false;
    this.#cancelling = false;
    this.#undelivered = false;
    this.#cancelled = undefined;
    if (broken) this.#pool.discard(connection);
    else this.#pool.release(connection);
    // Inserts that were sent are told by the connection that it is lost.
    for (const statement of sent) if (statement.repeatable) statement.finish(undefined);
    for (const statement of waiting) statement.finish(undefined);
  }
}

/**
 * Whether an error may be due to another statement, and running this one again is safe. A cancelled statement was
 * undone, one whose plan is stale has not begun; what became of an insert whose connection was lost nobody knows.
 */
function mayRunAgain({ repeatable }: SharedStatement, error: unknown): boolean {
  if (!(error instanceof DatabaseError)) return false;
  if (error.code === "57014" || isStalePlan(error)) return true;
  return repeatable && isConnectionLoss(error.code);
}
