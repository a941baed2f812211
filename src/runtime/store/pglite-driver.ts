import type { PGlite } from "@electric-sql/pglite";
import {
  CONNECTION_LOST,
  type Connection,
  DatabaseError,
  type Driver,
  isStalePlan,
  type QueryResult,
  type ResultColumn,
  type SqlText,
} from "./driver.ts";
import { executeMessage, prepareMessage, readAnswer, simpleMessage } from "./pglite-protocol.ts";

/**
 * A driver for PGlite: PostgreSQL inside this process, with one connection. Its statements run on this thread, so none
 * can be cancelled once it has begun; deadlines are looked at between statements.
 */
export function createPgliteDriver(database: PGlite, onClose: () => Promise<void> | void): Driver {
  const connection = new PgliteConnection(database);
  return {
    kind: "pglite",
    maxConnections: 1,
    connect: () => connection.begin(),
    close: async () => {
      connection.lost = true;
      await onClose();
    },
  };
}

/** Settings that PGlite does not start with and that the text format of values depends on. */
const SETTINGS = "set timezone to 'UTC'; set datestyle to 'ISO, YMD'; set client_min_messages to warning";

// Prepared statements kept; each holds memory in the engine.
const MAX_PREPARED = 500;

interface Prepared {
  readonly name: string;
  readonly columns: readonly ResultColumn[];
}

class PgliteConnection implements Connection {
  readonly openedAt = Number.POSITIVE_INFINITY;
  lost = false;
  stale = false;
  readonly #database: PGlite;
  readonly #prepared = new Map<string, Prepared>();
  #ready = false;
  #names = 0;

  constructor(database: PGlite) {
    this.#database = database;
  }

  async begin(): Promise<Connection> {
    if (this.#ready) await this.#forget();
    else await this.script(SETTINGS);
    this.#ready = true;
    return this;
  }

  async query(text: string, parameters: readonly SqlText[], prepare: boolean): Promise<QueryResult> {
    this.#assertOpen();
    const known = this.#prepared.get(text);
    if (known) return this.#execute([], known, parameters);
    const name = prepare && this.#prepared.size < MAX_PREPARED ? `s${++this.#names}` : "";
    const result = await this.#execute([prepareMessage(name, text)], { name, columns: [] }, parameters);
    if (name !== "") this.#prepared.set(text, { name, columns: result.columns });
    return result;
  }

  isPrepared(text: string): boolean {
    return this.#prepared.has(text);
  }

  async script(text: string): Promise<void> {
    this.#assertOpen();
    const { error } = readAnswer(await this.#send(simpleMessage(text)), []);
    if (error) throw error;
  }

  async cancel(): Promise<boolean> {
    return false;
  }

  async close(): Promise<void> {
    if (this.lost) return;
    try {
      await this.#send(simpleMessage("rollback"));
      await this.#forget();
    } catch {
      // It is lost now, and says so to the next call.
    }
  }

  async #execute(
    before: readonly Buffer[],
    statement: Prepared,
    parameters: readonly SqlText[],
  ): Promise<QueryResult> {
    const execute = executeMessage(statement.name, parameters);
    const message = before.length === 0 ? execute : Buffer.concat([...before, execute]);
    const answer = readAnswer(await this.#send(message), statement.columns);
    if (!answer.error) return answer;
    if (isStalePlan(answer.error)) this.stale = true;
    throw answer.error;
  }

  /** Drops prepared statements, since a migration may have changed what they return. */
  async #forget(): Promise<void> {
    this.stale = false;
    if (this.#prepared.size === 0) return;
    this.#prepared.clear();
    await this.#send(simpleMessage("deallocate all"));
  }

  #assertOpen(): void {
    if (this.lost) throw new DatabaseError("The database is closed", { code: CONNECTION_LOST });
  }

  /** Runs a message. It has run when this returns; only the answer comes later, so calls run in the order made. */
  async #send(message: Buffer): Promise<Buffer> {
    const chunks: Buffer[] = [];
    try {
      // The bytes are a view of the engine's memory, so they are copied.
      await this.#database.execProtocolRawStream(message, {
        syncToFs: false,
        onRawData: (bytes) => chunks.push(Buffer.from(bytes)),
      });
    } catch (cause) {
      this.lost = true;
      throw new DatabaseError("The database in this process has stopped", { code: CONNECTION_LOST, cause });
    }
    return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
  }
}
