import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "./random.ts";

test("a seed gives the same numbers again, and another seed others", () => {
  const draw = (seed: string) =>
    Array.from(
      { length: 20 },
      (
        (random) => () =>
          random.below(1000)
      )(createRandom(seed)),
    );
  assert.deepEqual(draw("7"), draw("7"));
  assert.notDeepEqual(draw("7"), draw("8"));
});

test("a fork does not depend on how much was drawn before it", () => {
  const one = createRandom("7");
  one.below(10);
  assert.equal(one.fork("a").below(1e9), createRandom("7").fork("a").below(1e9));
});

test("numbers are spread evenly and stay below the limit", () => {
  const random = createRandom("1");
  const counts = Array.from({ length: 10 }, () => 0);
  for (let draw = 0; draw < 10_000; draw++) counts[random.below(10)]!++;
  assert.ok(
    counts.every((count) => count > 850 && count < 1150),
    counts.join(", "),
  );
  assert.throws(() => random.pick([]), RangeError);
});
