import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";

/** Version of PGlite that the snapshot is made by and for. */
export const PGLITE_VERSION = "0.5.16";

/** Major version of PostgreSQL inside it, as in a data folder's PG_VERSION. */
export const PGLITE_POSTGRES = "18";

/** Small segments of write-ahead log: a fresh folder is 14 MB instead of 40 and recovery after a kill reads less. */
export const INITDB_ARGUMENTS: readonly string[] = ["--wal-segsize=1"];

/** An empty database ready to use, made by scripts/prepare-pglite.ts; the same place seen from src and from dist. */
export const SNAPSHOT_PATH = join(
  import.meta.dirname,
  "..",
  "..",
  "..",
  "assets",
  `pglite-${PGLITE_VERSION}.tar.zst`,
);

/** The snapshot as a tar; undefined where it was not made. */
export function readSnapshot(): Buffer | undefined {
  try {
    return zstdDecompressSync(readFileSync(SNAPSHOT_PATH));
  } catch {
    return undefined;
  }
}

/** Writes the files of a tar (POSIX ustar, names up to 100 bytes, as PGlite dumps it) into a folder. */
export function extractTar(tar: Buffer, folder: string): void {
  for (let at = 0; at + 512 <= tar.length; ) {
    const name = tar.toString("utf8", at, tar.indexOf(0, at));
    if (name === "") break;
    const size = Number.parseInt(tar.toString("latin1", at + 124, at + 136), 8) || 0;
    const path = join(folder, name);
    if (tar[at + 156] === 0x35) mkdirSync(path, { recursive: true, mode: 0o700 });
    else writeFileSync(path, tar.subarray(at + 512, at + 512 + size), { mode: 0o600 });
    at += 512 + Math.ceil(size / 512) * 512;
  }
}
