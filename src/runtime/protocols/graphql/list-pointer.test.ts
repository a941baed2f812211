import assert from "node:assert/strict";
import { test } from "node:test";
import { listPointer } from "./list-pointer.ts";

test("what is wrong with a list is told by its arguments", () => {
  for (const [pointer, argument] of [
    ["?limit", "?first"],
    ["?cursor", "?after"],
    ["?q", "?search"],
    ["?sort", "?sort"],
    ["?status", "?filter.status.in"],
    ["?slot.startsAt[gte]", "?filter.slotStartsAt.gte"],
    ["/team/people?limit", "/team/people?first"],
    ["/reason", "/reason"],
    ["Idempotency-Key", "Idempotency-Key"],
  ] as const) {
    assert.equal(listPointer(pointer), argument);
  }
  assert.equal(listPointer("?limit", { last: 500 }), "?last");
  assert.equal(listPointer("?cursor", { before: "x", after: null }), "?before");
});
