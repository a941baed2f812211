import type { ApiError } from "../../base/errors/index.ts";
import type { QueryResult, SqlText } from "./driver.ts";
import type { Interruptible, Interruption } from "./interruption.ts";
import { Lane, type SharedRead } from "./lane.ts";
import type { Pool } from "./pool.ts";

// How often lanes are looked at while they are in use.
const TICK_MS = 10;

// Milliseconds for which a statement that was very slow stays out of the lanes.
const SLOW_MS = 2000;

// Callers can make any number of statement shapes; more slow ones than this at a time are forgotten.
const MAX_SLOW = 100;

// Characters of parameters that make a read too big to share: a full socket buffer would stop the whole lane.
const MAX_PARAMETERS_LENGTH = 4096;

/**
 * Connections that the reads of many calls share, several in flight on each: one system call then carries several
 * statements. Only single prepared statements that read travel here, since they can be repeated: one that a neighbour's
 * trouble has hit (its cancellation, its slowness, the loss of the connection) is run again on a connection of its own.
 * See docs/decisions/0008-read-lanes.md.
 */
export class ReadLanes {
  readonly #pool: Pool;
  readonly #lanes: readonly Lane[];
  /** Statements that were very slow of late, and until when they stay out. */
  readonly #slow = new Map<string, number>();
  #ticks = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(pool: Pool) {
    this.#pool = pool;
    this.#lanes = Array.from({ length: laneCount(pool.maxConnections) }, () => new Lane(pool));
  }

  /**
   * Sends a read with others. Undefined where no lane takes it, a promise of undefined where it was taken and must be
   * run again alone. Rejects with what the database reported, or with the interruption's reason.
   */
  read(
    text: string,
    parameters: readonly SqlText[],
    interruption: Interruption,
  ): Promise<QueryResult | undefined> | undefined {
    if (interruption.reason) return Promise.reject(interruption.reason);
    const lane = isLong(parameters) || this.#isSlow(text) ? undefined : this.#choose();
    if (lane === undefined) return undefined;
    if (this.#timer === undefined) this.#watch();
    return new Promise((resolve, reject) => {
      const read = new LaneRead(text, parameters, interruption, { resolve, reject });
      interruption.add(read);
      lane.send(read);
    });
  }

  /** The lane with the fewest reads; a new one where none is free and a connection is. */
  #choose(): Lane | undefined {
    let best: Lane | undefined;
    let unused: Lane | undefined;
    for (const lane of this.#lanes) {
      if (!lane.held) unused = lane;
      else if (lane.accepts && (best === undefined || lane.size < best.size)) best = lane;
    }
    if (unused === undefined || (best !== undefined && !this.#pool.hasIdle)) return best;
    unused.open();
    return unused;
  }

  #exclude(text: string): void {
    if (this.#slow.size >= MAX_SLOW) this.#slow.clear();
    this.#slow.set(text, performance.now() + SLOW_MS);
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
      for (const lane of this.#lanes) {
        const slow = lane.check(this.#ticks);
        if (slow !== undefined) this.#exclude(slow);
        used ||= lane.held;
      }
      this.#timer = undefined;
      if (used) this.#watch();
    }, TICK_MS);
    this.#timer.unref();
  }
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

interface Answer {
  resolve(result: QueryResult | undefined): void;
  reject(error: unknown): void;
}

/** One read in a lane. */
class LaneRead implements SharedRead, Interruptible {
  readonly text: string;
  readonly parameters: readonly SqlText[];
  readonly #interruption: Interruption;
  readonly #answer: Answer;
  settled = false;

  constructor(text: string, parameters: readonly SqlText[], interruption: Interruption, answer: Answer) {
    this.text = text;
    this.parameters = parameters;
    this.#interruption = interruption;
    this.#answer = answer;
  }

  interrupted(reason: ApiError): void {
    this.fail(reason);
  }

  finish(result: QueryResult | undefined): void {
    if (this.settled) return;
    this.settled = true;
    this.#interruption.remove(this);
    this.#answer.resolve(result);
  }

  fail(error: unknown): void {
    if (this.settled) return;
    this.settled = true;
    this.#interruption.remove(this);
    this.#answer.reject(error);
  }
}
