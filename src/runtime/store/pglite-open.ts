import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { UsageError } from "../../base/errors/index.ts";
import { lockDataDir } from "./data-lock.ts";
import type { Driver } from "./driver.ts";
import { createPgliteDriver } from "./pglite-driver.ts";
import { extractTar, INITDB_ARGUMENTS, PGLITE_POSTGRES, readSnapshot } from "./pglite-snapshot.ts";

/** Opens PGlite on a folder, which is made where it is missing, or in memory. */
export async function openPglite(dataDir: string): Promise<Driver> {
  if (dataDir === "memory") {
    const database = await openInMemory();
    return createPgliteDriver(database, () => database.close());
  }
  const folder = resolve(dataDir);
  const release = lockDataDir(folder);
  try {
    if (!isDatabase(folder)) await makeDatabase(folder);
    const database = await PGlite.create(folder);
    return createPgliteDriver(database, async () => {
      await database.close();
      release();
    });
  } catch (error) {
    release();
    throw error;
  }
}

async function openInMemory(): Promise<PGlite> {
  const tar = readSnapshot();
  return tar
    ? await PGlite.create({ loadDataDir: new Blob([new Uint8Array(tar)]) })
    : await PGlite.create({ initDbStartParams: [...INITDB_ARGUMENTS] });
}

function isDatabase(folder: string): boolean {
  let version: string;
  try {
    version = readFileSync(join(folder, "PG_VERSION"), "utf8").trim();
  } catch {
    return false;
  }
  if (version === PGLITE_POSTGRES) return true;
  throw new UsageError({
    place: `data folder ${folder}`,
    expected: `data of PostgreSQL ${PGLITE_POSTGRES}`,
    found: `data of PostgreSQL ${version}`,
    fix: "use the version of Concordat that made it, or move the folder away",
  });
}

/** Makes the database beside the folder and renames it there, so that a process killed meanwhile leaves no half of one. */
async function makeDatabase(folder: string): Promise<void> {
  if (filesIn(folder) > 0) {
    throw new UsageError({
      place: `data folder ${folder}`,
      expected: "a folder made by PGlite, or an empty one",
      found: "other files in it",
      fix: "choose another data folder",
    });
  }
  const unfinished = `${folder}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(dirname(folder), { recursive: true });
  mkdirSync(unfinished, { mode: 0o700 });
  const tar = readSnapshot();
  if (tar) extractTar(tar, unfinished);
  else await (await PGlite.create(unfinished, { initDbStartParams: [...INITDB_ARGUMENTS] })).close();
  rmSync(folder, { recursive: true, force: true });
  renameSync(unfinished, folder);
}

function filesIn(folder: string): number {
  try {
    return readdirSync(folder).length;
  } catch {
    return 0;
  }
}
