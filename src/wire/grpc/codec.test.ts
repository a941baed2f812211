import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ApiError, type Violation } from "../../base/errors/index.ts";
import { compile } from "../../contract/model/index.ts";
import { describeProto } from "../../contract/proto/index.ts";
import { compileDecoder } from "../../contract/schema/index.ts";
import { api, command, resource, t } from "../../index.ts";
import { createProtoCodecs } from "./index.ts";

const Author = resource("author", { id: t.id("aut"), name: t.string() }, { list: { filter: ["name"] } });
const Book = resource(
  "book",
  {
    id: t.id("bok"),
    author: t.ref(() => Author),
    title: t.string(),
    subtitle: t.string().optional(),
    tags: t.list(t.string()),
    marks: t.list(t.int32()).optional(),
    state: t.enum(["new", "used"]).nullable(),
    address: t.object({ street: t.string(), zip: t.string().optional() }).optional(),
  },
  { list: { filter: ["state", "author.name"], sort: ["title"], total: "exact", search: ["title"] } },
);
const model = compile(
  api("library", {
    versions: { v1: "2026-01-01" },
    resources: [Author, Book],
    operations: [
      command("probe", {
        input: t.object({
          text: t.string().optional(),
          n: t.int32().optional(),
          big: t.int64().optional(),
          f: t.float64().optional(),
          ok: t.bool().optional(),
          raw: t.bytes().optional(),
          at: t.timestamp().optional(),
          took: t.duration().optional(),
          kind: t.enum(["a", "b"]).optional(),
          any: t.json().optional(),
          list: t.list(t.int32()).optional(),
          words: t.map(t.string()).optional(),
          pet: t
            .union("kind", { cat: t.object({ lives: t.int32() }), dog: t.object({ name: t.string() }) })
            .optional(),
          nothing: t.string().nullable().optional(),
        }),
      }),
    ],
  }),
);
const schema = describeProto(model);
const codecs = createProtoCodecs(schema);
const probe = codecs.proto("library.v1.ProbeRequest");
const probeJson = codecs.json("library.v1.ProbeRequest");
const numberOf = new Map(
  schema.messages["library.v1.ProbeRequest"]?.fields.map(({ name, number }) => [name, number]),
);

const VARINT = 0;
const LENGTH = 2;

/** Tag of a field of the probe. */
function tag(field: string, wireType: number): number[] {
  const number = numberOf.get(field);
  assert.ok(number, field);
  return varint(BigInt((number << 3) | wireType));
}

function varint(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  return [...bytes, Number(rest)];
}

function sized(bytes: readonly number[]): number[] {
  return [...varint(BigInt(bytes.length)), ...bytes];
}

function textBytes(text: string): number[] {
  return [...new TextEncoder().encode(text)];
}

function read(...bytes: readonly (readonly number[])[]): unknown {
  const { input } = Object(probe.decode(new Uint8Array(bytes.flat())));
  return input;
}

function refusal(...bytes: readonly (readonly number[])[]): string {
  try {
    read(...bytes);
  } catch (error) {
    assert.ok(error instanceof ApiError, String(error));
    assert.equal(error.code, "malformed_request");
    return error.message;
  }
  return "taken";
}

describe("binary: what is malformed is refused with its place", () => {
  const cases: Readonly<Record<string, readonly [bytes: readonly number[], message: RegExp]>> = {
    "a tag that ends early": [[0x80], /ends inside a number at byte 0/],
    "a number that ends early": [[...tag("n", VARINT), 0x80], /ends inside a number at byte 1/],
    "a number of eleven bytes": [[...tag("n", VARINT), ...Array(10).fill(0x80), 0x01], /more than ten bytes/],
    "field number 0": [[0x00, 0x00], /Field number 0 at byte 0/],
    "field number 0, written long": [[0x80, 0x00, 0x00], /Bad field number/],
    "a field number beyond 2^29": [[0x80, 0x80, 0x80, 0x80, 0x10, 0x00], /Bad field number/],
    "a length beyond the end": [[...tag("text", LENGTH), 5, 0x61], /A length beyond the end at byte 1/],
    "a length beyond 2^32": [[...tag("text", LENGTH), ...varint(2n ** 40n)], /A length beyond the end/],
    "text that is not UTF-8": [[...tag("text", LENGTH), 2, 0xc3, 0x28], /not UTF-8 at byte 2/],
    "text with a surrogate": [[...tag("text", LENGTH), 3, 0xed, 0xa0, 0x80], /not UTF-8/],
    "a wrong wire type": [[...tag("text", VARINT), 1], /Field text with wire type 0 at byte 0/],
    "a fixed number where a varint belongs": [[...tag("n", 5), 0, 0, 0, 0], /Field n with wire type 5/],
    "wire type 6": [[0xfe, 0x7f], /wire type|Wire type/],
    "a double that ends early": [[...tag("f", 1), 0, 0], /ends inside a double/],
    "an unknown fixed number that ends early": [[0xfd, 0x7f, 0], /ends inside a value/],
    "the end of a group that was not begun": [[0xfc, 0x7f], /Wire type 4/],
    "a group that has no end": [[0xfb, 0x7f], /ends inside a group/],
    "a group that ends as another": [[0xfb, 0x7f, 0x0c], /not begun/],
    "a packed list that ends inside a number": [[...tag("list", LENGTH), 1, 0x80], /ends inside a number/],
    "a message inside that is longer than what holds it": [
      [...tag("pet", LENGTH), 2, 0x0a, 5],
      /beyond the end/,
    ],
    "an entry with a key that is a number": [[...tag("words", LENGTH), 2, 0x08, 1], /entry of words/],
    "the key __proto__": [
      [...tag("words", LENGTH), ...sized([0x0a, ...sized(textBytes("__proto__"))])],
      /__proto__/,
    ],
    "JSON text that is none": [[...tag("any", LENGTH), ...sized(textBytes("{"))], /JSON text: .* at byte/],
    "a value and null at once": [
      [...tag("nothing", LENGTH), 1, 0x61, ...tag("nothing_is_null", VARINT), 1],
      /nothing has a value and is said to be null/,
    ],
  };
  for (const [name, [bytes, message]] of Object.entries(cases)) {
    test(name, () => assert.match(refusal(bytes), message));
  }

  test("groups nested a thousand deep", () => {
    assert.match(
      refusal(Array.from({ length: 2000 }, (_, at) => (at % 2 === 0 ? 0xfb : 0x7f))),
      /deeper than 64/,
    );
  });
});

describe("binary: what protobuf allows is read", () => {
  test("unknown fields of every wire type, and groups, are passed over", () => {
    const unknown = [
      0xf8,
      0x7f,
      1,
      0xf9,
      0x7f,
      ...Array(8).fill(0),
      0xfa,
      0x7f,
      1,
      0x61,
      0xfd,
      0x7f,
      0,
      0,
      0,
      0,
    ];
    const group = [0xfb, 0x7f, ...unknown, 0xfb, 0x7f, 0xfc, 0x7f, 0xfc, 0x7f];
    assert.deepEqual(read(unknown, group, tag("n", VARINT), [5]), { n: 5 });
  });

  test("lists come packed, in several pieces, and one by one", () => {
    const packed = [...tag("list", LENGTH), 2, 1, 2];
    const single = [...tag("list", VARINT), ...varint(-1n)];
    assert.deepEqual(read(packed, single, packed), { list: [1, 2, -1, 1, 2] });
  });

  test("of a field that comes twice the last counts; messages are merged", () => {
    assert.deepEqual(read(tag("n", VARINT), [1], tag("n", VARINT), [2]), { n: 2 });
    const at = (bytes: number[]) => [...tag("at", LENGTH), ...sized(bytes)];
    assert.deepEqual(read(at([0x08, 60]), at([0x10, ...varint(5_000_000n)])), {
      at: "1970-01-01T00:01:00.005Z",
    });
  });

  test("JSON: beside the variant of a union nothing is taken, and a variant that is no object is left to the rules", () => {
    const read = (pet: unknown) => probeJson.decode(new TextEncoder().encode(JSON.stringify({ pet })));
    for (const pet of [
      { cat: { lives: 1 }, dgo: {} },
      { kind: "cat", cat: { lives: 1 } },
    ]) {
      assert.throws(() => read(pet), {
        code: "malformed_request",
        message: /has no variant "(dgo|kind)", but cat, dog/,
      });
    }
    assert.deepEqual(read({ cat: 5 }), { input: { pet: 5 } });
    assert.deepEqual(read({ dgo: {} }), { input: { pet: {} } });
    assert.deepEqual(read({ cat: null, dog: { name: "x" } }), { input: { pet: { kind: "dog", name: "x" } } });
  });

  test("of a union the last variant counts, and what it had before it was another is forgotten", () => {
    const pet = (bytes: number[]) => [...tag("pet", LENGTH), ...sized(bytes)];
    const cat = [0x0a, 2, 0x08, 9];
    const dog = [0x12, 2, 0x0a, 0];
    assert.deepEqual(read(pet([...cat, ...dog])), { pet: { kind: "dog", name: "" } });
    assert.deepEqual(read(pet(cat), pet([...dog, 0x0a, 0])), { pet: { kind: "cat" } });
    assert.deepEqual(read(pet([])), { pet: {} });
  });

  test("of an entry of a map, what is left out is empty, and the last of a key counts", () => {
    const entry = (bytes: number[]) => [...tag("words", LENGTH), ...sized(bytes)];
    const words = read(
      entry([]),
      entry([0x0a, 1, 0x61, 0x12, 1, 0x62]),
      entry([0x12, 1, 0x63, 0x0a, 1, 0x61]),
    );
    assert.deepEqual(words, { words: { "": "", a: "c" } });
  });

  test("numbers of 64 bits are exact, also at their ends, and cut to 32 where the field has no more", () => {
    for (const big of [2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n, -(2n ** 53n) - 1n, 0n, -1n, 1n << 32n]) {
      assert.deepEqual(read(tag("big", VARINT), varint(big)), { big: String(big) });
      const bytes = probe.encode({ input: { big: String(big) } });
      assert.deepEqual([...bytes], [...tag("big", VARINT), ...varint(big)]);
    }
    assert.deepEqual(read(tag("n", VARINT), varint(2n ** 32n + 7n)), { n: 7 });
    assert.deepEqual(read(tag("n", VARINT), varint(-7n)), { n: -7 });
    assert.deepEqual(read(tag("ok", VARINT), varint(2n ** 40n)), { ok: true });
  });

  test("a byte order mark is part of its text", () => {
    assert.deepEqual(read(tag("text", LENGTH), sized([0xef, 0xbb, 0xbf, 0x61])), { text: "\u{feff}a" });
  });

  test("texts of any length and script come back", () => {
    for (const text of [
      "",
      "a".repeat(127),
      "a".repeat(128),
      "é".repeat(63),
      "é".repeat(64),
      "😀".repeat(5000),
    ]) {
      assert.deepEqual(probe.decode(probe.encode({ input: { text } })), { input: { text } });
    }
  });
});

describe("what the contract does not take reaches its rules, which tell its place", () => {
  const decode = (input: unknown): unknown => input;
  const violations = (input: unknown) => {
    const node = model.operations.probe?.input;
    assert.ok(node);
    const found: Violation[] = [];
    compileDecoder({ type: node })(input, "", found);
    return found.map(({ pointer, code }) => `${pointer} ${code}`);
  };

  test("all of it at once, each with its pointer", () => {
    const at = [...tag("at", LENGTH), ...sized([0x10, 1])];
    const unset = [...tag("pet", LENGTH), 0];
    const nan = [...tag("f", 1), 0, 0, 0, 0, 0, 0, 0xf8, 0x7f];
    assert.deepEqual(
      violations(read(tag("kind", VARINT), [9], at, unset, nan, tag("text", LENGTH), [1, 0])),
      ["/text bad_text", "/f not_exact", "/at bad_format", "/kind not_allowed", "/pet/kind required"],
    );
  });

  test("an unknown number of an enum is no value; 0 says that there is none", () => {
    assert.deepEqual(decode(read(tag("kind", VARINT), [9])), { kind: "9" });
    assert.deepEqual(decode(read(tag("kind", VARINT), varint(-1n))), { kind: "-1" });
    assert.deepEqual(decode(read(tag("kind", VARINT), [0])), { kind: undefined });
  });

  test("times out of range or finer than microseconds are no times", () => {
    const at = (seconds: bigint, nanos: bigint) =>
      Object(read(tag("at", LENGTH), sized([0x08, ...varint(seconds), 0x10, ...varint(nanos)]))).at;
    assert.equal(at(253_402_300_799n, 999_999_000n), "9999-12-31T23:59:59.999999Z");
    assert.equal(at(-62_135_596_800n, 0n), "0001-01-01T00:00:00Z");
    assert.equal(at(0n, 1n), "1970-01-01T00:00:00.000000001Z");
    for (const [seconds, nanos] of [
      [253_402_300_800n, 0n],
      [2n ** 62n, 0n],
      [0n, -1n],
      [0n, 1_000_000_000n],
    ] as const) {
      assert.match(at(seconds, nanos), /seconds and/);
    }
  });
});

describe("JSON", () => {
  const json = (text: string): unknown => Object(probeJson.decode(new TextEncoder().encode(text))).input;

  test("takes both names, numbers as strings, enums by number, both alphabets of base64", () => {
    const input = json(
      '{"n":"5","big":7,"f":"1.5e3","kind":2,"raw":"_-8","took":"1.500s","at":"2026-01-01T01:00:00+01:00","any":"[1,9007199254740993]"}',
    );
    assert.deepEqual(input, {
      n: 5,
      big: 7,
      f: 1500,
      kind: "b",
      raw: "/+8=",
      took: "PT1.5S",
      at: "2026-01-01T01:00:00+01:00",
      any: [1, 9007199254740993n],
    });
    assert.deepEqual(json('{"nothing_is_null":true}'), { nothing: null });
    assert.deepEqual(json('{"nothingIsNull":true}'), { nothing: null });
  });

  test("null is absent", () => assert.deepEqual(json('{"n":null,"pet":null,"list":null}'), {}));

  test("members that no field has, and values of another type, are left to the rules of the input", () => {
    assert.deepEqual(json('{"n":"x","more":1,"kind":"a","pet":{"cat":{"lives":9}}}'), {
      n: "x",
      more: 1,
      kind: "a ",
      pet: { kind: "cat", lives: 9 },
    });
  });

  test("refuses what is no message", () => {
    const refuse = (text: string | Uint8Array): string => {
      const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
      try {
        probeJson.decode(bytes);
      } catch (error) {
        assert.ok(error instanceof ApiError && error.code === "malformed_request", String(error));
        return error.message;
      }
      return "taken";
    };
    assert.match(refuse("[]"), /JSON object/);
    assert.match(refuse(""), /line 1/);
    assert.match(refuse('{"n":1,"n":2}'), /uplicate/);
    assert.match(refuse('{"nothingIsNull":true,"nothing_is_null":true}'), /once/);
    assert.match(refuse('{"pet":{"cat":{},"dog":{}}}'), /variant/);
    assert.match(refuse('{"any":{}}'), /as their text/);
    assert.match(refuse('{"any":"{"}'), /JSON text/);
    assert.match(refuse(new Uint8Array([0xff])), /UTF-8/);
  });
});

describe("the parts of calls", () => {
  const request = (name: string) => codecs.json(`library.v1.${name}Request`);
  const parts = (name: string, body: object): unknown =>
    request(name).decode(new TextEncoder().encode(JSON.stringify(body)));

  test("a list's question has paths, operators and texts", () => {
    const call = parts("ListBooks", {
      pageSize: 5,
      pageToken: "c",
      sort: "-title",
      search: "x",
      includeTotal: true,
      filter: { state: ["STATE_NEW"], authorNameNe: ["a"], stateIsNull: false },
    });
    assert.deepEqual(call, {
      list: {
        limit: 5,
        cursor: "c",
        sort: "-title",
        search: "x",
        total: true,
        filter: { state: { in: ["new"], isNull: ["false"] }, "author.name": { ne: ["a"] } },
      },
    });
  });

  test("masks are paths, and rows beside an answer come with their ids", () => {
    assert.deepEqual(parts("GetBook", { id: "b", readMask: "title,author.name", expand: "author" }), {
      id: "b",
      fields: ["title", "author.name", "author.id"],
      expand: ["author"],
    });
  });

  test("a patch without a mask is what is set", () => {
    assert.deepEqual(parts("UpdateBook", { id: "b", title: "x" }), { id: "b", input: { title: "x" } });
  });

  test("a patch with a mask is what it names; what is not set is removed, or empty where it cannot be", () => {
    const body = {
      id: "b",
      updateMask: "title,subtitle,tags,state,marks",
      title: "x",
      address: { street: "s" },
    };
    assert.deepEqual(parts("UpdateBook", body), {
      id: "b",
      input: { title: "x", subtitle: null, tags: [], state: null, marks: null },
    });
  });

  test("what a mask says of the row as it is stays in the request", () => {
    for (const updateMask of ["*", "title,address.street"]) {
      assert.deepEqual(parts("UpdateBook", { id: "b", updateMask, state: "STATE_USED" }), {
        id: "b",
        mask: updateMask.split(","),
        input: { state: "used" },
      });
    }
  });

  test("names that no field has, in a mask or beside one, are left to the rules of the input", () => {
    assert.deepEqual(parts("UpdateBook", { id: "b", updateMask: "id,nope", more: 1 }), {
      id: "b",
      input: { id: null, nope: null, more: 1 },
    });
  });

  test("what a list cannot leave out is there in an input", () => {
    assert.deepEqual(parts("CreateBook", { title: "x" }), { input: { title: "x", tags: [] } });
  });

  test("the rows that stand in place of refs are sent beside the rows, each once", () => {
    const author = { id: "aut_1", name: "Ada" };
    const page = {
      data: [
        { id: "bok_1", author, title: "A", tags: ["t"] },
        { id: "bok_2", author, title: "B", tags: [] },
        { id: "bok_3", author: "aut_2", title: "C", tags: [] },
      ],
      page: { nextCursor: "n", prevCursor: null, hasMore: true, total: 3 },
    };
    const response = codecs.json("library.v1.ListBooksResponse");
    assert.deepEqual(JSON.parse(new TextDecoder().decode(response.encode(page))), {
      books: [
        { id: "bok_1", author: "aut_1", title: "A", tags: ["t"] },
        { id: "bok_2", author: "aut_1", title: "B" },
        { id: "bok_3", author: "aut_2", title: "C" },
      ],
      nextPageToken: "n",
      hasMore: true,
      totalSize: "3",
      related: { authors: { aut_1: { id: "aut_1", name: "Ada" } } },
    });
    const again = codecs.json("library.v1.GetBookResponse").encode({ id: "bok_3", author: "aut_2" });
    assert.equal(new TextDecoder().decode(again), '{"book":{"id":"bok_3","author":"aut_2"}}');
  });
});
