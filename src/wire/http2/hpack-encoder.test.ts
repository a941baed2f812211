import assert from "node:assert/strict";
import { test } from "node:test";
import { SlowDecoder } from "../../../test/support/slow-hpack.ts";
import { BEGIN_ROOM, type FieldIndexing, fieldRoom, HpackDecoder, HpackEncoder } from "./index.ts";

type Field = readonly [name: string, value: string, how?: FieldIndexing];

const limits = { maxTableBytes: 4096, maxListBytes: 65_536, maxFields: 1000 };

test("a field is written whole once, then by its index, and as a literal where it is not to be indexed", () => {
  const encoder = new HpackEncoder();
  assert.equal(encode(encoder, [["x", "1"]]), "4001780131");
  assert.equal(encode(encoder, [["x", "1"]]), "be");
  assert.equal(encode(encoder, [["x", "1", "plain"]]), "0f2f0131");
  assert.equal(encode(encoder, [["x", "1", "never"]]), "1f2f0131");
  assert.equal(encode(encoder, [["y", "1", "plain"]]), "0001790131");
  assert.equal(encode(encoder, [["y", "1", "never"]]), "1001790131");
  assert.equal(encoder.generation, 1);
});

test("the static table is used whole where that is allowed, else its names", () => {
  const encoder = new HpackEncoder();
  assert.equal(encode(encoder, [[":status", "200", "plain"]]), "88");
  assert.equal(encode(encoder, [[":status", "200", "never"]]), "1803323030");
  assert.equal(encode(encoder, [[":status", "201", "plain"]]), "0803323031");
  assert.equal(encode(encoder, [[":authority", ""]]), "4100", "an empty value is no match for a name");
  assert.equal(encode(encoder, [["www-authenticate", "", "plain"]]), "0f2e00");
});

test("the generation is as it was where a block changes nothing, and only there", () => {
  const encoder = new HpackEncoder();
  const sees = (changes: boolean, work: () => void) => {
    const before = encoder.generation;
    work();
    assert.equal(encoder.generation !== before, changes);
  };
  sees(true, () => encode(encoder, [["x", "1"]]));
  sees(false, () =>
    encode(encoder, [
      ["x", "1"],
      ["x", "2", "plain"],
      [":status", "200"],
    ]),
  );
  sees(false, () => encoder.setMaxTableBytes(4096));
  sees(false, () => encoder.setMaxTableBytes(65_536));
  sees(true, () => encoder.setMaxTableBytes(100));
  sees(true, () => encode(encoder, []));
  sees(false, () => encode(encoder, []));
  sees(false, () => encode(encoder, [["x", "v".repeat(68)]]));
  sees(true, () => encode(encoder, [["x", "v".repeat(67)]]));
});

test("changes of the table's size are told: the smallest where it was undercut, and the last", () => {
  const encoder = new HpackEncoder();
  const after = (...sizes: number[]) => {
    for (const size of sizes) encoder.setMaxTableBytes(size);
    return encode(encoder, []);
  };
  assert.equal(after(), "");
  assert.equal(after(4096), "");
  assert.equal(after(0xffff_ffff), "", "more than 4096 is not used");
  assert.equal(after(100), "3f45");
  assert.equal(after(0, 100), "203f45");
  assert.equal(after(50, 20, 30, 80), "343f31");
  assert.equal(after(80, 10), "2a");
  assert.equal(after(20, 20, 15), "2f");
  assert.equal(after(100_000), "3fe11f");
});

test("what the peer no longer has is not referred to", () => {
  const encoder = new HpackEncoder();
  const decoder = new SlowDecoder(4096);
  const send = (...fields: Field[]) => {
    const block = Buffer.from(encode(encoder, fields), "hex");
    assert.deepEqual(
      decoder.decode(block),
      fields.map(([name, value]) => [name, value]),
    );
    return block.toString("hex");
  };
  send(["a", "1"], ["b", "1"], ["a", "2"]);
  // Room for two: the oldest leaves, and the name has a newer entry.
  encoder.setMaxTableBytes(70);
  assert.equal(send(["a", "2", "plain"]), "3f270f2f0132");
  assert.equal(send(["b", "1"], ["a", "2"]), "bfbe");
  // The first leaves for one that takes its name.
  assert.equal(send(["b", "2"]), "7f000132");
  assert.equal(send(["b", "1"]), "7e0131");
  assert.equal(send(["a", "2", "never"]), "1001610132", "the name has left");
  encoder.setMaxTableBytes(0);
  assert.equal(send(["b", "1"], ["b", "1"]), "2000016201310001620131");
});

test("many values of one name are each written in bounded time, and the tables stay equal", () => {
  const encoder = new HpackEncoder();
  const slow = new SlowDecoder(4096);
  for (let round = 0; round < 300; round++) {
    const value = String(round % 150);
    const block = Buffer.from(
      encode(encoder, [
        ["x", value],
        ["x", value],
      ]),
      "hex",
    );
    assert.deepEqual(slow.decode(block), [
      ["x", value],
      ["x", value],
    ]);
    assert.equal(block.at(-1), 0xbe);
  }
});

test("of a name's values only the eight newest are looked for", () => {
  const encoder = new HpackEncoder();
  for (let value = 1; value <= 8; value++) encode(encoder, [["x", String(value)]]);
  assert.equal(encode(encoder, [["x", "1"]]), "c5");
  encode(encoder, [["x", "9"]]);
  assert.equal(encode(encoder, [["x", "2"]]), "c5");
  assert.equal(encode(encoder, [["x", "1"]]), "7e0131");
  // The older of the two leaves, the newer one stays known.
  encoder.setMaxTableBytes(34);
  assert.equal(encode(encoder, [["x", "1"]]), "3f03be");
});

test("no name and no value can bring a line break or other bytes that HTTP forbids", () => {
  const bad: Field[] = [];
  for (let code = 0; code < 0x20; code++) if (code !== 9) bad.push(["x", `a${String.fromCharCode(code)}b`]);
  for (const value of ["a\r\nb: c", "\n", "\0", "a\x7f", "\u0100", "\u010a", "\u200b", "\u{1f600}"])
    bad.push(["x", value]);
  for (const name of [
    "",
    ":",
    "a b",
    "A",
    "x\r",
    "x\n",
    "x:y",
    "::",
    ":a:b",
    "x\0",
    "\xe9",
    "x\u0161",
    "(",
    "a,b",
  ])
    bad.push([name, "1"]);
  for (const [name, value] of bad) {
    for (const how of ["index", "plain", "never"] as const) {
      const encoder = new HpackEncoder();
      assert.throws(() => encode(encoder, [[name, value, how]]), TypeError, JSON.stringify([name, value]));
    }
  }
});

test("after a field that cannot be written, the next block begins with an empty table", () => {
  const encoder = new HpackEncoder();
  const decoder = new HpackDecoder(limits);
  decoder.decode(Buffer.from(encode(encoder, [["x", "1"]]), "hex"));
  assert.throws(
    () =>
      encode(encoder, [
        ["y", "1"],
        ["x", "1"],
        ["z", "\n"],
      ]),
    TypeError,
  );
  const block = encode(encoder, [["x", "1"]]);
  assert.equal(block, "203fe11f4001780131");
  assert.deepEqual(decoder.decode(Buffer.from(block, "hex")), ["x", "1"]);
  assert.throws(() => decoder.decode(Buffer.of(0xbf)), "one entry is there");
});

test("whitespace around a value is left out, inside it is kept", () => {
  const encoder = new HpackEncoder();
  const decoder = new HpackDecoder(limits);
  for (const [value, sent] of [
    [" a\tb ", "a\tb"],
    ["\t", ""],
    ["  ", ""],
    ["a", "a"],
    ["", ""],
    ["a ", "a"],
    ["\xa0", "\xa0"],
  ] as const) {
    assert.deepEqual(decoder.decode(Buffer.from(encode(encoder, [["x", value]]), "hex")), ["x", sent]);
  }
});

function encode(encoder: HpackEncoder, fields: readonly Field[]): string {
  const room = fields.reduce((sum, [name, value]) => sum + fieldRoom(name, value), BEGIN_ROOM);
  const out = Buffer.alloc(room);
  let at = encoder.begin(out, 0);
  for (const [name, value, how = "index"] of fields) at = encoder.field(out, at, name, value, how);
  return out.toString("hex", 0, at);
}
