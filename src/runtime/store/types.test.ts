import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import "../../../test/support/seed.ts";
import { databases, type TestStore } from "../../../test/support/databases.ts";
import { scope } from "../../../test/support/shop.ts";
import {
  durationFromMicros,
  fromUnits,
  MAX_DURATION_MICROS,
  parseTimestamp,
  stringifyJson,
} from "../../base/lib/index.ts";
import { api, resource } from "../../contract/language/index.ts";
import { compile } from "../../contract/model/index.ts";
import { compileEncoder, t } from "../../contract/schema/index.ts";

const inner = t.object({
  big: t.int64(),
  bytes: t.bytes().optional(),
  when: t.timestamp().nullable(),
  ratio: t.float64(),
  amount: t.decimal({ precision: 38, scale: 9 }),
  lasting: t.duration(),
});

const Thing = resource("thing", {
  id: t.id("thg"),
  string: t.string().optional(),
  text: t.text().optional(),
  bool: t.bool().optional(),
  int32: t.int32().optional(),
  int64: t.int64().optional(),
  float64: t.float64().optional(),
  decimal: t.decimal({ precision: 38, scale: 9 }).optional(),
  euros: t.money({ currency: "EUR" }).optional(),
  yen: t.money({ currency: "JPY" }).optional(),
  dinars: t.money({ currency: "KWD" }).optional(),
  timestamp: t.timestamp().optional(),
  date: t.date().optional(),
  duration: t.duration().optional(),
  bytes: t.bytes().optional(),
  enum: t.enum(["a", "b"]).optional(),
  list: t.list(inner).optional(),
  map: t.map(t.int64()).optional(),
  object: inner.optional(),
  union: t.union("type", { inner, other: t.object({ note: t.string().optional() }) }).optional(),
  json: t.json().optional(),
});

const model = compile(api("things", { versions: { v1: "2026-01-01" }, resources: [Thing] }));

const NAMES = Object.keys(model.resources.thing!.fields);
const encodeThing = compileEncoder({ type: { kind: "object", fields: model.resources.thing!.fields } });

const plainText = fc
  .string({ unit: "binary", maxLength: 60 })
  .map((text) => text.replaceAll("\0", "").toWellFormed());
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const float64 = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
const bytes = fc.uint8Array({ maxLength: 50 });
const decimal = (digits: number, scale: number) =>
  fc
    .bigInt({ min: -(10n ** BigInt(digits)) + 1n, max: 10n ** BigInt(digits) - 1n })
    .map((units) => fromUnits(units, scale));
const timestamp = fc
  .tuple(
    fc.date({
      min: new Date("0001-01-01T00:00:00Z"),
      max: new Date("9999-12-31T23:59:59Z"),
      noInvalidDate: true,
    }),
    fc.nat(999),
  )
  .map(([date, micros]) => {
    const iso = date.toISOString().replace(/^\+00/, "");
    return parseTimestamp(`${iso.slice(0, -1)}${String(micros).padStart(3, "0")}Z`)!;
  });
const date = timestamp.map((at) => at.slice(0, 10));
const duration = fc.bigInt({ min: -MAX_DURATION_MICROS, max: MAX_DURATION_MICROS }).map(durationFromMicros);
const json = fc
  .jsonValue({ stringUnit: "grapheme" })
  .filter((value) => !/"(?:__proto__|constructor|prototype)"|\\u0000/.test(JSON.stringify(value)))
  .map(canonicalJson);

/** The program form: whole numbers beyond 2^53 that are printed in full are bigint; there is no minus zero. */
function canonicalJson(value: unknown): unknown {
  if (typeof value === "number") {
    return Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) < 1e21
      ? BigInt(value)
      : value + 0;
  }
  if (Array.isArray(value)) return value.map(canonicalJson);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, canonicalJson(inner)]));
}

const innerValue = fc.record(
  {
    big: int64,
    bytes,
    when: fc.option(timestamp, { nil: null }),
    ratio: float64,
    amount: decimal(38, 9),
    lasting: duration,
  },
  { requiredKeys: ["big", "when", "ratio", "amount", "lasting"], noNullPrototype: true },
);

const VALUES: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  string: plainText,
  text: plainText,
  bool: fc.boolean(),
  int32: fc.integer(),
  int64,
  float64,
  decimal: decimal(38, 9),
  euros: decimal(18, 2),
  yen: decimal(18, 0),
  dinars: decimal(18, 3),
  timestamp,
  date,
  duration,
  bytes,
  enum: fc.constantFrom("a", "b"),
  list: fc.array(innerValue, { maxLength: 4 }),
  map: fc.dictionary(
    plainText.filter((key) => !["__proto__", "constructor", "prototype"].includes(key)),
    int64,
    { maxKeys: 4, noNullPrototype: true },
  ),
  object: innerValue,
  union: fc.oneof(
    innerValue.map((value) => ({ type: "inner", ...value })),
    fc.constant({ type: "other", note: "x" }),
    fc.constant({ type: "other" }),
  ),
  json: json.filter((value) => value !== null),
};

const AT = "2026-01-01T00:00:00Z";
let made = 0;
const row = (values: Readonly<Record<string, unknown>>) => ({
  id: `thg_${String(++made).padStart(26, "0")}`,
  createdAt: AT,
  updatedAt: AT,
  ...values,
});

for (const database of databases()) {
  describe(`types on ${database.name}`, () => {
    let store: TestStore;
    before(async () => {
      store = await database.open(model);
    });
    after(() => store.close());

    for (const [kind, values] of Object.entries(VALUES)) {
      test(`every ${kind} comes back as it was written`, async () => {
        await fc.assert(
          fc.asyncProperty(values, async (value) => {
            const given = row({ [kind]: value });
            const inserted = await store.open(scope()).insert("thing", given);
            assert.deepEqual(inserted.values, given);
            const read = await store.open(scope()).get("thing", given.id, { access: "all" });
            assert.deepEqual(read?.values, given);
            // Fast against slow: the text made of the columns' texts, and that of the encoded values.
            assert.equal(read?.json?.(NAMES), stringifyJson(encodeThing(read?.values)));
            const updated = await store
              .open(scope())
              .update("thing", given.id, { [kind]: value, updatedAt: AT });
            assert.deepEqual(updated?.values, given);
          }),
          { numRuns: 40, examples: EXTREMES[kind]?.map((value): [unknown] => [value]) ?? [] },
        );
      });
    }

    test("every ordered kind is compared by value in filters", async () => {
      const session = () => store.open(scope());
      for (const kind of ["int64", "decimal", "timestamp", "date", "duration", "bytes", "float64", "bool"]) {
        const [low, high] = ORDERED[kind]!;
        const rows = [row({ [kind]: low }), row({ [kind]: high })];
        for (const values of rows) await session().insert("thing", values);
        const plan = { sort: { field: kind, descending: false }, limit: 9, access: "all" as const };
        const found = async (operator: "in" | "gt" | "lte", ...values: unknown[]) => {
          const { rows: page } = await session().list("thing", {
            ...plan,
            filter: [
              { field: kind, operator, values },
              { field: "id", operator: "in", values: rows.map((one) => one.id) },
            ],
          });
          return page.map(({ values: seen }) => seen[kind]);
        };
        assert.deepEqual(await found("in", low), [low], kind);
        assert.deepEqual(await found("in", low, high), [low, high], kind);
        assert.deepEqual(await found("gt", low), [high], kind);
        assert.deepEqual(await found("lte", high), [low, high], kind);
      }
    });

    test("a handler's own SQL gets and gives the same values on every driver", async () => {
      const session = store.open(scope());
      const [values] = await session.sql(
        `select $1::int8 as int8, $2::numeric as numeric, $3::timestamptz as timestamptz, $4::date as date,
          $5::bytea as bytea, $6::jsonb as jsonb, $7::text[] as texts, $8::int8[] as int8s, $9::bool as bool,
          $10::float8 as float8, $11::text as nothing, $12::timestamptz as at, 1::int4 as int4, 'x'::varchar as varchar,
          array[[1,2],[3,4]] as matrix, '{}'::int[] as empty, array[null, 'NULL', 'a"b\\c,{}'] as odd, 2::int2 as int2`,
        [
          2n ** 63n - 1n,
          "123456789012345678901234567890.5",
          "2026-11-01T09:00:00.123456Z",
          "2026-11-01",
          new Uint8Array([0, 255, 7]),
          { big: 2n ** 60n, nested: [1, "é"] },
          ["a", 'b"\\', "", "NULL"],
          [1n, -(2n ** 63n)],
          true,
          0.1 + 0.2,
          null,
          new Date("2026-11-01T09:00:00Z"),
        ],
      );
      assert.deepEqual(values, {
        int8: 2n ** 63n - 1n,
        numeric: "123456789012345678901234567890.5",
        timestamptz: "2026-11-01T09:00:00.123456Z",
        date: "2026-11-01",
        bytea: new Uint8Array([0, 255, 7]),
        jsonb: { big: 2n ** 60n, nested: [1, "é"] },
        texts: ["a", 'b"\\', "", "NULL"],
        int8s: [1n, -(2n ** 63n)],
        bool: true,
        float8: 0.1 + 0.2,
        nothing: null,
        at: "2026-11-01T09:00:00Z",
        int4: 1,
        varchar: "x",
        matrix: [
          [1, 2],
          [3, 4],
        ],
        empty: [],
        odd: [null, "NULL", 'a"b\\c,{}'],
        int2: 2,
      });
    });

    test("a json parameter is not encoded twice", async () => {
      const [values] = await store
        .open(scope())
        .sql("select $1::jsonb as text, jsonb_typeof($2::jsonb) as kind", ['"a"', { a: 1 }]);
      assert.deepEqual(values, { text: "a", kind: "object" });
    });

    test("fields that are gone from an object are left out", async () => {
      const given = row({ json: { a: 1 } });
      await store.open(scope()).insert("thing", given);
      const stored = '{"note": "n", "gone": 1, "type": "other"}';
      await store.open(scope()).sql('update things set "union" = $1 where id = $2', [stored, given.id]);
      const read = await store.open(scope()).get("thing", given.id, { access: "all" });
      assert.deepEqual(read?.values.union, { type: "other", note: "n" });
    });
  });
}

const EXTREMES: Readonly<Record<string, readonly unknown[]>> = {
  string: ["", "𝒳\u{10ffff}", "'\"\\%_$1\n\t", "NULL"],
  int32: [-(2 ** 31), 2 ** 31 - 1, 0],
  int64: [-(2n ** 63n), 2n ** 63n - 1n, 0n, 2n ** 53n + 1n],
  float64: [5e-324, 1.7976931348623157e308, 0.1, 1e21, 123456789.12345679],
  decimal: ["99999999999999999999999999999.999999999", "-0.000000001", "0.000000000"],
  euros: ["9999999999999999.99", "0.00", "-0.01"],
  timestamp: ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "2026-11-01T09:00:00.100Z"],
  date: ["0001-01-01", "9999-12-31", "2024-02-29"],
  duration: ["PT0S", "-PT0.000001S", durationFromMicros(MAX_DURATION_MICROS)],
  bytes: [new Uint8Array(0), new Uint8Array([0, 0, 255])],
  json: [0, "", false, [], {}, 1e300, 2n ** 53n, 2n ** 64n + 1n, { "": [null, { "\u{1f600}": -1.5e-7 }] }],
};

const ORDERED: Readonly<Record<string, readonly [unknown, unknown]>> = {
  int64: [2n ** 62n, 2n ** 62n + 1n],
  decimal: ["9.000000000", "10.000000000"],
  timestamp: ["2026-11-01T09:00:00.999999Z", "2026-11-01T09:00:01Z"],
  date: ["0999-01-01", "2026-01-01"],
  duration: ["-P1D", "PT1H"],
  bytes: [new Uint8Array([1]), new Uint8Array([1, 0])],
  float64: [-1.5, 1e-9],
  bool: [false, true],
};
