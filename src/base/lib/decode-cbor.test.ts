import assert from "node:assert/strict";
import { test } from "node:test";
import { decode, encode } from "cbor2";
import fc from "fast-check";
import { CborSyntaxError, decodeCbor } from "./decode-cbor.ts";
import { encodeCbor } from "./encode-cbor.ts";

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, "hex"));
const text = (encoded: Uint8Array) => Buffer.from(encoded).toString("hex");

/** RFC 8949 appendix A, in its order: what it decodes to, and whether it is the preferred serialisation. */
const VECTORS: readonly (readonly [hex: string, value: unknown, preferred?: false])[] = [
  ["00", 0],
  ["01", 1],
  ["0a", 10],
  ["17", 23],
  ["1818", 24],
  ["1819", 25],
  ["1864", 100],
  ["1903e8", 1000],
  ["1a000f4240", 1000000],
  ["1b000000e8d4a51000", 1000000000000],
  ["1bffffffffffffffff", 18446744073709551615n],
  ["c249010000000000000000", 18446744073709551616n],
  ["3bffffffffffffffff", -18446744073709551616n],
  ["c349010000000000000000", -18446744073709551617n],
  ["20", -1],
  ["29", -10],
  ["3863", -100],
  ["3903e7", -1000],
  ["f90000", 0, false],
  ["f98000", 0, false],
  ["f93c00", 1, false],
  ["fb3ff199999999999a", 1.1],
  ["f93e00", 1.5],
  ["f97bff", 65504, false],
  ["fa47c35000", 100000, false],
  ["fa7f7fffff", 3.4028234663852886e38],
  ["fb7e37e43c8800759c", 1e300],
  ["f90001", 2 ** -24],
  ["f90400", 0.00006103515625],
  ["f9c400", -4, false],
  ["fbc010666666666666", -4.1],
  ["f4", false],
  ["f5", true],
  ["f6", null],
  ["40", bytes("")],
  ["4401020304", bytes("01020304")],
  ["60", ""],
  ["6161", "a"],
  ["6449455446", "IETF"],
  ["62225c", '"\\'],
  ["62c3bc", "\u00fc"],
  ["63e6b0b4", "\u6c34"],
  ["64f0908591", "\ud800\udd51"],
  ["80", []],
  ["83010203", [1, 2, 3]],
  ["8301820203820405", [1, [2, 3], [4, 5]]],
  [
    "98190102030405060708090a0b0c0d0e0f101112131415161718181819",
    Array.from({ length: 25 }, (_, index) => index + 1),
  ],
  ["a0", {}],
  ["a26161016162820203", { a: 1, b: [2, 3] }],
  ["826161a161626163", ["a", { b: "c" }]],
  ["a56161614161626142616361436164614461656145", { a: "A", b: "B", c: "C", d: "D", e: "E" }],
  ["5f42010243030405ff", bytes("0102030405"), false],
  ["7f657374726561646d696e67ff", "streaming", false],
  ["9fff", [], false],
  ["9f018202039f0405ffff", [1, [2, 3], [4, 5]], false],
  ["9f01820203820405ff", [1, [2, 3], [4, 5]], false],
  ["83018202039f0405ff", [1, [2, 3], [4, 5]], false],
  ["83019f0203ff820405", [1, [2, 3], [4, 5]], false],
  [
    "9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff",
    Array.from({ length: 25 }, (_, index) => index + 1),
    false,
  ],
  ["bf61610161629f0203ffff", { a: 1, b: [2, 3] }, false],
  ["826161bf61626163ff", ["a", { b: "c" }], false],
  ["bf6346756ef563416d7421ff", { Fun: true, Amt: -2 }, false],
];

/** The rest of appendix A: what no JSON value means, tags, keys that are not text. */
const FOREIGN = [
  ...["f97c00", "f97e00", "f9fc00", "fa7f800000", "fa7fc00000", "faff800000", "fb7ff0000000000000"],
  ...["fb7ff8000000000000", "fbfff0000000000000", "f7", "f0", "f8ff", "a201020304"],
  ...["c074323031332d30332d32315432303a30343a30305a", "c11a514b67b0", "c1fb41d452d9e8200000"],
  ...["d74401020304", "d818456449455446", "d82076687474703a2f2f7777772e6578616d706c652e636f6d"],
];

/** RFC 8949 appendix F: what is not well formed. */
const BROKEN = (
  "18 19 1a 1b 1901 1a0102 1b01020304050607 38 58 78 98 9a01ff00 b8 d8 f8 f900 fa0000 fb000000 41 61 5affffffff00 " +
  "5bffffffffffffffff010203 7affffffff00 7b7fffffffffffffff010203 81 818181818181818181 8200 a1 a20102 a100 a2000000 " +
  "c0 5f4100 7f6100 9f 9f0102 bf bf01020102 819f 9f8000 9f9f9f9f9fffffffff 9f819f819f9fffffff 1c 1d 1e 3c 3d 3e 5c 5d " +
  "5e 7c 7d 7e 9c 9d 9e bc bd be dc dd de fc fd fe f800 f801 f818 f81f 5f00ff 5f21ff 5f6100ff 5f80ff 5fa0ff 5fc000ff " +
  "5fe0ff 7f4100ff 5f5f4100ffff 7f7f6100ffff ff 81ff 8200ff a1ff a1ff00 a100ff a20000ff 9f81ff 9f829f819f9fffffffff " +
  "bf00ff bf000000ff 1f 3f df"
).split(" ");

test("the examples of RFC 8949 appendix A are decoded, and the preferred ones encoded the same", () => {
  for (const [hex, value, preferred] of VECTORS) {
    assert.deepEqual(decodeCbor(bytes(hex)), value, hex);
    if (preferred !== false) assert.equal(text(encodeCbor(decodeCbor(bytes(hex)))), hex);
  }
});

test("what has no form in JSON, and what is not well formed, is refused with the byte where it stands", () => {
  for (const hex of [...FOREIGN, ...BROKEN, ""]) {
    assert.throws(() => decodeCbor(bytes(hex)), CborSyntaxError, hex);
  }
  const places: readonly (readonly [hex: string, message: RegExp, offset: number])[] = [
    ["a2616101616102", /^Duplicate key "a" at byte 4$/, 4],
    ["a1695f5f70726f746f5f5f01", /^Key "__proto__" is not allowed at byte 1$/, 1],
    ["bf7f61616162ff0162616202ff", /^Duplicate key "ab"/, 8],
    ["820001ff", /^Unexpected bytes after the CBOR data item at byte 3$/, 3],
    ["8162c328", /^Text that is not UTF-8 at byte 1$/, 1],
    ["817f61c361a8ff", /^Text that is not UTF-8 at byte 1$/, 1],
    ["63eda080", /^Text that is not UTF-8/, 0],
    ["9affffffff", /^A length beyond the end at byte 0$/, 0],
    ["81c074", /^Tag 0 is not taken at byte 1$/, 1],
    ["a10102", /^A key that is not text at byte 1$/, 1],
    [`c25881${"ff".repeat(129)}`, /^Number beyond the range of a double/, 0],
    [`c25880${"ff".repeat(128)}`, /^Number beyond the range of a double/, 0],
  ];
  for (const [hex, message, offset] of places) {
    assert.throws(
      () => decodeCbor(bytes(hex)),
      (error) => error instanceof CborSyntaxError && message.test(error.message) && error.offset === offset,
      hex,
    );
  }
});

test("nesting is limited, by definite and indefinite lengths and by tags alike", () => {
  const nested = (head: string, depth: number, tail: string) =>
    bytes(`${head.repeat(depth)}00${tail.repeat(depth)}`);
  assert.ok(decodeCbor(nested("81", 64, "")));
  assert.ok(decodeCbor(nested("9f", 64, "ff")));
  for (const deep of [nested("81", 65, ""), nested("9f", 65, "ff"), nested("a16161", 100_000, "")]) {
    assert.throws(() => decodeCbor(deep), /Nested too deep/);
  }
  assert.throws(() => decodeCbor(nested("c2", 100_000, "")), CborSyntaxError);
  assert.equal(decodeCbor(bytes("8100"), { maxDepth: 1 })?.toString(), "0");
});

test("huge lengths allocate nothing", () => {
  const before = process.memoryUsage();
  for (const head of ["9b", "bb", "5b", "7b"]) {
    for (let times = 0; times < 100; times++) {
      assert.throws(() => decodeCbor(bytes(`${head}00000000ffffffff`)), /A length beyond the end/);
    }
  }
  const after = process.memoryUsage();
  assert.ok(after.arrayBuffers - before.arrayBuffers < 50_000_000);
});

test("every half is read as RFC 8949 appendix D reads it, and written back in three bytes", () => {
  for (let half = 0; half < 0x10000; half++) {
    const encoded = new Uint8Array([0xf9, half >> 8, half & 0xff]);
    const value: unknown = decode(encoded);
    if (typeof value !== "number" || !Number.isFinite(value)) {
      assert.throws(() => decodeCbor(encoded), CborSyntaxError);
      continue;
    }
    assert.equal(decodeCbor(encoded), value + 0);
    if (!Number.isInteger(value)) assert.deepEqual(encodeCbor(value), encoded);
  }
});

const RUNS = Number(process.env.RUNS ?? 500);
const SEED = Number(process.env.SEED ?? 8949);

const key = fc
  .string({ unit: "grapheme", maxLength: 30 })
  .filter((name) => !/^(?:__proto__|constructor|prototype)$/.test(name));
const { value: anyValue } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom(null, true, false),
    fc.integer(),
    fc.maxSafeInteger(),
    fc
      .bigInt({ min: -(2n ** 200n), max: 2n ** 200n })
      .map((value) =>
        value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value,
      ),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
    fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
    fc.string({ unit: "grapheme", maxLength: 300 }),
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie("value"), { maxLength: 30 }),
    fc.dictionary(key, tie("value"), { maxKeys: 30, noNullPrototype: true }),
  ),
}));

test("what is encoded is decoded to the same, here and by another library", () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      const encoded = encodeCbor(value as never);
      assert.deepEqual(decodeCbor(encoded), value);
      assert.deepEqual(decode(encoded), value);
      assert.deepEqual(decodeCbor(encode(value, { collapseBigInts: true })), value);
    }),
    { numRuns: RUNS, seed: SEED },
  );
});

test("no bytes do anything but decode as the other library decodes them, or be refused", () => {
  const strict = {
    rejectDuplicateKeys: true,
    rejectUndefined: true,
    maxDepth: 64,
  } as const;
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 40 }),
        fc.tuple(anyValue, fc.nat(), fc.nat(255)).map(([value, at, byte]) => {
          const encoded = encodeCbor(value as never);
          encoded[at % encoded.length] = byte;
          return encoded;
        }),
      ),
      (encoded) => {
        let value: unknown;
        try {
          value = decodeCbor(encoded);
        } catch (error) {
          assert.ok(error instanceof CborSyntaxError);
          assert.ok(error.offset >= 0 && error.offset <= encoded.length);
          return;
        }
        assert.deepEqual(decodeCbor(encodeCbor(value as never)), value);
        assert.deepEqual(normal(decode(encoded, strict)), value);
      },
    ),
    { numRuns: RUNS, seed: SEED },
  );
});

/** What the other library gives, with minus zero as zero and short bignums as numbers. */
function normal(value: unknown): unknown {
  if (typeof value === "bigint" && Number.isSafeInteger(Number(value))) return Number(value);
  if (typeof value === "number") return value + 0;
  if (Array.isArray(value)) return value.map(normal);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, normal(inner)]));
}
