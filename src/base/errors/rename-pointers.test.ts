import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "./api-error.ts";
import { renamePointers } from "./rename-pointers.ts";

const wrong = { pointer: "?limit", code: "too_big", message: "Must be at most 5." };
const other = { pointer: "/a", code: "required", message: "Must be given." };
const rename = (pointer: string) => (pointer === "?limit" ? "?first" : pointer);

test("a message that names the place of its only violation names it anew", () => {
  const error = new ApiError("invalid_parameter", "The query is not valid: ?limit: Must be at most 5.", {
    violations: [wrong],
  });
  assert.deepEqual(renamePointers(error, rename), {
    message: "The query is not valid: ?first: Must be at most 5.",
    violations: [{ ...wrong, pointer: "?first" }],
  });
});

test("any other message stays as it is", () => {
  for (const [message, violations] of [
    ["The query has 2 mistakes.", [wrong, other]],
    ["Too much was asked for.", [wrong]],
    ["None of it is right.", []],
  ] as const) {
    assert.equal(renamePointers({ message, violations }, rename).message, message);
  }
});
