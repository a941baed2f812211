import assert from "node:assert/strict";
import { test } from "node:test";
import { GraphQLError, parseValue } from "graphql";
import { createScalar } from "./scalars.ts";

test("a literal that is no value of its scalar is told with its place", () => {
  for (const [name, literal] of [
    ["Int64", '"x"'],
    ["DateTime", '"soon"'],
    ["Decimal", "1.5"],
    ["Map", "[1]"],
  ] as const) {
    const scalar = createScalar({ kind: "scalar", name, description: name });
    assert.throws(
      () => scalar.parseLiteral(parseValue(` ${literal}`)),
      (error) => error instanceof GraphQLError && error.locations?.[0]?.column === 2,
      name,
    );
  }
});
