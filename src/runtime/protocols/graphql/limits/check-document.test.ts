import assert from "node:assert/strict";
import { test } from "node:test";
import { getIntrospectionQuery, parse } from "graphql";
import { cpuMs } from "../../../../../test/support/cpu-time.ts";
import { compile } from "../../../../contract/model/index.ts";
import { api, resource, t } from "../../../../index.ts";
import { checkDocument } from "./check-document.ts";
import { checkSource } from "./check-source.ts";

const Note = resource("note", { id: t.id("not"), text: t.text() });
const { limits } = compile(api("notes", { versions: { v1: "2026-01-01" }, resources: [Note] })).graphql;
const check = (source: string, given: Partial<typeof limits> = {}) =>
  checkDocument(parse(source), { ...limits, ...given }).map(({ extensions = {} }) => {
    const { limit, found } = extensions.data as { limit: string; found: number };
    return `${limit} ${found}`;
  });

test("depth counts selection sets through fragments, spread and inline", () => {
  assert.deepEqual(check("{ a { b { c } } }", { maxDepth: 3 }), []);
  assert.deepEqual(check("{ a { b { c } } }", { maxDepth: 2 }), ["maxDepth 3"]);
  assert.deepEqual(check("{ a { ...F } } fragment F on T { b { c } }", { maxDepth: 2 }), ["maxDepth 3"]);
  assert.deepEqual(check("{ ... { a { ... on T { b } } } }", { maxDepth: 1 }), ["maxDepth 2"]);
});

test("fields, root fields and aliases count as often as fragments are spread; the response name is not what counts", () => {
  const source = "{ ...F ...F x: a } fragment F on T { y: a b { z: c } }";
  assert.deepEqual(check(source, { maxFields: 7, maxRootFields: 5, maxAliases: 5 }), []);
  assert.deepEqual(check(source, { maxFields: 6, maxRootFields: 4, maxAliases: 4 }), [
    "maxFields 7",
    "maxRootFields 5",
    "maxAliases 5",
  ]);
});

test("directives count wherever they stand, those of fragments once", () => {
  const source = "query ($a: Int @v) @q { a @f ...F @s ...F @s ... @i { b } } fragment F on T @d { c @f }";
  assert.deepEqual(check(source, { maxDirectives: 8 }), []);
  assert.deepEqual(check(source, { maxDirectives: 7 }), ["maxDirectives 8"]);
});

test("a fragment that spreads itself is told once, wherever it is", () => {
  const told = (source: string) => checkDocument(parse(source), limits);
  assert.deepEqual(told("{ a } fragment A on T { a { ...B } } fragment B on T { b ...A ...B }"), [
    { message: 'Cannot spread fragment "A" within itself.', locations: [{ line: 1, column: 58 }] },
  ]);
  assert.deepEqual(told("{ ...A ...A ...B } fragment A on T { ...B } fragment B on T { b }"), []);
});

test("fragments that double a thousand times take no time", () => {
  const doubling = Array.from(
    { length: 1000 },
    (_, i) => `fragment F${i} on T { a { ...F${i + 1} ...F${i + 1} } }`,
  );
  const source = `{ ...F0 } ${doubling.join(" ")} fragment F1000 on T { b }`;
  const ms = cpuMs(() => {
    assert.deepEqual(check(source), ["maxDepth 1001", "maxFields 1000000000"]);
  });
  assert.ok(ms < 300, `${ms} ms`);
});

test("each operation of a document is held to the limits", () => {
  assert.deepEqual(check("query A { a } query B { a b c }", { maxRootFields: 2 }), ["maxRootFields 3"]);
});

test("a text is held to its tokens and to how deep its brackets nest, strings and comments aside", () => {
  const found = (source: string) => checkSource(source, limits).map(({ extensions }) => extensions?.data);
  assert.deepEqual(found(`{ ${"a ".repeat(4998)} }`), []);
  assert.deepEqual(found(`{ ${"a ".repeat(4999)} }`), [{ limit: "maxTokens", max: 5000 }]);
  assert.deepEqual(found("{ a(x: ".concat("[".repeat(199))), [{ limit: "nesting", max: 200 }]);
  assert.deepEqual(
    found(`{ a(x: "${"[".repeat(1000)}", y: """${"{".repeat(1000)}""") # ${"(".repeat(1000)}\n }`),
    [],
  );
  assert.deepEqual(found('{ a(x: "no end'), []);
});

test("fields of one name, and fragments, do not stand a hundred times beside each other", () => {
  assert.deepEqual(check(`{ ${"a ".repeat(100)} ${"b ".repeat(100)} }`, { maxRootFields: 500 }), []);
  assert.deepEqual(check(`{ a { ${"b ".repeat(101)} } }`), ["repeats undefined"]);
  assert.deepEqual(
    check(`{ a { ${"...F ".repeat(51)} ${"... { c } ".repeat(50)} } } fragment F on T { b }`),
    ["repeats undefined"],
  );
});

test("the schema is asked for once and without aliases, as every tool does", () => {
  assert.deepEqual(check(getIntrospectionQuery({ inputValueDeprecation: true, oneOf: true })), []);
  assert.deepEqual(check('{ __schema { types { name } } a: __type(name: "A") { name } __typename }'), []);
  assert.deepEqual(
    check("{ a: __schema { types { name } } ...F } fragment F on Query { __schema { types { name } } }"),
    ["repeats undefined"],
  );
  assert.deepEqual(check("{ __schema { ...F } } fragment F on __Schema { a: types { name } }"), [
    "repeats undefined",
  ]);
  assert.deepEqual(check('{ __type(name: "A") { a: fields { name } } }'), ["repeats undefined"]);
});
