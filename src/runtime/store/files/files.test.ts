import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { api, compile, resource, t } from "concordat";
import { databases, type TestStore } from "../../../../test/support/databases.ts";
import { newId } from "../../../base/lib/index.ts";
import { storeFile } from "../../engine/index.ts";
import type { OpenedStore } from "../open-store.ts";
import { openStore } from "../open-store.ts";
import { CHUNK_BYTES } from "./chunks.ts";
import { SWEEP_AFTER_MS } from "./sweep.ts";

const Scan = resource("scan", { id: t.id("scn"), image: t.file(), thumbnail: t.file().optional() });
const model = compile(api("scans", { versions: { v1: "2026-01-01" }, resources: [Scan] }));

async function* pieces(bytes: Uint8Array, size = 100_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}

for (const database of databases()) {
  for (const place of ["the database", "a directory"]) {
    describe(`files in ${place}, ${database.name}`, () => {
      let store: OpenedStore;
      let directory: string | undefined;
      let empty: TestStore | undefined;
      before(async () => {
        empty = database.kind === "postgres" ? await database.open(model, { tables: false }) : undefined;
        if (place === "a directory") directory = await mkdtemp(join(tmpdir(), "files-"));
        store = await openStore(model, {
          ...(empty?.url === undefined ? { dataDir: "memory" } : { databaseUrl: empty.url }),
          ...(directory === undefined ? {} : { filesDir: directory }),
        });
        await store.migrations.applyModel();
      });
      after(async () => {
        await store?.close();
        await empty?.close();
        if (directory !== undefined) await rm(directory, { recursive: true });
      });
      const about = { name: "a.bin", mediaType: "application/octet-stream" };
      const read = async (id: string, start: number, end: number) => {
        const stored = await store.files.open(id);
        assert.ok(stored);
        try {
          return await collect(stored.read(start, end));
        } finally {
          await stored.close();
        }
      };

      test("bytes come back as they went, whole and in every kind of range", async () => {
        for (const size of [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES + 7]) {
          const bytes = randomBytes(size);
          const file = await storeFile(store.files, pieces(bytes), about);
          assert.equal(file.size, size);
          assert.equal(file.sha256, createHash("sha256").update(bytes).digest("hex"));
          assert.deepEqual(await read(file.id, 0, size), bytes);
          for (const [start, end] of [
            [0, Math.min(1, size)],
            [Math.floor(size / 2), size],
            [Math.max(size - 1, 0), size],
            [Math.min(CHUNK_BYTES - 1, size), Math.min(CHUNK_BYTES + 1, size)],
            [size, size],
          ] as const) {
            assert.deepEqual(
              await read(file.id, start, end),
              bytes.subarray(start, end),
              `${size}: ${start}-${end}`,
            );
          }
        }
      });

      test("a source that fails, or is too long, leaves nothing", async () => {
        const before = await count();
        const failing = (async function* () {
          yield randomBytes(CHUNK_BYTES * 2);
          throw new TypeError("the sender is gone");
        })();
        await assert.rejects(storeFile(store.files, failing, about), /the sender is gone/);
        const long = storeFile(store.files, pieces(randomBytes(600_000)), { ...about, maxBytes: 500_000 });
        await assert.rejects(long, { code: "payload_too_large" });
        assert.equal(await count(), before);
      });

      test("unknown and deleted files are none", async () => {
        assert.equal(await store.files.open(newId("file", 0)), undefined);
        const file = await storeFile(store.files, pieces(Buffer.from("x")), about);
        await store.files.delete(file.id);
        await store.files.delete(file.id);
        assert.equal(await store.files.open(file.id), undefined);
      });

      test("a day later, what no row names is swept, and nothing else", async () => {
        const keep = async () => storeFile(store.files, pieces(Buffer.from("x")), about);
        const [image, thumbnail, lost] = [await keep(), await keep(), await keep()];
        const session = store.open({ signal: new AbortController().signal, deadline: Date.now() + 60_000 });
        const now = new Date().toISOString();
        const id = newId("scn", Date.now());
        await session.insert("scan", { id, image, thumbnail, createdAt: now, updatedAt: now });
        if (directory !== undefined)
          await writeFile(join(directory, "unfinished", newId("file", Date.now())), "half");
        const before = await count();
        assert.equal(await store.sweepFiles(Date.now()), 0, "an upload may still be on its way");
        assert.equal(await count(), before);
        const tomorrow = Date.now() + SWEEP_AFTER_MS + 60_000;
        const swept = await store.sweepFiles(tomorrow);
        assert.equal(await count(), 2);
        assert.equal(swept, before - 2);
        assert.equal(await store.files.open(lost.id), undefined);
        assert.equal((await read(image.id, 0, 1)).toString(), "x");
        assert.equal((await read(thumbnail.id, 0, 1)).toString(), "x");
        await session.update("scan", id, { thumbnail: null });
        assert.equal(await store.sweepFiles(tomorrow), 1, "a file taken out of its row");
        await session.delete("scan", id);
        assert.equal(await store.sweepFiles(tomorrow), 1, "a file whose row is gone");
        assert.equal(await count(), 0);
      });

      /** Files there are, unfinished ones included. */
      async function count(): Promise<number> {
        if (directory !== undefined) {
          const folders = await readdir(directory);
          const files = await Promise.all(folders.map((folder) => readdir(join(directory ?? "", folder))));
          return files.flat().length;
        }
        const session = store.open({ signal: new AbortController().signal, deadline: Date.now() + 60_000 });
        const [row] = await session.sql("select count(distinct file) as n from concordat.file_chunks", []);
        return Number(row?.n);
      }
    });
  }
}
