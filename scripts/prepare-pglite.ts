/**
 * Makes assets/pglite-<version>.tar.zst: an empty database with the system tables, so that a first start unpacks files
 * (60 ms) instead of running initdb (3 s). Run by `npm install` in a checkout, and before packing. Does nothing where
 * the file is there; `--force` makes it again.
 */
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { constants, zstdCompressSync } from "node:zlib";
import { PGlite } from "@electric-sql/pglite";
import { INITDB_ARGUMENTS, SNAPSHOT_PATH } from "../src/runtime/store/pglite-snapshot.ts";
import { CREATE_SYSTEM_TABLES } from "../src/runtime/store/sql/system.sql.ts";

if (!existsSync(SNAPSHOT_PATH) || process.argv.includes("--force")) {
  const database = await PGlite.create({ initDbStartParams: [...INITDB_ARGUMENTS] });
  await database.exec(CREATE_SYSTEM_TABLES);
  // The template databases are two thirds of the files, and nothing here creates databases.
  await database.exec("update pg_database set datistemplate = false where datname <> 'postgres'");
  await database.exec("drop database template0");
  await database.exec("drop database template1");
  await database.exec("vacuum freeze");
  await database.exec("checkpoint");
  const tar = Buffer.from(await (await database.dumpDataDir("none")).arrayBuffer());
  await database.close();
  mkdirSync(dirname(SNAPSHOT_PATH), { recursive: true });
  const unfinished = `${SNAPSHOT_PATH}.${process.pid}`;
  writeFileSync(unfinished, zstdCompressSync(tar, { params: { [constants.ZSTD_c_compressionLevel]: 19 } }));
  renameSync(unfinished, SNAPSHOT_PATH);
  console.log(`Made ${SNAPSHOT_PATH}`);
}
