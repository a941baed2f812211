import type { CrashTestOptions } from "concordat/testing";
import { databases } from "../support/databases.ts";

/** A store to kill servers on. */
export interface CrashStore {
  readonly name: "PGlite" | "PostgreSQL";
  readonly options: Pick<CrashTestOptions, "databaseUrl">;
}

/** Both stores, or PGlite alone where no PostgreSQL answers. */
export function crashStores(): readonly CrashStore[] {
  return databases().map(({ name, serverUrl }) => ({
    name,
    options: serverUrl === undefined ? {} : { databaseUrl: serverUrl },
  }));
}

/** The seed of the run: `SEED=n` chooses another than the test's own. */
export function asSeed(own: number): string {
  return process.env.SEED ?? String(own);
}
