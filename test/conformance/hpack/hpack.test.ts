/** HPACK beside the hpack library of Python: make-vectors.py tells how vectors.snapshot.json was made. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { HpackDecoder } from "../../../src/wire/http2/index.ts";
import { encodeLists, type VectorList } from "./encode-lists.ts";

interface Theirs {
  readonly block: string;
  readonly fields: readonly (readonly [string, string])[];
  /** The dynamic table afterwards, newest first; not kept for all. */
  readonly table: readonly (readonly [string, string])[] | null;
}

const vectors: {
  readonly theirs: readonly (readonly Theirs[])[];
  readonly ours: readonly (readonly (VectorList & { readonly block: string })[])[];
} = JSON.parse(readFileSync(new URL("vectors.snapshot.json", import.meta.url), "utf8"));

const limits = { maxTableBytes: 4096, maxListBytes: 1_000_000, maxFields: 1000 };

test("the blocks that the library encoded are decoded, and the tables stay equal", () => {
  let lists = 0;
  for (const connection of vectors.theirs) {
    const decoder = new HpackDecoder(limits);
    for (const { block, fields, table } of connection) {
      assert.deepEqual(decoder.decode(Buffer.from(block, "hex")), fields.flat());
      table?.forEach((field, at) => {
        assert.deepEqual(decoder.decode(indexed(62 + at)), field);
      });
      lists++;
    }
  }
  assert.equal(lists, 200);
});

test("they have every byte, Huffman-coded too, and changes of the table's size", () => {
  const all = vectors.theirs.flat();
  const bytes = new Set(all.flatMap(({ fields }) => fields.flatMap(([, value]) => [...value])));
  assert.equal(bytes.size, 256);
  assert.ok(all.filter(({ block }) => (Number.parseInt(block.slice(0, 2), 16) & 0xe0) === 0x20).length > 20);
});

test("our blocks are those that the library decoded", () => {
  let lists = 0;
  for (const connection of vectors.ours) {
    assert.deepEqual(
      encodeLists(connection),
      connection.map(({ block }) => block),
    );
    lists += connection.length;
  }
  assert.equal(lists, 96);
});

function indexed(index: number): Buffer {
  return index < 0x7f ? Buffer.of(0x80 | index) : Buffer.of(0xff, index - 0x7f);
}
