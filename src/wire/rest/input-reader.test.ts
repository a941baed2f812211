import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { modelOf } from "../../../test/support/mistakes.ts";
import { ApiError } from "../../base/errors/index.ts";
import type { JsonValue } from "../../base/lib/index.ts";
import { anyone, command, type Operation, query, t } from "../../index.ts";
import { createInputErrors } from "./input-errors.ts";
import { createInputReader, type InputParts } from "./input-reader.ts";
import { createPathReader } from "./path-reader.ts";

const input = t.object({
  slug: t.string(),
  title: t.string().optional(),
  shape: t.union("kind", { dot: t.object({ x: t.int32() }) }).optional(),
  rows: t.list(t.object({ a: t.int32() })).optional(),
  byName: t.map(t.object({ b: t.int32() })).optional(),
  free: t.json().optional(),
});
const path = "/posts/{slug}";
const one = (operation: Operation, rest = {}) => {
  const model = modelOf({ operations: [operation], rest });
  return { model, operation: Object.values(model.operations)[0]! };
};
const save = (http: object) =>
  one(command("save", { input, http: { method: "PUT", path, ...http } })).operation;
const NOTHING: InputParts = { path: undefined, query: undefined, body: undefined };

const refusal = (run: () => unknown): [string, string[]] => {
  try {
    run();
  } catch (error) {
    if (error instanceof ApiError) return [error.code, error.violations.map(({ pointer }) => pointer)];
    throw error;
  }
  return ["none", []];
};

describe("input that is not simply the body", () => {
  it("needs no reader where it is the body or the query", () => {
    assert.equal(createInputReader(one(command("plain", { input })).operation), undefined);
    const find = query("find", { input: t.object({ limit: t.int32().default(1) }), access: [anyone] });
    assert.equal(createInputReader(one(find).operation), undefined);
  });

  it("is put together from path, query and body", () => {
    const read = createInputReader(save({}));
    const parts = { ...NOTHING, path: { slug: "a" } };
    assert.deepEqual(read?.({ ...parts, body: { title: "T" } }), { title: "T", slug: "a" });
    assert.deepEqual(read?.(parts), { slug: "a" });
    const small = t.object({ slug: t.string(), hard: t.bool().default(false) });
    const drop = one(command("drop", { input: small, http: { method: "DELETE", path } })).operation;
    assert.deepEqual(createInputReader(drop)?.({ ...parts, query: { hard: true } }), {
      slug: "a",
      hard: true,
    });
    const sweep = command("sweep", { input: t.object({ hard: t.bool() }), http: { method: "DELETE" } });
    const readSweep = createInputReader(one(sweep).operation);
    assert.deepEqual(readSweep?.({ ...NOTHING, query: { hard: true } }), { hard: true });
  });

  it("is taken out of its envelope, which has nothing beside it", () => {
    const read = createInputReader(save({ body: "post" }));
    const parts = { ...NOTHING, path: { slug: "a" } };
    assert.deepEqual(read?.({ ...parts, body: { post: { title: "T" } } }), { title: "T", slug: "a" });
    assert.deepEqual(read?.({ ...parts, body: {} }), { slug: "a" });
    for (const [body, pointers] of [
      [[], [""]],
      ["post", [""]],
      [{ post: [] }, ["/post"]],
      [{ post: null }, ["/post"]],
      [{ post: {}, "a/b": 1 }, ["/a~1b"]],
      [{ post: { slug: "b" } }, ["/post/slug"]],
    ] as [JsonValue, string[]][]) {
      assert.deepEqual(
        refusal(() => read?.({ ...parts, body })),
        ["invalid_input", pointers],
      );
    }
  });

  it("drops what nobody declared, at any depth, where the contract says so", () => {
    const read = createInputReader(save({ body: "post", unknownFields: "ignore" }));
    const post = JSON.parse(`{
      "slug": "other", "title": "T", "__proto__": { "title": "evil" }, "constructor": 1,
      "shape": { "kind": "dot", "x": 1, "y": 2 }, "rows": [{ "a": 1, "z": 1 }, "odd"],
      "byName": { "any": { "b": 1, "c": 2 } }, "free": { "kept": [1] } }`);
    assert.deepEqual(read?.({ ...NOTHING, path: { slug: "a" }, body: { post, other: 1 } }), {
      slug: "a",
      title: "T",
      shape: { kind: "dot", x: 1 },
      rows: [{ a: 1 }, "odd"],
      byName: { any: { b: 1 } },
      free: { kept: [1] },
    });
  });

  it("drops a whole body where none is taken", () => {
    const by = t.object({ slug: t.string() });
    const like = command("like", { input: by, http: { path, unknownFields: "ignore" } });
    const read = createInputReader(one(like).operation);
    assert.deepEqual(read?.({ ...NOTHING, path: { slug: "a" }, body: { user: 1 } }), { slug: "a" });
    const ping = one(command("ping", { http: { unknownFields: "ignore" } })).operation;
    assert.equal(createInputReader(ping)?.({ ...NOTHING, body: { user: 1 } }), undefined);
  });
});

describe("parameters of a path", () => {
  it("are values of their types, in one form", () => {
    const by = t.object({ number: t.int32(), on: t.bool(), big: t.int64(), day: t.date() });
    const { model, operation } = one(
      query("look", { input: by, http: { path: "/{number}/x/{on}/{big}/{day}" } }),
    );
    const read = createPathReader(model, operation);
    assert.deepEqual(read?.("/v1/12/x/true/9223372036854775807/2026-01-01").input, {
      number: 12,
      on: true,
      big: "9223372036854775807",
      day: "2026-01-01",
    });
    for (const odd of ["01", "1e2", "1.0", "-0", "0x1"]) {
      assert.equal(read?.(`/v1/${odd}/x/true/1/2026-01-01`).input.number, odd);
    }
    assert.equal(read?.("/v1/1/x/yes/1/2026-01-01").input.on, "yes");
  });

  it("are decoded once, and may hold an encoded slash", () => {
    const { model, operation } = one(
      query("look", { input: t.object({ slug: t.string() }), http: { path } }),
    );
    assert.deepEqual(createPathReader(model, operation)?.("/v1/posts/a%2Fb%2520%C3%BC").input, {
      slug: "a/b%20ü",
    });
  });
});

describe("errors about input that is not simply the body", () => {
  const errors = createInputErrors(save({ body: "a/b" }));
  const invalid = (...pointers: string[]) =>
    new ApiError("invalid_input", "Wrong.", {
      violations: pointers.map((pointer) => ({ pointer, code: "x", message: "y" })),
    });

  it("point into the body, or say that the path leads nowhere", () => {
    assert.equal(errors?.pointerOf("/title"), "/a~1b/title");
    assert.equal(errors?.pointerOf(""), "/a~1b");
    assert.equal(errors?.pointerOf("?q"), "?q");
    assert.equal(errors?.toRequestError(invalid("/title", "/slug")).code, "not_found");
    assert.equal(errors?.toRequestError(invalid("/title")).code, "invalid_input");
    assert.equal(errors?.toRequestError(new ApiError("conflict", "x")).code, "conflict");
  });
});
