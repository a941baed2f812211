import { setTimeout } from "node:timers/promises";
import type { StepLock } from "../engine/ports.ts";
import type { Connection, Driver } from "./driver.ts";
import { toConnectError, toStoreError } from "./errors.ts";
import { HOLD_LOCK, RELEASE_LOCK } from "./sql/steps.sql.ts";

/**
 * Claims of commands that are between two transactions, calling others. In this process a set keeps duplicates out; on
 * PostgreSQL the claim's advisory lock, held by one connection for all of them, keeps out those of other processes. It
 * is gone the moment the process is.
 */
export class StepLocks {
  readonly #driver: Driver;
  readonly #held = new Set<string>();
  #connection: Promise<Connection> | undefined;

  constructor(driver: Driver) {
    this.#driver = driver;
  }

  /** Whether a call of this process holds it. */
  has(lock: string): boolean {
    return this.#held.has(lock);
  }

  /**
   * Takes a lock, after `leave` has ended the transaction that holds it; undefined where another process was quicker.
   * Throws `unavailable` where the database does not answer.
   */
  async acquire(lock: string, leave: () => Promise<void>): Promise<StepLock | undefined> {
    if (this.#held.has(lock)) return undefined;
    // Before the transaction ends, so that no call of this process gets in between.
    this.#held.add(lock);
    try {
      await leave();
      // PGlite has one process and one connection: there is nobody else to keep out.
      if (this.#driver.kind === "pglite") {
        return { held: true, release: async () => void this.#held.delete(lock) };
      }
      const connection = await this.#connect();
      if (!(await holdLock(connection, lock))) {
        this.#held.delete(lock);
        return undefined;
      }
      return {
        get held() {
          return !connection.lost;
        },
        release: () => this.#release(lock, connection),
      };
    } catch (error) {
      this.#held.delete(lock);
      throw toStoreError(error, "sql");
    }
  }

  async close(): Promise<void> {
    const opening = this.#connection;
    this.#connection = undefined;
    const connection = await opening?.catch(() => undefined);
    await connection?.close();
  }

  async #release(lock: string, connection: Connection): Promise<void> {
    try {
      if (!connection.lost) await connection.query(RELEASE_LOCK, [lock], true);
    } catch {
      // The connection is gone, and the lock with it.
    } finally {
      this.#held.delete(lock);
    }
  }

  async #connect(): Promise<Connection> {
    const current = await this.#connection?.catch(() => undefined);
    if (current !== undefined && !current.lost) return current;
    const opening = open(this.#driver);
    this.#connection = opening;
    return opening;
  }
}

// A duplicate that took the claim just as it became free gives it back at once, unless it is the one to go on.
const TRIES = 5;
const PAUSE_MS = 20;

async function holdLock(connection: Connection, lock: string): Promise<boolean> {
  for (let tries = 1; ; tries++) {
    const { rows } = await connection.query(HOLD_LOCK, [lock], true);
    if (rows[0]?.[0] === "t") return true;
    if (tries === TRIES) return false;
    await setTimeout(PAUSE_MS);
  }
}

// A host that vanishes says no goodbye: its locks end when the server finds the connection dead, here in half a minute.
const KEEPALIVE =
  "set tcp_keepalives_idle = 15; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3";

async function open(driver: Driver): Promise<Connection> {
  try {
    const connection = await driver.connect();
    await connection.script(KEEPALIVE);
    return connection;
  } catch (error) {
    throw toConnectError(error);
  }
}
