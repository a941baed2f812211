import assert from "node:assert/strict";
import { test } from "node:test";

test("in browsers there is everything but what serves", async () => {
  const [all, inBrowsers] = [await import("./index.ts"), await import("./browser.ts")];
  const missing = Object.keys(all).filter((name) => !(name in inBrowsers));
  assert.deepEqual(missing.sort(), ["handle", "service"]);
  for (const [name, value] of Object.entries(inBrowsers)) assert.equal(Object(all)[name], value);
});
