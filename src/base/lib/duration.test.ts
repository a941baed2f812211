import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import "../../../test/support/seed.ts";
import { durationFromMicros, durationToMicros, MAX_DURATION_MICROS, parseDuration } from "./duration.ts";

describe("durations", () => {
  it("come back from microseconds as they were, in one canonical form", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -MAX_DURATION_MICROS, max: MAX_DURATION_MICROS }), (micros) => {
        const text = durationFromMicros(micros);
        assert.equal(durationToMicros(text), micros);
        assert.equal(parseDuration(text), text);
      }),
    );
  });

  it("are written with the largest units, and the same span always alike", () => {
    const forms = {
      PT90M: "PT1H30M",
      PT36H: "P1DT12H",
      P2W: "P14D",
      "PT0.500S": "PT0.5S",
      PT0H0M: "PT0S",
      "-PT60S": "-PT1M",
      "-PT0S": "PT0S",
      P1DT0S: "P1D",
      "PT1.000001000S": "PT1.000001S",
    };
    for (const [given, canonical] of Object.entries(forms)) assert.equal(parseDuration(given), canonical);
  });

  it("are refused without exact units, beyond microseconds or 10,000 years", () => {
    for (const text of [
      "",
      "P",
      "PT",
      "P1DT",
      "P1Y",
      "P1M",
      "1H",
      "PT1.5H",
      "PT1,5S",
      "PT.5S",
      "PT5.S",
      "P-1D",
      "+PT1S",
      "pt1s",
      "PT1S ",
      "PT0.1234567S",
      "PT1S1M",
      "P1W1D",
      "P999999999D",
      "PT1S\n",
    ]) {
      assert.equal(parseDuration(text), undefined, text);
    }
    assert.throws(() => durationToMicros("P1Y"), RangeError);
  });
});
