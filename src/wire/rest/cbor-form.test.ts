import assert from "node:assert/strict";
import { test } from "node:test";
import { anyone, api, command, compile, query, resource, t } from "../../index.ts";
import { createCborForm } from "./cbor-form.ts";

const Part = resource("part", { id: t.id("par"), weight: t.int64(), of: t.ref(() => Part).optional() });
const Shape = t.object({
  big: t.int64().optional(),
  blob: t.bytes().optional(),
  bigs: t.list(t.int64()).optional(),
  byName: t.map(t.bytes()).optional(),
  inner: t.object({ blob: t.bytes().optional(), text: t.string().optional() }).optional(),
  either: t.union("kind", { a: t.object({ n: t.int64() }), b: t.object({ s: t.string() }) }).optional(),
  free: t.json().optional(),
  text: t.string().optional(),
});
const echo = command("echo", { input: Shape, output: Shape, access: [anyone] });
const names = query("names", { output: t.list(t.string()), access: [anyone] });
const model = compile(
  api("forms", {
    versions: { v1: "2026-01-01" },
    resources: [Part],
    operations: [Part.list({ access: [anyone] }), Part.get({ access: [anyone] }), echo, names],
  }),
);
const form = (id: string) => {
  const operation = model.operations[id];
  assert.ok(operation);
  return createCborForm(model, operation);
};

const bytes = new Uint8Array([0, 255]);
const json = {
  big: "9223372036854775807",
  blob: "AP8=",
  bigs: ["1", "-2"],
  byName: { a: "AP8=", b: "" },
  inner: { blob: "AP8=", text: "AP8=" },
  either: { kind: "a", n: "7" },
  free: { big: "1" },
  text: "1",
};
const cbor = {
  big: 9223372036854775807n,
  blob: bytes,
  bigs: [1n, -2n],
  byName: { a: bytes, b: new Uint8Array() },
  inner: { blob: bytes, text: "AP8=" },
  either: { kind: "a", n: 7n },
  free: { big: "1" },
  text: "1",
};

test("int64 are integers and bytes are byte strings, wherever they lie; the rest is as in JSON", () => {
  const { read, write } = form("echo");
  assert.deepEqual(write(json), cbor);
  assert.deepEqual(read(cbor), json);
  assert.deepEqual(read(json), json, "the JSON form is taken too");
  assert.deepEqual(write({ either: { kind: "b", s: "1" } }), { either: { kind: "b", s: "1" } });
  assert.deepEqual(read({ big: 5, bigs: [2 ** 53 - 1] }), { big: "5", bigs: ["9007199254740991"] });
});

test("a byte string where no bytes belong is no value of any type", () => {
  const { read } = form("echo");
  const read1 = (item: never) => Object.values(read(item) as object)[0];
  for (const item of [{ text: bytes }, { free: bytes }, { big: bytes }, { other: bytes }, { bigs: bytes }]) {
    assert.equal(typeof read1(item as never), "symbol");
  }
  assert.equal(typeof read(bytes), "symbol");
  assert.equal(typeof (read1({ free: [bytes] } as never) as unknown[])[0], "symbol");
});

test("rows, those that they refer to, and pages", () => {
  const row = { id: "par_1", weight: "1", of: { id: "par_2", weight: "2", of: "par_3" } };
  const written = { id: "par_1", weight: 1n, of: { id: "par_2", weight: 2n, of: "par_3" } };
  assert.deepEqual(form("part.get").write(row), written);
  const page = { nextCursor: null, prevCursor: null, hasMore: false, total: 1 };
  assert.deepEqual(form("part.list").write({ data: [row], page }), { data: [written], page });
  assert.deepEqual(form("names").write(["1"]), ["1"]);
});
