import assert from "node:assert/strict";
import { test } from "node:test";
import { describeError } from "./describe-error.ts";

test("name, message, stack and causes are told, and nothing else", () => {
  const inner = Object.assign(new Error("violates a constraint"), {
    detail: "Failing row contains (ada@example.com)",
  });
  const error = Object.assign(new TypeError("boom", { cause: inner }), {
    input: { email: "ada@example.com" },
  });
  const described = describeError(error);
  assert.deepEqual(
    [described.name, described.message, described.cause?.message],
    ["TypeError", "boom", "violates a constraint"],
  );
  assert.match(described.stack ?? "", /describe-error\.test/);
  assert.doesNotMatch(JSON.stringify(described), /ada@example/);
});

test("a cause that is its own cause comes to an end, and what is no Error is not shown", () => {
  const error = new Error("round");
  error.cause = error;
  assert.ok(JSON.stringify(describeError(error)).length < 20_000);
  assert.deepEqual(
    { ...describeError({ secret: "x" }) },
    { name: "object", message: "a value that is not an Error" },
  );
});
