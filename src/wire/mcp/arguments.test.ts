import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ApiError } from "../../base/errors/index.ts";
import type { ToolArguments } from "../../contract/emit/index.ts";
import { createPointerOf, readToolArguments } from "./arguments.ts";
import type { JsonRecord } from "./codec.ts";

const NAMES: ToolArguments = {
  id: "id",
  filter: "filter",
  sort: "sort_",
  search: "search",
  limit: "limit",
  cursor: "cursor",
  offset: "offset",
  total: "total",
  fields: "fields",
  expand: "expand",
  ifMatch: "ifMatch",
  idempotencyKey: "idempotencyKey",
  waitSeconds: "waitSeconds",
};

test("what the tool has no argument for is the input", () => {
  assert.deepEqual(readToolArguments({ id: "a_1", sort: "mine", sort_: "-name", x: [1] }, NAMES), {
    id: "a_1",
    list: { sort: "-name" },
    input: { sort: "mine", x: [1] },
  });
  assert.deepEqual(readToolArguments({}, NAMES), {});
});

test("values of filters become texts, whatever their type", () => {
  const filter = { rank: { gte: 1.5, in: ["a", 2, true, 12345678901234567890n] }, at: { isNull: false } };
  assert.deepEqual(readToolArguments({ filter }, NAMES).list?.filter, {
    rank: { gte: ["1.5"], in: ["a", "2", "true", "12345678901234567890"] },
    at: { isNull: ["false"] },
  });
});

test("a version is one, any, or none that a row has", () => {
  const versions = (ifMatch: string) => readToolArguments({ ifMatch }, NAMES).ifMatch;
  assert.deepEqual(versions("7"), [7]);
  assert.equal(versions("*"), "*");
  for (const strange of ["", '"v7.x"', "-1", "1.5", "9".repeat(20)]) assert.deepEqual(versions(strange), []);
});

test("places in a call become places in the arguments", () => {
  const pointerOf = createPointerOf(NAMES);
  for (const [place, pointer] of [
    ["/reason", "/reason"],
    ["", ""],
    ["?sort", "/sort_"],
    ["?q", "/search"],
    ["?limit", "/limit"],
    ["?status", "/filter/status/in"],
    ["?slot.startsAt[gte]", "/filter/slot.startsAt/gte"],
    ["?constructor", "/filter/constructor/in"],
    ["?a/b~c", "/filter/a~1b~0c/in"],
    ["Idempotency-Key", "/idempotencyKey"],
  ] as const) {
    assert.equal(pointerOf(place), pointer);
  }
});

test("any JSON object is read, or refused with the place of each mistake", () => {
  const given = fc.dictionary(fc.constantFrom(...Object.values(NAMES), "other"), fc.jsonValue());
  fc.assert(
    fc.property(given, (args) => {
      try {
        const { input } = readToolArguments(args as JsonRecord, NAMES);
        assert.deepEqual(input, Object.hasOwn(args, "other") ? { other: args.other } : undefined);
      } catch (error) {
        assert.ok(error instanceof ApiError, String(error));
        assert.equal(error.code, "invalid_parameter");
        assert.ok(error.violations.length > 0);
        for (const { pointer } of error.violations) {
          assert.ok(
            Object.values(NAMES).some((name) => pointer === `/${name}` || pointer.startsWith(`/${name}/`)),
          );
        }
      }
    }),
  );
});
