import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import "../../../test/support/seed.ts";
import { compareTimestamps, isDate, parseTimestamp, timestampFromMs, timestampToMs } from "./time.ts";

const anyMs = fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 });

describe("parseTimestamp", () => {
  it("keeps canonical timestamps as they are", () => {
    fc.assert(
      fc.property(anyMs, (ms) => {
        const text = timestampFromMs(ms);
        assert.equal(parseTimestamp(text), text);
        assert.equal(timestampToMs(text), ms);
      }),
    );
    assert.equal(parseTimestamp("2026-11-01T09:00:00.123456Z"), "2026-11-01T09:00:00.123456Z");
  });

  it("writes the same instant in UTC whatever the offset", () => {
    fc.assert(
      fc.property(
        anyMs,
        fc.integer({ min: -1439, max: 1439 }),
        fc.integer({ min: 0, max: 999 }),
        (ms, offset, micros) => {
          const local = ms + offset * 60_000;
          fc.pre(local >= -62_135_596_800_000 && local <= 253_402_300_799_999);
          const size = Math.abs(offset);
          const zone = `${offset < 0 ? "-" : "+"}${String(Math.floor(size / 60)).padStart(2, "0")}:${String(size % 60).padStart(2, "0")}`;
          const text = new Date(local)
            .toISOString()
            .replace("Z", `${String(micros).padStart(3, "0")}${zone}`);
          const expected = timestampFromMs(ms);
          const canonical = parseTimestamp(text)!;
          assert.equal(timestampToMs(canonical), ms);
          if (micros === 0) assert.equal(canonical, expected);
          else assert.ok(canonical.endsWith(`${String(micros).padStart(3, "0")}Z`));
        },
      ),
    );
  });

  it("uses the fewest of 0, 3 and 6 fraction digits", () => {
    const canonical = (fraction: string) => parseTimestamp(`2026-11-01T09:00:00${fraction}Z`);
    assert.equal(canonical(".000"), "2026-11-01T09:00:00Z");
    assert.equal(canonical(".5"), "2026-11-01T09:00:00.500Z");
    assert.equal(canonical(".12340"), "2026-11-01T09:00:00.123400Z");
    assert.equal(canonical(".123456000000"), "2026-11-01T09:00:00.123456Z");
    assert.equal(
      parseTimestamp("2026-11-01t09:00:00z"),
      "2026-11-01T09:00:00Z",
      "RFC 3339 section 5.6 allows lower case",
    );
    assert.equal(parseTimestamp("2026-11-01T09:00:00-00:00"), "2026-11-01T09:00:00Z");
  });

  it("refuses what is not an instant it can keep", () => {
    for (const text of [
      "",
      "2026-11-01",
      "2026-11-01T09:00Z",
      "2026-11-01T09:00:00",
      "2026-11-01 09:00:00Z",
      "2026-11-01T24:00:00Z",
      "2026-11-01T09:60:00Z",
      "2016-12-31T23:59:60Z",
      "0000-01-01T00:00:00Z",
      "0001-01-01T00:00:00+00:01",
      "9999-12-31T23:59:59-00:01",
      "2026-02-29T00:00:00Z",
      "2026-13-01T00:00:00Z",
      "2026-00-01T00:00:00Z",
      "2026-11-00T00:00:00Z",
      "2026-11-01T09:00:00.Z",
      "2026-11-01T09:00:00.1234567Z",
      "2026-11-01T09:00:00,5Z",
      "2026-11-01T09:00:00+24:00",
      "2026-11-01T09:00:00+0100",
      "2026-11-01T09:00:00+01:00Z",
      "+2026-11-01T09:00:00Z",
      "2026-11-01T09:00:00Z ",
      " 2026-11-01T09:00:00Z",
      "2026-11-0１T09:00:00Z",
      `2026-11-01T09:00:00.${"0".repeat(80)}Z`,
      "2026-1x-01T09:00:00Z",
    ])
      assert.equal(parseTimestamp(text), undefined, text);
  });
});

describe("timestampFromMs", () => {
  it("throws outside the years 1 to 9999", () => {
    for (const ms of [-62_135_596_800_001, 253_402_300_800_000, Number.NaN])
      assert.throws(() => timestampFromMs(ms), RangeError);
  });
});

describe("compareTimestamps", () => {
  it("orders by time where texts would not", () => {
    const sorted = [
      "2026-11-01T09:00:00Z",
      "2026-11-01T09:00:00.000001Z",
      "2026-11-01T09:00:00.500Z",
      "2026-11-01T09:00:01Z",
    ];
    assert.deepEqual([...sorted].reverse().sort(compareTimestamps), sorted);
    assert.equal(compareTimestamps(sorted[0]!, sorted[0]!), 0);
  });
});

describe("isDate", () => {
  it("takes dates of the calendar only", () => {
    for (const text of ["2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31"])
      assert.ok(isDate(text), text);
    for (const text of [
      "2026-02-29",
      "1900-02-29",
      "0000-01-01",
      "2026-04-31",
      "2026-1-1",
      "20261101",
      "2026-11-01T",
      "2026/11/01",
      "-026-11-01",
    ]) {
      assert.ok(!isDate(text), text);
    }
  });
});
