import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toConnectError } from "../../../runtime/store/errors.ts";
import { createPostgresDriver } from "../../../runtime/store/postgres-driver.ts";
import type { Place } from "./messages.ts";

/** Fresh databases for one run, and files beside them; everything is gone after {@link Scratch.remove}. */
export interface Scratch {
  readonly kind: "pglite" | "postgres";
  /** Folder for files that die with the run. */
  readonly folder: string;
  /** Makes a database of its own. */
  make(): Promise<Place>;
  /** Removes one, whoever still uses it. */
  drop(place: Place): Promise<void>;
  /** Removes all that is left. */
  remove(): Promise<void>;
}

/**
 * Makes a place for fresh databases: on the server of a PostgreSQL URL, whose own database is not touched and whose user
 * must be allowed to create databases, or else folders for the embedded one.
 */
export function createScratch(databaseUrl: string | undefined): Scratch {
  const folder = mkdtempSync(join(tmpdir(), "concordat-crash-"));
  const made = new Set<Place>();
  let count = 0;
  const run = `${process.pid}_${Date.now().toString(36)}`;

  const make = async (): Promise<Place> => {
    const number = ++count;
    if (databaseUrl === undefined) return { dataDir: join(folder, `data-${number}`) };
    const name = `concordat_crash_${run}_${number}`;
    await asAdmin(databaseUrl, `create database ${name} template template0`);
    return { databaseUrl: Object.assign(new URL(databaseUrl), { pathname: `/${name}` }).href };
  };
  const drop = async (place: Place): Promise<void> => {
    made.delete(place);
    if ("dataDir" in place) rmSync(place.dataDir, { recursive: true, force: true });
    else if (databaseUrl !== undefined) {
      const name = new URL(place.databaseUrl).pathname.slice(1);
      await asAdmin(databaseUrl, `drop database if exists ${name} with (force)`);
    }
  };
  return {
    kind: databaseUrl === undefined ? "pglite" : "postgres",
    folder,
    make: async () => {
      const place = await make();
      made.add(place);
      return place;
    },
    drop,
    remove: async () => {
      try {
        for (const place of [...made]) await drop(place);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}

async function asAdmin(url: string, text: string): Promise<void> {
  try {
    const driver = createPostgresDriver({ url, maxConnections: 1, connectTimeoutMs: 10_000 });
    const connection = await driver.connect();
    await connection.script(text).finally(() => connection.close());
  } catch (error) {
    throw toConnectError(error);
  }
}
