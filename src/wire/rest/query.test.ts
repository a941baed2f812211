import assert from "node:assert/strict";
import { test } from "node:test";
import { model } from "../../../test/support/library.ts";
import { modelOf } from "../../../test/support/mistakes.ts";
import { ApiError } from "../../base/errors/index.ts";
import type { OperationModel } from "../../contract/model/model.ts";
import { query, resource, t } from "../../index.ts";
import { createQueryReader } from "./call-query.ts";
import { pageLinks } from "./links.ts";
import { decodeQueryInput } from "./query-input.ts";

const operation = (id: string): OperationModel => {
  const found = model.operations[id];
  assert.ok(found);
  return found;
};
const readList = createQueryReader(operation("book.list"));
const violationsOf = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    if (error instanceof ApiError) return [error.code, ...error.violations.map(({ pointer }) => pointer)];
    throw error;
  }
  return [];
};

test("a list question: filters, operators, sort, page", () => {
  const query =
    "status=new,lent&createdAt[gte]=2026-01-01T00:00:00Z&author.name%5Blt%5D=a,b&sort=-title&limit=5&cursor=a%3D&q=a+b&total=true";
  assert.deepEqual(readList(query), {
    list: {
      filter: {
        status: { in: ["new", "lent"] },
        createdAt: { gte: ["2026-01-01T00:00:00Z"] },
        "author.name": { lt: ["a,b"] },
      },
      sort: "-title",
      limit: 5,
      cursor: "a=",
      search: "a b",
      total: true,
    },
  });
});

test("an encoded comma is part of a value, a bare one separates", () => {
  assert.deepEqual(readList("status=a%2Cb,c").list?.filter, { status: { in: ["a,b", "c"] } });
  assert.deepEqual(readList("status[ne]=a,b").list?.filter, { status: { ne: ["a", "b"] } });
});

test("fields and expand are lists of names", () => {
  assert.deepEqual(readList("fields=id,author.name&expand=author"), {
    fields: ["id", "author.name"],
    expand: ["author"],
    list: {},
  });
});

test("names given twice are refused, in whatever way they are written", () => {
  assert.deepEqual(
    violationsOf(() => readList("limit=1&limit=2")),
    ["invalid_parameter", "?limit"],
  );
  assert.deepEqual(
    violationsOf(() => readList("status=a&status[in]=b")),
    ["invalid_parameter", "?status[in]"],
  );
  assert.deepEqual(
    violationsOf(() => readList("st%61tus=a&status=b")),
    ["invalid_parameter", "?status"],
  );
});

test("everything wrong is told at once", () => {
  assert.deepEqual(
    violationsOf(() => readList("limit=x&offset=-1&total=1&fields=a,,b&a[b][c]=1&[=1")),
    ["invalid_parameter", ...["?limit", "?offset", "?total", "?fields", "?a[b][c]", "?["]],
  );
});

test("bad escapes, raw bytes, NUL and names without text are malformed", () => {
  for (const query of [
    "q=%",
    "q=%4",
    "q=%ff",
    "q=%00",
    "q=a b",
    "q=\u00e9",
    "q=<",
    "=1",
    'q="',
    `q=a${"&x".repeat(101)}`,
  ]) {
    assert.equal(violationsOf(() => readList(query))[0] !== undefined, true, query);
  }
  assert.equal(violationsOf(() => readList("=1"))[0], "malformed_request");
});

test("names on the prototype are names like any other", () => {
  const { list } = readList("toString=1&constructor=2&hasOwnProperty[gte]=3");
  assert.deepEqual(Object.keys(list?.filter ?? {}), ["toString", "constructor", "hasOwnProperty"]);
});

test("an operation without parameters says so; one with input takes its fields as text", () => {
  assert.deepEqual(
    violationsOf(() => createQueryReader(operation("tidyUp"))("a=1")),
    ["invalid_parameter", "?a"],
  );
  const greet = operation("greet");
  const { input } = createQueryReader(greet)("name=Ada&times=007&loud=maybe");
  assert.deepEqual(input, { name: "Ada", times: "007", loud: "maybe" });
  assert.deepEqual(decodeQueryInput(greet, input), { name: "Ada", times: "007", loud: "maybe" });
  assert.deepEqual(decodeQueryInput(greet, { name: "1", times: "7", loud: "true" }), {
    name: "1",
    times: 7,
    loud: true,
  });
});

test("links of a page keep the question and change the cursor", () => {
  const position = { nextCursor: "n+/=", prevCursor: null };
  assert.deepEqual(pageLinks("/v1/books", "limit=2&cursor=old&status=a,b", position), {
    first: "/v1/books?limit=2&status=a,b",
    next: "/v1/books?limit=2&status=a,b&cursor=n%2B%2F%3D",
  });
  assert.deepEqual(pageLinks("/v1/books", "offset=20", { nextCursor: null, prevCursor: "p" }), {
    first: "/v1/books",
    prev: "/v1/books?cursor=p",
  });
});

test("where unknown parameters are ignored, even one given twice is passed over; known ones are held to their word", () => {
  const find = query("find", {
    input: t.object({ limit: t.int32().optional() }),
    http: { unknownFields: "ignore" },
  });
  const Thing = resource("thing", { id: t.id("thg"), size: t.int32() }, { list: { filter: ["size"] } });
  const lax = modelOf({ resources: [Thing], operations: [find], rest: { unknownFields: "ignore" } });
  const readFind = createQueryReader(lax.operations.find!);
  assert.deepEqual(readFind("utm[]=1&utm[]=2&limit=3&constructor=1"), { input: { limit: "3" } });
  assert.throws(() => readFind("limit=1&limit=2"), ApiError);
  const readThings = createQueryReader(lax.operations["thing.list"]!, lax.resources.thing?.list);
  assert.deepEqual(readThings("size[gte]=2&colour=red&__proto__=1&sort=-createdAt"), {
    list: { sort: "-createdAt", filter: { size: { gte: ["2"] } } },
  });
});
