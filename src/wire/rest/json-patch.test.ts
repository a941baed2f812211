import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { cpuMs } from "../../../test/support/cpu-time.ts";
import { ApiError } from "../../base/errors/index.ts";
import type { JsonValue } from "../../base/lib/json.ts";
import { applyJsonPatch, parseJsonPatch } from "./json-patch.ts";

interface Case {
  readonly comment?: string;
  readonly doc: JsonValue;
  readonly patch: JsonValue;
  readonly expected?: JsonValue;
  readonly error?: string;
  readonly disabled?: boolean;
}

const patched = (doc: JsonValue, patch: JsonValue) => applyJsonPatch(doc, parseJsonPatch(patch));
const folder = new URL("../../../../shared/vectors/json-patch/", import.meta.url);

describe("the public JSON Patch cases", () => {
  if (!existsSync(folder)) {
    const note = "shared/vectors/json-patch is not beside the checkout";
    if (process.env.CI === "true") test("are there", () => assert.fail(note));
    else test("are there", { skip: note }, () => {});
    return;
  }
  for (const file of ["tests.json", "spec_tests.json"]) {
    const cases: readonly Case[] = JSON.parse(readFileSync(new URL(file, folder), "utf8"));
    cases.forEach((item, index) => {
      // Two cases are disabled in the suite itself.
      if (item.disabled) return;
      test(`${file} ${index}: ${item.comment ?? item.error ?? ""}`, () => {
        const before = structuredClone(item.doc);
        if (item.error !== undefined) assert.throws(() => patched(item.doc, item.patch), ApiError);
        else {
          const result = patched(item.doc, item.patch);
          if (item.expected !== undefined) assert.deepEqual(result, item.expected);
        }
        assert.deepEqual(item.doc, before, "the document given is not changed");
      });
    });
  }
});

const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof ApiError) return error.code;
    throw error;
  }
  return "none";
};

test("a bad form, a failed test and a path that leads nowhere are told apart", () => {
  assert.equal(
    codeOf(() => patched({}, {})),
    "malformed_request",
  );
  assert.equal(
    codeOf(() => patched({}, [{ op: "spin", path: "" }])),
    "malformed_request",
  );
  assert.equal(
    codeOf(() => patched({}, [{ op: "add", path: "/a~2", value: 1 }])),
    "malformed_request",
  );
  assert.equal(
    codeOf(() => patched({ a: 1 }, [{ op: "test", path: "/a", value: 2 }])),
    "conflict",
  );
  assert.equal(
    codeOf(() => patched({ a: 1 }, [{ op: "remove", path: "/b" }])),
    "invalid_input",
  );
});

test("names on the prototype are places like any other", () => {
  assert.equal(
    codeOf(() => patched({}, [{ op: "test", path: "/toString", value: 1 }])),
    "invalid_input",
  );
  const result = patched({}, [{ op: "add", path: "/__proto__", value: { polluted: true } }]);
  assert.deepEqual(Object.keys(result as object), ["__proto__"]);
  assert.equal(({} as { polluted?: boolean }).polluted, undefined);
});

test("copies of copies are stopped", () => {
  const patch = Array.from({ length: 60 }, (_, at) => ({ op: "copy", from: "", path: `/k${at}` }));
  const ms = cpuMs(() => {
    assert.equal(
      codeOf(() => patched({ a: [1] }, patch)),
      "invalid_input",
    );
  });
  assert.ok(ms < 3000, `${ms} ms`);
});

test("integers beyond 2^53 are compared exactly", () => {
  const document = { big: 9007199254740993n };
  assert.equal(
    codeOf(() => patched(document, [{ op: "test", path: "/big", value: 9007199254740993n }])),
    "none",
  );
  assert.equal(
    codeOf(() => patched(document, [{ op: "test", path: "/big", value: 9007199254740992n }])),
    "conflict",
  );
});
