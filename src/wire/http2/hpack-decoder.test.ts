import assert from "node:assert/strict";
import { test } from "node:test";
import { cpuMs } from "../../../test/support/cpu-time.ts";
import { slowInteger, slowText } from "../../../test/support/slow-hpack.ts";
import { HpackDecoder, HpackError } from "./index.ts";

const limits = { maxTableBytes: 4096, maxListBytes: 65_536, maxFields: 100 };

test("what is no HPACK is refused", () => {
  const bad: Record<string, string> = {
    "index 0": "80",
    "the first index of an empty table": "be",
    "an index far beyond": "ffff7f",
    "a name beyond the tables": "7e0131",
    "an unindexed name beyond the tables": "0f2f0131",
    "a number that is cut off": "ff",
    "a number that is cut off after a byte": "ff80",
    "2^31 as an index": "ff81ffffff07",
    "2^31 as a length": "007f81ffffff07",
    "2^32 and more": "ff808080807f",
    "a number of six bytes after the prefix": "3f808080808000",
    "a field without a name": "40",
    "a name that is cut off": "40056162",
    "a field without a value": "400161",
    "an indexed name without a value": "41",
    "a value that is cut off": "4103",
    "a length beyond the block": "410261",
    "a Huffman-coded value that is cut off": "4182ff",
    "wrong Huffman padding": "418100",
    EOS: "4184ffffffff",
    "a size above the limit": "3fe21f",
    "three changes of size": "202020",
    "a change of size after a field": "8220",
    "a change of size where a literal could go on": "822001610131",
    "a change of size that is cut off": "3f",
  };
  for (const [what, hex] of Object.entries(bad)) {
    const decoder = new HpackDecoder(limits);
    assert.throws(() => decoder.decode(Buffer.from(hex, "hex")), HpackError, what);
    // Also where the list is already too large to be kept.
    const full = new HpackDecoder({ ...limits, maxFields: 0 });
    if (hex.startsWith("2") || hex.startsWith("3")) continue;
    assert.throws(() => full.decode(Buffer.from(`82${hex}`, "hex")), HpackError, what);
  }
});

test("what is just allowed is read", () => {
  const good: Record<string, readonly string[]> = {
    "": [],
    "82": [":method", "GET"],
    // 31 in five needless bytes after the prefix.
    "3f8080808000": [],
    "203fe11f82": [":method", "GET"],
    bd: ["www-authenticate", ""],
    // An empty name is HPACK, if not HTTP.
    "000000": ["", ""],
  };
  for (const [hex, fields] of Object.entries(good)) {
    const block = Buffer.from(hex, "hex");
    assert.deepEqual(new HpackDecoder(limits).decode(block), fields, hex);
  }
});

test("a table above 4096 bytes is used only when the peer says so", () => {
  const decoder = new HpackDecoder({ ...limits, maxTableBytes: 10_000 });
  const add = (name: string) => [0x40, ...slowText(name, false), ...slowText("v".repeat(3000), false)];
  decoder.decode(Uint8Array.from([...add("a"), ...add("b")]));
  assert.throws(() => decoder.decode(Buffer.of(0xbf)), HpackError);
  decoder.decode(Uint8Array.from([...slowInteger(0x20, 5, 10_000), ...add("c"), ...add("d")]));
  assert.equal(decoder.decode(Buffer.of(0xc0))[0], "b");
});

test("a bomb of references to a large entry is cut at the limit of the list, and costs little", () => {
  const decoder = new HpackDecoder({ ...limits, maxFields: 1_000_000 });
  const entry = [0x40, ...slowText("a", false), ...slowText("v".repeat(4000), false)];
  decoder.decode(Uint8Array.from(entry));
  const bomb = new Uint8Array(10_000).fill(0xbe);
  let fields: string[] = [];
  const spent = cpuMs(() => {
    fields = decoder.decode(bomb);
  });
  assert.equal(decoder.isOverflown, true);
  assert.equal(fields.length / 2, Math.floor(limits.maxListBytes / 4033));
  assert.ok(spent < 50, `${spent} ms`);
  // All of them are the table's one string, and the table is as it was.
  assert.deepEqual(decoder.decode(Buffer.of(0xbe)), ["a", "v".repeat(4000)]);
  assert.equal(decoder.isOverflown, false);
});

test("a list of too many fields, or of long ones that nobody keeps, makes no strings", () => {
  const decoder = new HpackDecoder({ ...limits, maxFields: 10 });
  const literal = [0x00, ...slowText("a".repeat(10), true), ...slowText("b".repeat(4000), true)];
  const block = Uint8Array.from(Array.from({ length: 2000 }, () => literal).flat());
  decoder.decode(block);
  const before = process.memoryUsage().heapUsed;
  for (let round = 0; round < 3; round++) assert.equal(decoder.decode(block).length, 20);
  const grown = process.memoryUsage().heapUsed - before;
  // Three times eight megabytes if they were made.
  assert.ok(grown < 4_000_000, `${grown} bytes`);
  assert.equal(decoder.isOverflown, true);
});

test("entries that come and go in any number keep the table's size", () => {
  const decoder = new HpackDecoder(limits);
  const field = (number: number) => [0x40, ...slowText(`n${number}`, false), ...slowText("v", false)];
  let number = 0;
  for (let round = 0; round < 200; round++) {
    const from = number;
    const bytes = Array.from({ length: 1000 }, () => field(number++)).flat();
    decoder.decode(Uint8Array.from(bytes));
    assert.equal(number - from, 1000);
  }
  assert.equal(decoder.generation, number);
  assert.equal(decoder.decode(Buffer.of(0xbe))[0], `n${number - 1}`);
  // Each counts 40 bytes: 102 fit.
  assert.equal(decoder.decode(Uint8Array.from(slowInteger(0x80, 7, 61 + 102)))[0], `n${number - 102}`);
  assert.throws(() => decoder.decode(Uint8Array.from(slowInteger(0x80, 7, 61 + 103))), HpackError);
});

test("with any number of entries, the index after the last one is refused", () => {
  const decoder = new HpackDecoder(limits);
  for (let count = 1; count <= 124; count++) {
    decoder.decode(Uint8Array.from([0x40, ...slowText("a", false), ...slowText("", false)]));
    assert.deepEqual(decoder.decode(Uint8Array.from(slowInteger(0x80, 7, 61 + count))), ["a", ""]);
    assert.throws(() => decoder.decode(Uint8Array.from(slowInteger(0x80, 7, 62 + count))), HpackError);
  }
});

test("no number is above 2^31 - 1, whatever the limits allow", () => {
  const update = (last: number) => Uint8Array.of(0x3f, 0xe0, 0xff, 0xff, 0xff, last);
  const decoder = new HpackDecoder({ ...limits, maxTableBytes: 2 ** 33 });
  assert.deepEqual(decoder.decode(update(0x07)), []);
  assert.throws(() => decoder.decode(update(0x08)), HpackError);
});

test("an entry that fills the table to its last byte stays, alone", () => {
  const decoder = new HpackDecoder(limits);
  decoder.decode(Buffer.from("4001610131", "hex"));
  const full = ["a", "v".repeat(4096 - 32 - 1)];
  assert.deepEqual(decoder.decode(Uint8Array.from([0x7e, ...slowText(full[1] ?? "", true)])), full);
  assert.deepEqual(decoder.decode(Buffer.of(0xbe)), full);
  assert.throws(() => decoder.decode(Buffer.of(0xbf)), HpackError);
});

test("an entry larger than the table empties it", () => {
  const decoder = new HpackDecoder(limits);
  decoder.decode(Buffer.from("4001610131", "hex"));
  const before = decoder.generation;
  const block = [0x7e, ...slowText("v".repeat(5000), true)];
  assert.deepEqual(decoder.decode(Uint8Array.from(block)), ["a", "v".repeat(5000)]);
  assert.notEqual(decoder.generation, before);
  assert.throws(() => decoder.decode(Buffer.of(0xbe)), HpackError);
});

test("what was decoded does not change when the block's bytes do", () => {
  const decoder = new HpackDecoder(limits);
  const block = Buffer.from([
    0x40,
    ...slowText("name-of-some-length", false),
    ...slowText("value-of-some-length", true),
  ]);
  const fields = decoder.decode(block);
  block.fill(0x41);
  decoder.decode(
    Uint8Array.from([0x00, ...slowText("x".repeat(30), true), ...slowText("y".repeat(30), true)]),
  );
  assert.deepEqual(fields, ["name-of-some-length", "value-of-some-length"]);
  assert.deepEqual(decoder.decode(Buffer.of(0xbe)), fields);
});

test("a block that lies inside other bytes is read to its end and no further", () => {
  const around = Uint8Array.of(0x82, 0x84, 0x86, 0x82);
  assert.deepEqual(new HpackDecoder(limits).decode(around.subarray(1, 3)), [":path", "/", ":scheme", "http"]);
  assert.throws(
    () => new HpackDecoder(limits).decode(Uint8Array.of(0x41, 0x01, 0x61).subarray(0, 2)),
    HpackError,
  );
});
