import assert from "node:assert/strict";
import { test } from "node:test";
import { SlowEncoder } from "../../../test/support/slow-hpack.ts";
import { HpackDecoder } from "./index.ts";
import { StringMemo } from "./string-memo.ts";

test("a string is known by all its bytes, wherever in a block it stands", () => {
  const memo = new StringMemo();
  const bytes = Buffer.from("\x0a/shop/Get1/shop/Get2");
  memo.offer(bytes, 0, "/shop/Get1");
  assert.equal(memo.find(bytes, 0), "/shop/Get1");
  assert.equal(memo.find(Buffer.concat([Buffer.alloc(99, 0x82), bytes]), 99), "/shop/Get1");
  for (let at = 0; at <= 10; at++) {
    const other = Buffer.from(bytes);
    other[at]! ^= at === 0 ? 0x80 : 1;
    assert.equal(memo.find(other, 0), undefined, `byte ${at}`);
  }
  assert.equal(memo.find(bytes.subarray(0, 10), 0), undefined, "cut off");
  assert.equal(memo.find(bytes, bytes.length), undefined, "nothing there");
  assert.equal(new StringMemo().find(bytes, 0), undefined);
});

test("neither short strings nor those of long lengths are kept", () => {
  const strings = [7, 8, 126, 127].map((length) => Buffer.from([length, ...Buffer.alloc(length, 0x61), 0]));
  strings.push(Buffer.from([0xff, 0x00, ...Buffer.alloc(127, 0x00)]));
  const kept = strings.map((bytes) => {
    const memo = new StringMemo();
    memo.offer(bytes, 0, "value");
    return memo.find(bytes, 0) !== undefined;
  });
  assert.deepEqual(kept, [false, true, true, false, false]);
});

test("strings that come in turn are all kept in the end", () => {
  for (let count = 1; count <= 4; count++) {
    const memo = new StringMemo();
    // Each in a slot of its own.
    const strings = Array.from({ length: count }, (_, at) => Buffer.from(`\x08value-${at}0`));
    for (let round = 0; round < 64; round++) {
      for (const bytes of strings)
        if (memo.find(bytes, 0) === undefined) memo.offer(bytes, 0, bytes.toString());
    }
    for (const bytes of strings) assert.equal(memo.find(bytes, 0), bytes.toString());
    // Also beside others that are new each time.
    const late = Buffer.from("\x08late-one0");
    for (let round = 0; round < 64; round++) {
      if (memo.find(late, 0) === undefined) memo.offer(late, 0, "late");
      for (let other = 1; other < count; other++)
        memo.offer(Buffer.from("\x10/another/of/them/"), 0, "other");
    }
    assert.equal(memo.find(late, 0), "late");
  }
});

test("literals that come again, in any order and coding, are read as they are", () => {
  const encoder = new SlowEncoder(4096);
  const decoder = new HpackDecoder({ maxTableBytes: 4096, maxListBytes: 200, maxFields: 2 });
  for (let round = 0; round < 4000; round++) {
    const path = `/shop.v1.Shop/${"abcdefgh".charAt(round % 7)}${"x".repeat(round % 5)}${(round * 7) % 11}`;
    const way = { kind: "literal", isIndexed: true, isCoded: round % 3 > 0 } as const;
    const fields = [":path", path, ":method", "GET"];
    const block = [...encoder.field([":path", path], way), 0x82];
    assert.deepEqual(decoder.decode(Uint8Array.from(block)), fields);
    assert.equal(decoder.isOverflown, false);
    // Also where the list is too large for it: the limits count what is known as what is not.
    const twice = Uint8Array.from([0x82, 0x82, ...block]);
    assert.deepEqual(decoder.decode(twice), [":method", "GET", ":method", "GET"]);
    assert.equal(decoder.isOverflown, true);
  }
});

test("literals that come again count in the list as those that do not", () => {
  const way = { kind: "literal", isIndexed: true, isCoded: false } as const;
  const path = `/${"x".repeat(62)}`;
  const literal = new SlowEncoder(4096).field([":path", path], way);
  const decoder = new HpackDecoder({ maxTableBytes: 4096, maxListBytes: 1000, maxFields: 100 });
  const many = Uint8Array.from(Array.from({ length: 100 }, () => literal).flat());
  // Each is 100 bytes: 5 of the name, 63 of the value, 32.
  for (let round = 0; round < 10; round++) assert.equal(decoder.decode(many).length / 2, 10);
});

test("what was cut off a list is not taken for known", () => {
  const way = { kind: "literal", isIndexed: true, isCoded: true } as const;
  const literal = new SlowEncoder(4096).field([":path", "/clinic.Clinic/Get"], way);
  const decoder = new HpackDecoder({ maxTableBytes: 4096, maxListBytes: 1000, maxFields: 1 });
  for (let round = 0; round < 20; round++) decoder.decode(Uint8Array.from([0x82, ...literal]));
  assert.deepEqual(decoder.decode(Uint8Array.from(literal)), [":path", "/clinic.Clinic/Get"]);
});
