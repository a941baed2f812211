import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDeprecation } from "./deprecation.ts";
import { formatQuery, formatSegment } from "./format-query.ts";
import { decodeList, parseQuery } from "./query.ts";
import { parseRateLimit } from "./rate-limit.ts";
import { parseRetryAfter } from "./retry-after.ts";

const from = (headers: Record<string, string>) => (name: string) => headers[name] ?? null;

test("a query string comes back as it was written, commas and all", () => {
  const text = formatQuery([
    ["a", "x,y & z"],
    ["b[gte]", ["1,5", "ü%"]],
  ]);
  assert.equal(text, "a=x%2Cy%20%26%20z&b%5Bgte%5D=1%2C5,%C3%BC%25");
  const [a, b] = parseQuery(text);
  assert.deepEqual(decodeList(a?.raw ?? ""), ["x,y & z"]);
  assert.deepEqual([b?.name, decodeList(b?.raw ?? "")], ["b[gte]", ["1,5", "ü%"]]);
  assert.throws(() => formatQuery([["a", "\ud800"]]), { name: "UsageError" });
});

test("a segment that would leave its place is refused", () => {
  assert.equal(formatSegment("a/b?c"), "a%2Fb%3Fc");
  for (const value of ["", ".", ".."]) assert.throws(() => formatSegment(value), { name: "UsageError" });
});

test("the tightest of several limits counts", () => {
  const limit = (headers: Record<string, string>) => parseRateLimit(from(headers));
  assert.deepEqual(limit({ ratelimit: '"a";r=50;t=30' }), { remaining: 50, resetSeconds: 30 });
  assert.deepEqual(limit({ ratelimit: '"a,b;r=1";r=9;t=3, "day";t=3600;r=2' }), {
    remaining: 2,
    resetSeconds: 3600,
  });
  assert.deepEqual(limit({ ratelimit: '"a";r=0;t=1,"b";r=0;t=60' }), { remaining: 0, resetSeconds: 60 });
  assert.deepEqual(limit({ "ratelimit-remaining": "3", "ratelimit-reset": "7" }), {
    remaining: 3,
    resetSeconds: 7,
  });
  for (const ratelimit of ["", "nonsense", '"a";r=x', '"a";t=3'])
    assert.equal(limit({ ratelimit }), undefined);
});

test("Retry-After is seconds or a date", () => {
  assert.equal(parseRetryAfter("120", 0), 120);
  assert.equal(parseRetryAfter("Thu, 01 Jan 1970 00:01:40 GMT", 40_000), 60);
  assert.equal(parseRetryAfter("Thu, 01 Jan 1970 00:00:10 GMT", 40_000), 0);
  for (const wrong of [null, "", "-1", "1.5", "soon"]) assert.equal(parseRetryAfter(wrong, 0), undefined);
});

test("Deprecation and Sunset are read with the link that explains them", () => {
  const headers = {
    deprecation: "@1688169599",
    sunset: "Sun, 30 Jun 2024 23:59:59 GMT",
    link: '</next>; rel="next", <https://example.com/why>; rel="deprecation"; type="text/html"',
  };
  assert.deepEqual(parseDeprecation(from(headers)), {
    since: "2023-06-30T23:59:59Z",
    sunset: "2024-06-30T23:59:59Z",
    link: "https://example.com/why",
  });
  assert.deepEqual(parseDeprecation(from({ deprecation: "true" })), {});
  assert.equal(parseDeprecation(from({})), undefined);
});
