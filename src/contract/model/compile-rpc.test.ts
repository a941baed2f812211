import assert from "node:assert/strict";
import { test } from "node:test";
import { type Api, api, compile, type UsageError } from "../../index.ts";

const options = { versions: { v1: "2026-01-01" }, resources: [] } as const;

test("who may ask for reflection is declared; by default only those who develop", () => {
  assert.deepEqual(compile(api("halls", options)).rpc, { reflection: "dev" });
  assert.deepEqual(compile(api("halls", { ...options, rpc: { reflection: "always" } })).rpc, {
    reflection: "always",
  });
});

test("what is no option, or no value of one, is reported with its place", () => {
  for (const [rpc, place] of [
    [{ reflection: "sometimes" }, "api, rpc.reflection"],
    [{ reflections: "never" }, "api, rpc.reflections"],
  ] as const) {
    const wrong = api("halls", { ...options, rpc: rpc as never }) as Api;
    assert.throws(
      () => compile(wrong),
      (error: UsageError) => error.mistakes[0]?.place === place,
    );
  }
});
