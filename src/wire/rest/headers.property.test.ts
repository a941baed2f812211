import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import fc from "fast-check";
import "../../../test/support/seed.ts";
import { ApiError } from "../../base/errors/index.ts";
import { createMediaTypeNegotiator } from "./accept.ts";
import { parseConditions } from "./conditional.ts";
import { parseFileName } from "./content-disposition.ts";
import { parseContentType } from "./content-type.ts";
import { parseDigests } from "./digest.ts";
import { isTraceparent, parseApiKey, parseIdempotencyKey, parseTimeoutMs } from "./headers.ts";
import { parseHttpDate } from "./http-date.ts";
import { parsePrefer } from "./prefer.ts";
import { parseRange } from "./range.ts";

/** Header values: pieces of the grammar in any order, and any text. */
const pieces = fc
  .array(
    fc.constantFrom(
      ...'abQ019,;=/*"\\ \t-_.+:%()<>@?[]{}~!',
      "W/",
      '"x"',
      "q=0.5",
      "q=1.000",
      "bytes=",
      "0-499",
      "application/json",
      "text/*",
      "return=minimal",
      "wait=",
      "Bearer ",
      "utf-8",
      "Sun, 06 Nov 1994 08:49:37 GMT",
      "charset=",
      "sha-256=:AAAA:",
      "filename*=UTF-8''",
    ),
    { maxLength: 12 },
  )
  .map((all) => all.join(""));
const value = fc.oneof({ arbitrary: pieces, weight: 4 }, fc.string({ unit: "binary", maxLength: 40 }));

const negotiate = createMediaTypeNegotiator(["application/json", "application/hal+json", "text/csv"]);

/** Every reader of a header that a caller writes. */
const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  Accept: negotiate,
  "Content-Type": parseContentType,
  "Content-Disposition": parseFileName,
  "Content-Digest": (text) => parseDigests(text, "Content-Digest"),
  "If-Match": (text) => parseConditions({ "if-match": text }),
  "If-None-Match": (text) => parseConditions({ "if-none-match": text }),
  "If-Modified-Since": (text) => parseConditions({ "if-modified-since": text }),
  "If-Range and dates": parseHttpDate,
  "Idempotency-Key": parseIdempotencyKey,
  Prefer: parsePrefer,
  Range: (text) => parseRange(text, 1000),
  Authorization: (text) => parseApiKey(text, undefined),
  "X-Request-Timeout-Ms": parseTimeoutMs,
  traceparent: isTraceparent,
};

for (const [name, read] of Object.entries(READERS)) {
  test(`${name}: whatever comes is read or refused with a 4xx, and the same way each time`, () => {
    fc.assert(
      fc.property(value, (text) => {
        assert.deepEqual(outcome(read, text), outcome(read, text));
      }),
      { numRuns: 1500 },
    );
  });
}

function outcome(read: (text: string) => unknown, text: string): unknown {
  try {
    return read(text);
  } catch (error) {
    assert.ok(error instanceof ApiError, `${JSON.stringify(text)}: ${error}`);
    assert.ok(error.status >= 400 && error.status < 500, `${JSON.stringify(text)}: ${error.status}`);
    return error.code;
  }
}

test("Range: what is read lies within the bytes, and matches the slow reading of one range", () => {
  const size = fc.integer({ min: 0, max: 20 });
  const end = fc.option(fc.nat(25), { nil: "" as const });
  fc.assert(
    fc.property(size, end, end, (bytes, first, last) => {
      const found = parseRange(`bytes=${first}-${last}`, bytes);
      assert.deepEqual(rangeOf(found), slowRange(first, last, bytes), `${first}-${last} of ${bytes}`);
    }),
    { numRuns: 2000 },
  );
});

test("Idempotency-Key: quoted keys come out as they went in", () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1, maxLength: 255 }).filter((key) => /^[\x20-\x7e]+$/.test(key)),
      (key) => {
        assert.equal(parseIdempotencyKey(`"${key.replace(/["\\]/g, "\\$&")}"`), key);
      },
    ),
  );
});

interface Vector {
  readonly name: string;
  readonly raw: readonly string[];
  readonly header_type: string;
  readonly expected?: readonly [string, unknown];
  readonly must_fail?: boolean;
}

const folder = new URL("../../../../shared/vectors/structured-fields/", import.meta.url);

describe("the public cases of structured-field strings, as Idempotency-Key", () => {
  if (!existsSync(folder)) {
    const note = "shared/vectors/structured-fields is not beside the checkout";
    if (process.env.CI === "true") test("are there", () => assert.fail(note));
    else test("are there", { skip: note }, () => {});
    return;
  }
  for (const file of ["string.json", "string-generated.json"]) {
    const cases: readonly Vector[] = JSON.parse(readFileSync(new URL(file, folder), "utf8"));
    test(`${file}: ${cases.length} cases`, () => {
      for (const { name, raw, header_type, expected, must_fail } of cases) {
        const [text = ""] = raw;
        // A key is one string: no lists, no spaces around it, not empty, at most 255 characters, and bare ones too.
        if (header_type !== "item" || raw.length !== 1 || text !== text.trim() || !text.startsWith('"'))
          continue;
        const [key] = expected ?? [""];
        if (must_fail || key.length < 1 || key.length > 255) {
          assert.throws(() => parseIdempotencyKey(text), { code: "malformed_request" }, name);
        } else assert.equal(parseIdempotencyKey(text), key, name);
      }
    });
  }
});

/** The one range that was read; undefined where it was refused. */
function rangeOf(found: ReturnType<typeof parseRange>): unknown {
  return found.kind === "ranges" ? found.ranges : undefined;
}

/** The same, by looking at every byte. */
function slowRange(first: number | "", last: number | "", size: number): unknown {
  const all = Array.from({ length: size }, (_, at) => at);
  if (first !== "" && last !== "" && last < first) return undefined;
  const suffix = last === "" ? [] : last === 0 ? [] : all.slice(-last);
  const wanted = first === "" ? suffix : all.filter((at) => at >= first && (last === "" || at <= last));
  const start = wanted[0];
  return start === undefined ? undefined : [{ start, end: start + wanted.length }];
}
