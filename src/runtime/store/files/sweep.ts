import { idTimeMs } from "../../../base/lib/index.ts";
import type { Model } from "../../../contract/model/index.ts";
import type { FileStore } from "../../engine/ports.ts";
import { formatArray } from "../arrays.ts";
import type { Database } from "../database.ts";
import { CHUNKED_IDS } from "../sql/file-chunks.sql.ts";
import { quote } from "../tables.ts";

/** Ids looked up at once. */
const BATCH = 500;

/** A day: far longer than an upload and its command may take, so that nothing on its way into a row is swept. */
export const SWEEP_AFTER_MS = 86_400_000;

/** What a sweep goes through. */
export interface FileSweep {
  readonly model: Model;
  readonly database: Database;
  readonly files: FileStore;
  /** Ids of all files there are, in any order. */
  readonly ids: () => AsyncIterable<string>;
}

/**
 * Deletes files that are older than a day and that no row names: unfinished uploads, those of refused commands, those of
 * rows since deleted or given another file. Returns how many. The time is in the id. Repeating it, or running it in
 * several processes at once, does no harm.
 */
export async function sweepFiles({ model, database, files, ids }: FileSweep, nowMs: number): Promise<number> {
  const unnamed = unnamedSql(model);
  let deleted = 0;
  let batch: string[] = [];
  const sweepBatch = async () => {
    const { rows } = await database.query(unnamed, [formatArray(batch)]);
    for (const [id] of rows) {
      if (typeof id !== "string") continue;
      await files.delete(id);
      deleted++;
    }
    batch = [];
  };
  for await (const id of ids()) {
    if ((idTimeMs(id) ?? nowMs) > nowMs - SWEEP_AFTER_MS) continue;
    batch.push(id);
    if (batch.length === BATCH) await sweepBatch();
  }
  if (batch.length > 0) await sweepBatch();
  return deleted;
}

/** Of the ids given, those that no file column holds: an anti-join per column, hashed. */
function unnamedSql(model: Model): string {
  const conditions = Object.values(model.resources).flatMap(({ table, fields, columns }) =>
    Object.entries(fields)
      .filter(([, { type }]) => type.kind === "file")
      .map(
        ([name]) =>
          `and not exists (select 1 from ${quote(table)} where ${quote(columns[name] ?? name)}->>'id' = f.id)`,
      ),
  );
  return `select f.id from unnest($1::text[]) as f(id) where true ${conditions.join(" ")}`;
}

/** Ids of the files whose chunks lie in the database, in order of their making. */
export async function* chunkedIds(database: Database): AsyncGenerator<string> {
  for (let after = ""; ; ) {
    const { rows } = await database.query(CHUNKED_IDS, [after, String(BATCH)]);
    for (const [id] of rows) {
      if (typeof id !== "string") continue;
      after = id;
      yield id;
    }
    if (rows.length < BATCH) return;
  }
}
