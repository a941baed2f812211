import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import "../../../test/support/seed.ts";
import { createCursorCodec } from "./cursor.ts";

const SECRET = "0123456789abcdef0123456789abcdef";
const QUESTION = '["note.list","v1","createdAt",true,null,[]]';

test("what is written is read back, in both directions and from both ends", () => {
  const codec = createCursorCodec(SECRET);
  fc.assert(
    fc.property(
      fc.boolean(),
      fc.option(
        fc.record(
          { id: fc.string(), value: fc.oneof(fc.string(), fc.integer(), fc.constant(null)) },
          { noNullPrototype: true },
        ),
      ),
      (backward, row) => {
        const position = row === null ? { backward } : { backward, row };
        assert.deepEqual(codec.read(QUESTION, codec.write(QUESTION, position)), position);
      },
    ),
  );
});

test("a cursor fits a URL without escaping", () => {
  const codec = createCursorCodec(SECRET);
  assert.match(codec.write(QUESTION, { backward: false, row: { id: "a", value: "?&=+/é" } }), /^[\w-]+$/);
});

test("replicas with the same secret read each other's cursors; others do not", () => {
  const cursor = createCursorCodec(SECRET).write(QUESTION, { backward: false });
  assert.deepEqual(createCursorCodec(SECRET).read(QUESTION, cursor), { backward: false });
  for (const other of [createCursorCodec(), createCursorCodec(`${SECRET}x`)]) {
    assert.throws(() => other.read(QUESTION, cursor), { code: "invalid_cursor" });
  }
});

test("another question, any changed character, any cut and any addition is refused", () => {
  const codec = createCursorCodec(SECRET);
  const cursor = codec.write(QUESTION, {
    backward: false,
    row: { id: "not_1", value: "2026-01-01T00:00:00Z" },
  });
  assert.throws(() => codec.read(QUESTION.replace("true", "false"), cursor), { code: "invalid_cursor" });
  for (let at = 0; at < cursor.length; at++) {
    const other = cursor[at] === "A" ? "B" : "A";
    const changed = cursor.slice(0, at) + other + cursor.slice(at + 1);
    assert.throws(() => codec.read(QUESTION, changed), { code: "invalid_cursor" }, `changed at ${at}`);
    assert.throws(
      () => codec.read(QUESTION, cursor.slice(0, at)),
      { code: "invalid_cursor" },
      `cut at ${at}`,
    );
  }
  for (const more of ["A", "=", " ", "\n", "💥"]) {
    assert.throws(() => codec.read(QUESTION, cursor + more), { code: "invalid_cursor" });
  }
});

test("arbitrary text is never a cursor and never another error", () => {
  const codec = createCursorCodec(SECRET);
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
      assert.throws(() => codec.read(QUESTION, text), { code: "invalid_cursor" });
    }),
  );
});
