import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { JsonValue } from "../../../src/base/lib/json.ts";
import { group, isProtobuf, type Place, type Scenario } from "../scenario.ts";

/** A field of a specimen: values that must come back as given (or as the second of a pair), and values refused. */
interface ValueCase {
  readonly good: readonly (JsonValue | readonly ["becomes", JsonValue, JsonValue])[];
  readonly bad: readonly JsonValue[];
}

const becomes = (sent: JsonValue, kept: JsonValue) => ["becomes", sent, kept] as const;

const CASES: Readonly<Record<string, ValueCase>> = {
  label: {
    good: ["a", "x".repeat(20), "𝒜".repeat(20), "👩‍🔬", "e\u0301", "é", " pad ", "two\nlines", '"\\/'],
    bad: ["", "x".repeat(21), "𝒜".repeat(21), 5, true, ["a"], { a: 1 }, null, "nul\u0000"],
  },
  slug: { good: ["a-1", "0"], bad: ["A", "a b", "", "ä", "a\n", 1] },
  email: {
    good: ["ada@example.com", "a+b@sub.example.org"],
    bad: ["ada", "ada@", "@example.com", "a b@example.com", "", 1],
  },
  memo: {
    good: ["", "two\nlines\tand a tab", "𝒜".repeat(200)],
    bad: ["x".repeat(201), "nul\u0000", 1, null],
  },
  flag: { good: [true, false], bad: ["true", 0, 1, "", null, []] },
  small: { good: [-5, 0, 100], bad: [-6, 101, 1.5, "1", true, null, [1]] },
  whole: {
    good: [2147483647, -2147483648, 0],
    bad: [2147483648, -2147483649, 1e21, 0.1, "0", 9007199254740993n],
  },
  big: {
    good: [
      "9223372036854775807",
      "-9223372036854775808",
      "0",
      becomes(7, "7"),
      becomes(9007199254740991, "9007199254740991"),
      becomes(9007199254740993n, "9007199254740993"),
    ],
    bad: [
      "9223372036854775808",
      "-9223372036854775809",
      "1.0",
      "1e3",
      "",
      " 1",
      "0x10",
      1.5,
      true,
      null,
      "٣",
    ],
  },
  ratio: {
    good: [0.1, -1e308, 5e-324, 1, 0.30000000000000004, 123456789.12345679],
    bad: ["0.1", true, null, "NaN", "Infinity", {}],
  },
  amount: {
    good: ["123456789.123", "-0.001", "0.000", becomes("1", "1.000"), becomes("1.5", "1.500")],
    bad: ["0.0001", "1234567890.000", "1e3", "", ".", "1,5", "NaN", null, "--1", true],
  },
  price: {
    good: ["0.00", "80.00", "123456789.99"],
    bad: ["-0.01", "80.001", "EUR 80", "", "80,00", null, {}],
  },
  at: {
    good: [
      "2026-11-01T09:00:00Z",
      "2026-11-01T09:00:00.123456Z",
      "0001-01-01T00:00:00Z",
      "9999-12-31T23:59:59.999999Z",
      becomes("2026-11-01T10:00:00+01:00", "2026-11-01T09:00:00Z"),
      becomes("2026-11-01T09:00:00.100000Z", "2026-11-01T09:00:00.100Z"),
    ],
    bad: [
      "2026-11-01",
      "2026-11-01T09:00:00",
      "2026-02-30T00:00:00Z",
      "2026-11-01T24:00:00Z",
      "2026-11-01T09:00:00.1234567Z",
      "yesterday",
      1762000000,
      null,
    ],
  },
  day: {
    good: ["2024-02-29", "0001-01-01", "9999-12-31"],
    bad: ["2026-02-29", "2026-1-1", "2026-13-01", "20260101", "2026-01-01T00:00:00Z", 20260101, null],
  },
  span: {
    good: ["PT1H30M", "PT0S", "P1D", "PT0.000001S"],
    bad: ["P1Y", "P1M", "1h", "PT", "P", "PT0.0000001S", 90, null],
  },
  blob: {
    good: ["", "AA==", "AAECAwQFBgcICQoLDA0ODw=="],
    bad: ["AA", "AA=", "A-_=", "not base64!", "AAECAwQFBgcICQoLDA0ODxA=", 1, null, "AB=="],
  },
  colour: { good: ["red", "blue"], bad: ["RED", "", "mauve", 0, null, "constructor", "toString"] },
  tags: {
    good: [["a"], ["a", "a", "𝒜"]],
    bad: [[], ["a", "b", "c", "d"], ["x".repeat(11)], [1], "a", { 0: "a" }, [null], null, ["nul\u0000"]],
  },
  scores: {
    good: [{}, { a: 1 }, { a: 1, "b c": 2, "": 3 }, { toString: 2 }],
    bad: [{ a: "1" }, { a: 1, b: 2, c: 3, d: 4 }, [], null, { "nul\u0000": 1 }],
  },
  place: {
    good: [{ city: "Kyiv" }, { city: "Kyiv", zip: "01001" }],
    bad: [{}, { zip: "1" }, { city: "x", country: "y" }, { city: null }, "Kyiv", [], null],
  },
  shape: {
    good: [
      { kind: "circle", radius: 1.5 },
      { kind: "box", width: 1, height: 2 },
    ],
    bad: [
      {},
      { kind: "square" },
      { kind: "circle" },
      { kind: "circle", radius: -1 },
      { kind: "circle", radius: 1, width: 2 },
      { radius: 1 },
      { kind: "toString" },
      null,
    ],
  },
  extra: {
    good: [
      1,
      9007199254740993n,
      1e21,
      1e308,
      -5e-324,
      1e-7,
      0.1,
      "x",
      [1, [2, { a: null }]],
      { a: { b: [true, 0.1] } },
      "𝒜",
    ],
    bad: ["x".repeat(500), { a: "nul\u0000" }, { "k\u0000": 1 }, null],
  },
  rank: { good: [null, 1], bad: ["1", 1.5, [null]] },
  serial: { good: ["S1"], bad: [1, null] },
};

/**
 * What protobuf's JSON means something else by than ours: null is absent, numbers may stand in texts, base64 need not be
 * padded, the 0 of an enum is no value.
 */
const OTHERWISE_IN_PROTOBUF: Readonly<Record<string, readonly JsonValue[]>> = {
  small: ["1"],
  whole: ["0"],
  big: ["1.0", "1e3"],
  ratio: ["0.1"],
  blob: ["AA", "AA=", "A-_=", "AB=="],
  colour: [0],
  scores: [{ a: "1" }],
  rank: ["1"],
};

function isRefused(place: Place, field: string, value: JsonValue): boolean {
  if (!isProtobuf(place)) return true;
  return value !== null && !OTHERWISE_IN_PROTOBUF[field]?.some((other) => isDeepStrictEqual(other, value));
}

/** Exactness of each type: what is taken comes back to the letter, what is not taken is refused at its pointer. */
export const values: Scenario[] = Object.entries(CASES).flatMap(([field, { good, bad }]) =>
  group("values", {
    [`${field}: good values are stored and come back exact`]: async (stage) => {
      const as = await stage.stranger();
      for (const value of good) {
        const [sent, kept] = isPair(value) ? [value[1], value[2]] : [value as JsonValue, value as JsonValue];
        const input = { label: stage.word(), [field]: sent };
        const { id, ...created } = await stage.ok("specimen.create", { input, as });
        assert.deepEqual(created[field], kept, `created from ${show(sent)}`);
        const row = await stage.ok("specimen.get", { id, as });
        assert.deepEqual(row[field], kept, `read back after ${show(sent)}`);
        await stage.okAnswer("specimen.delete", { id, as });
      }
    },
    [`${field}: bad values are refused at their pointer and nothing is stored`]: async (stage) => {
      const as = await stage.stranger();
      for (const value of bad) {
        // GraphQL reads a single value as a list of one (section 3.11).
        if (stage.place.caller === "graphql" && field === "tags" && !Array.isArray(value)) continue;
        if (!isRefused(stage.place, field, value)) continue;
        const label = stage.word();
        const input = { label, [field]: value };
        const answer = await stage.call("specimen.create", { input, as });
        assert.equal(answer.ok, false, `${show(value)} was taken: ${show(answer.value)}`);
        assert.equal(answer.code, "invalid_input", `${show(value)}: ${answer.code} ${answer.message}`);
        assert.equal(answer.status, 422);
        const at = answer.violations.map((violation) => violation.pointer);
        assert.ok(
          at.length > 0 && at.every((pointer) => pointer === `/${field}` || pointer.startsWith(`/${field}/`)),
          `${show(value)}: pointers ${at}`,
        );
        if (field !== "label") assert.equal(await stage.countSpecimens(as, label), 0);
      }
    },
  }),
);

function isPair(value: ValueCase["good"][number]): value is readonly ["becomes", JsonValue, JsonValue] {
  return Array.isArray(value) && value[0] === "becomes";
}

function show(value: unknown): string {
  return JSON.stringify(value, (_, item) => (typeof item === "bigint" ? `${item}n` : item));
}
