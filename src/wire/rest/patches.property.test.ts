import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import "../../../test/support/seed.ts";
import { ApiError } from "../../base/errors/index.ts";
import type { JsonValue } from "../../base/lib/json.ts";
import { applyJsonPatch, parseJsonPatch } from "./json-patch.ts";
import { formatPointer } from "./json-pointer.ts";
import { applyMergePatch, isJsonObject } from "./merge-patch.ts";

const name = fc.constantFrom("a", "b", "", "~", "/", "0", "-", "é", "toString", "__proto__");
const json = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<JsonValue>(null, true, 0, 1.5, "", "x", 2n ** 60n),
    fc.array(tie("value"), { maxLength: 4 }),
    fc
      .array(fc.tuple(name, tie("value")), { maxLength: 4 })
      .map((entries): JsonValue => Object.fromEntries(entries)),
  ),
})).value;

/** Every place of a value, as reference tokens. */
function placesOf(value: JsonValue, at: readonly string[] = []): (readonly string[])[] {
  const inner = Array.isArray(value)
    ? value.map((item, index) => [String(index), item] as const)
    : isJsonObject(value)
      ? Object.entries(value)
      : [];
  return [at, ...inner.flatMap(([key, item]) => placesOf(item, [...at, key]))];
}

/** RFC 7396 section 2, word for word. */
function slowMerge(target: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isJsonObject(patch)) return patch;
  const result = new Map(isJsonObject(target) ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) result.delete(key);
    else result.set(key, slowMerge(result.get(key), value));
  }
  return Object.fromEntries(result);
}

test("a merge patch does what the RFC's own algorithm does, and a second time nothing more", () => {
  fc.assert(
    fc.property(json, json, (document, patch) => {
      const before = structuredClone(document);
      const result = applyMergePatch(document, patch);
      assert.deepEqual(result, slowMerge(document, patch));
      assert.deepEqual(applyMergePatch(result, patch), result);
      assert.deepEqual(document, before);
    }),
    { numRuns: 1500 },
  );
});

test("a replaced place has its value, an added and removed one leaves the document as it was", () => {
  fc.assert(
    fc.property(json, json, fc.nat(), (document, value, which) => {
      const places = placesOf(document);
      const tokens = places[which % places.length] ?? [];
      const path = formatPointer(tokens);
      const replaced = applyJsonPatch(
        document,
        parseJsonPatch([
          { op: "test", path, value: at(document, tokens) },
          { op: "replace", path, value },
          { op: "test", path, value },
        ]),
      );
      assert.deepEqual(at(replaced, tokens), value);
      if (tokens.length === 0) return;
      const there = at(document, tokens);
      const back = applyJsonPatch(
        document,
        parseJsonPatch([
          { op: "remove", path },
          { op: "add", path, value: there },
        ]),
      );
      assert.deepEqual(back, document);
    }),
    { numRuns: 1000 },
  );
});

test("any operations on any document give a document or a typed error, and never change the one given", () => {
  const token = fc.oneof(name, fc.constantFrom("1", "01", "9", "-1", "1e0"));
  const path = fc.oneof(
    fc.array(token, { maxLength: 3 }).map((tokens) => formatPointer(tokens)),
    fc.constantFrom("a", "/~", "/~2", "#/a"),
  );
  const operation = fc.record(
    {
      op: fc.constantFrom("add", "remove", "replace", "move", "copy", "test", "spin"),
      path,
      from: path,
      value: json,
    },
    { requiredKeys: ["op"], noNullPrototype: true },
  );
  fc.assert(
    fc.property(json, fc.array(operation, { maxLength: 5 }), (document, operations) => {
      const before = structuredClone(document);
      try {
        applyJsonPatch(document, parseJsonPatch(operations as unknown as JsonValue));
      } catch (error) {
        assert.ok(error instanceof ApiError && error.status < 500, String(error));
      }
      assert.deepEqual(document, before);
      assert.equal(({} as { a?: unknown }).a, undefined);
    }),
    { numRuns: 2000 },
  );
});

function at(document: JsonValue, tokens: readonly string[]): JsonValue {
  return tokens.reduce<JsonValue>((value, token) => {
    if (Array.isArray(value)) return value[Number(token)] ?? null;
    return isJsonObject(value) ? (Object.getOwnPropertyDescriptor(value, token)?.value ?? null) : null;
  }, document);
}
