import type { FileStore } from "../../engine/ports.ts";
import type { Database } from "../database.ts";
import { DELETE_CHUNKS, INSERT_CHUNK, SELECT_CHUNK } from "../sql/file-chunks.sql.ts";
import { bytesFromSql, bytesToSql } from "../values.ts";

/** Bytes of one row: large enough to be few, small enough that one in memory per upload is nothing. */
export const CHUNK_BYTES = 262_144;

/**
 * Keeps the bytes of files in the database, 256 KiB to a row. Each row is a statement of its own, so that a slow sender
 * holds no connection and no transaction; what makes a file count is the row of the model that names it.
 */
export function createChunkStore(database: Database): FileStore {
  return {
    async write(id, source) {
      let position = 0;
      const insert = (bytes: Uint8Array) =>
        database.query(INSERT_CHUNK, [id, String(position++), bytesToSql(bytes)]);
      try {
        for await (const bytes of inChunks(source)) await insert(bytes);
        // An empty file has an empty chunk, so that it is there.
        if (position === 0) await insert(new Uint8Array());
      } catch (error) {
        // What cannot be deleted now is swept later.
        await database.query(DELETE_CHUNKS, [id]).catch(() => {});
        throw error;
      }
    },
    async open(id) {
      const first = await database.query(SELECT_CHUNK, [id, "0"]);
      if (first.rows.length === 0) return undefined;
      return {
        async *read(start, end) {
          for (let at = start; at < end; ) {
            const position = Math.floor(at / CHUNK_BYTES);
            const { rows } = await database.query(SELECT_CHUNK, [id, String(position)]);
            const bytes = bytesFromSql(rows[0]?.[0] ?? "\\x");
            const from = at - position * CHUNK_BYTES;
            const piece = bytes.subarray(from, Math.min(end - position * CHUNK_BYTES, bytes.length));
            if (piece.length === 0) throw new TypeError(`The bytes of ${id} end at ${at}, before ${end}`);
            yield piece;
            at += piece.length;
          }
        },
        close: async () => {},
      };
    },
    async delete(id) {
      await database.query(DELETE_CHUNKS, [id]);
    },
  };
}

/** Joins and cuts pieces to chunks of the same size, the last aside. */
async function* inChunks(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let chunk = new Uint8Array(CHUNK_BYTES);
  let filled = 0;
  for await (const piece of source) {
    for (let at = 0; at < piece.length; ) {
      const taken = piece.subarray(at, at + CHUNK_BYTES - filled);
      chunk.set(taken, filled);
      filled += taken.length;
      at += taken.length;
      if (filled < CHUNK_BYTES) continue;
      yield chunk;
      chunk = new Uint8Array(CHUNK_BYTES);
      filled = 0;
    }
  }
  if (filled > 0) yield chunk.subarray(0, filled);
}
