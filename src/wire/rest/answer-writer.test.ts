import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { modelOf } from "../../../test/support/mistakes.ts";
import { type Operation, query, resource, t } from "../../index.ts";
import { createAnswerWriter } from "./answer-writer.ts";

const writerOf = (operation: Operation, timestamps: "shortest" | "milliseconds" = "shortest") => {
  const model = modelOf({ resources: [Knot], operations: [operation], rest: { timestamps } });
  const { resource: owner, name } = operation.spec;
  return createAnswerWriter(model, model.operations[owner === undefined ? name : `${owner}.${name}`]!);
};

const Knot = resource(
  "knot",
  { id: t.id("nod"), parent: t.ref("knot").optional(), seenAt: t.timestamp() },
  { list: { total: "exact" } },
);

describe("answers that are not simply the output", () => {
  it("need no writer where they are", () => {
    assert.equal(writerOf(Knot.get()), undefined);
    assert.equal(writerOf(query("word", { output: t.string() })), undefined);
  });

  it("put the output under a key", () => {
    const write = writerOf(query("words", { output: t.list(t.string()), http: { answer: "words" } }));
    assert.deepEqual(write?.(["a"]), { words: ["a"] });
  });

  it("put the parts of a page under keys, and leave out what has none", () => {
    const write = writerOf(
      Knot.list({ http: { answer: { data: "nodes", total: "count", nextCursor: "next" } } }),
    );
    const page = { nextCursor: null, prevCursor: "p", hasMore: true, total: 7 };
    assert.deepEqual(write?.({ data: [1], page }), { nodes: [1], count: 7, next: null });
  });

  it("write times with three digits, wherever they are, and nothing else", () => {
    const at = t.timestamp();
    const output = t.object({
      at,
      none: at.nullable(),
      list: t.list(at),
      map: t.map(at),
      shape: t.union("kind", { dot: t.object({ at }), line: t.object({ at: t.string() }) }),
      text: t.string(),
      free: t.json(),
    });
    const write = writerOf(query("times", { output }), "milliseconds");
    const whole = "2026-01-01T00:00:00Z";
    const long = "2026-01-01T00:00:00.000Z";
    assert.deepEqual(
      write?.({
        at: "2026-01-01T00:00:00.123456Z",
        none: null,
        list: [whole, "2026-01-01T00:00:00.120Z"],
        map: { a: whole },
        shape: { kind: "dot", at: whole },
        text: whole,
        free: { at: whole },
      }),
      {
        at: "2026-01-01T00:00:00.123Z",
        none: null,
        list: [long, "2026-01-01T00:00:00.120Z"],
        map: { a: long },
        shape: { kind: "dot", at: long },
        text: whole,
        free: { at: whole },
      },
    );
    assert.deepEqual(write?.({ shape: { kind: "line", at: whole } }), { shape: { kind: "line", at: whole } });
    assert.deepEqual(write?.({ at: "0001-01-01T00:00:00Z" }), { at: "0001-01-01T00:00:00.000Z" });
  });

  it("write the times of rows, of the rows they refer to, and of pages", () => {
    const row = { id: "nod_1", seenAt: "2026-01-01T00:00:00Z", createdAt: "2026-01-01T00:00:00.5Z" };
    const written = {
      id: "nod_1",
      seenAt: "2026-01-01T00:00:00.000Z",
      createdAt: "2026-01-01T00:00:00.500Z",
    };
    const one = writerOf(Knot.get(), "milliseconds");
    assert.deepEqual(one?.({ ...row, parent: { ...row, parent: "nod_0" } }), {
      ...written,
      parent: { ...written, parent: "nod_0" },
    });
    const many = writerOf(Knot.list(), "milliseconds");
    const page = { nextCursor: null, prevCursor: null, hasMore: false };
    assert.deepEqual(many?.({ data: [row], page }), { data: [written], page });
  });
});
