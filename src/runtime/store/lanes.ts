import type { QueryResult, SqlText } from "./driver.ts";
import type { Interruption } from "./interruption.ts";
import { Lane } from "./lane.ts";
import { LaneStatement } from "./lane-statement.ts";
import type { Pool } from "./pool.ts";

// How often lanes are looked at while they are in use.
const TICK_MS = 10;

// Milliseconds for which a statement that was very slow stays out of the lanes.
const SLOW_MS = 2000;

// Ticks for which a read that did not take long is known for it: about a second.
const QUICK_TICKS = 100;

// Callers can make any number of statement shapes; more slow or quick ones than this at a time are forgotten.
const MAX_SHAPES = 100;

// Characters of parameters that make a statement too big to share: a full socket buffer would stop the whole lane.
const MAX_PARAMETERS_LENGTH = 4096;

/** What the statements of some lanes have in common. */
export interface LanesOptions {
  /** They only read. What does more must be harmless to send again where the database says that it had no effect. */
  readonly repeatable: boolean;
  /** Makes the error that a call gets of what the database reported. */
  readonly explain: (error: unknown) => unknown;
}

/**
 * Connections that single prepared statements of many calls share, several in flight on each: one system call then
 * carries several statements. One that a neighbour's trouble has hit is run again on a connection of its own, which is
 * safe for reads at any time, for inserts where the database says that they had no effect. Reads and inserts have
 * lanes apart. See docs/decisions/0008-read-lanes.md and 0026-insert-lanes.md.
 */
export class Lanes {
  readonly #pool: Pool;
  readonly #repeatable: boolean;
  readonly #explain: LanesOptions["explain"];
  /** So many lanes, the first ones, are used even while others wait for a connection. */
  readonly #kept: number;
  readonly #lanes: readonly Lane[];
  /** Statements that were very slow of late, and until when they stay out. */
  readonly #slow = new Map<string, number>();
  /** Statements that did not take long, and the tick at which that was last seen. One of each lane is looked at in a tick. */
  readonly #quick = new Map<string, number>();
  #ticks = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(pool: Pool, { repeatable, explain }: LanesOptions) {
    this.#pool = pool;
    this.#repeatable = repeatable;
    this.#explain = explain;
    this.#kept = laneCount(pool.maxConnections);
    const most = repeatable || this.#kept === 0 ? this.#kept : pool.maxConnections;
    this.#lanes = Array.from({ length: most }, () => new Lane(pool));
  }

  /**
   * Sends a statement with others. Undefined where no lane takes it, a promise of undefined where it was taken, had no
   * effect and must be run again alone. Rejects with what the database reported, explained, or with the interruption's reason.
   */
  run(
    text: string,
    parameters: readonly SqlText[],
    interruption: Interruption,
  ): Promise<QueryResult | undefined> | undefined {
    if (interruption.reason) return Promise.reject(interruption.reason);
    const lane = isLong(parameters) || this.#isSlow(text) ? undefined : this.#choose();
    if (lane === undefined) return undefined;
    if (this.#timer === undefined) this.#watch();
    const repeatable = this.#repeatable;
    return new Promise((resolve, reject) => {
      const statement = new LaneStatement({ text, parameters, repeatable }, interruption, {
        resolve,
        reject: (error) => reject(this.#explain(error)),
      });
      interruption.add(statement);
      lane.send(statement);
    });
  }

  /**
   * The lane with the fewest statements; a new one where a connection is to be had. Commits of one connection wait for
   * the disk one after the other, those of several together, so inserts take what connections there are, and give up
   * all but a few as soon as somebody waits for one.
   */
  #choose(): Lane | undefined {
    const { isWanted, spare } = this.#pool;
    let best: Lane | undefined;
    let slow: Lane | undefined;
    let unused: Lane | undefined;
    for (const [index, lane] of this.#lanes.entries()) {
      if (isWanted && index >= this.#kept) break;
      if (!lane.held) unused ??= lane;
      else if (lane.accepts && (best === undefined || isBetter(lane, best))) best = lane;
      else if (lane.takes && (slow === undefined || lane.size < slow.size)) slow = lane;
    }
    // All are slow, and elsewhere is nothing to be had: whichever comes first, an answer here or a connection there.
    if (this.#repeatable && best === undefined && spare === 0) best = slow;
    if (unused === undefined || (best !== undefined && (best.size === 0 || !this.#pool.hasRoom))) return best;
    // Nobody waits for a connection to be opened who can be answered on one that is.
    if (best?.isOpen && !this.#pool.hasIdle) {
      this.#pool.prepare(1);
      return best;
    }
    unused.open();
    return unused;
  }

  /**
   * Whether a read was quick a moment ago. If it is slow now, the machine or the database is busy; alone, each with a system
   * call of its own and perhaps with a connection still to be opened, all reads like it would be slower yet.
   */
  readonly #wasQuick = (text: string): boolean => {
    const tick = this.#quick.get(text);
    return tick !== undefined && this.#ticks - tick <= QUICK_TICKS;
  };

  #exclude(text: string): void {
    if (this.#slow.size >= MAX_SHAPES) this.#slow.clear();
    this.#slow.set(text, performance.now() + SLOW_MS);
  }

  #noteQuick(lane: Lane): void {
    if (lane.quick === undefined) return;
    if (this.#quick.size >= MAX_SHAPES) this.#quick.clear();
    this.#quick.set(lane.quick, this.#ticks);
    lane.quick = undefined;
  }

  #isSlow(text: string): boolean {
    if (this.#slow.size === 0) return false;
    const until = this.#slow.get(text);
    if (until === undefined) return false;
    if (performance.now() < until) return true;
    this.#slow.delete(text);
    return false;
  }

  #watch(): void {
    this.#timer = setTimeout(() => {
      this.#ticks++;
      let used = false;
      let finished = 0;
      for (const lane of this.#lanes) {
        finished += lane.finished;
        this.#noteQuick(lane);
      }
      for (const lane of this.#lanes) {
        const slow = lane.check(this.#ticks, finished - lane.finished, this.#wasQuick);
        if (slow !== undefined) this.#exclude(slow);
        used ||= lane.held;
      }
      this.#timer = undefined;
      if (used) this.#watch();
    }, TICK_MS);
    this.#timer.unref();
  }
}

function isBetter(lane: Lane, than: Lane): boolean {
  return lane.isOpen === than.isOpen ? lane.size < than.size : lane.isOpen;
}

/** Three of ten connections: enough for all reads of one process, and most are left to transactions. */
function laneCount(maxConnections: number): number {
  return maxConnections < 4 ? 0 : Math.min(3, Math.floor(maxConnections / 3));
}

function isLong(parameters: readonly SqlText[]): boolean {
  let length = 0;
  for (const text of parameters) length += text?.length ?? 0;
  return length > MAX_PARAMETERS_LENGTH;
}
