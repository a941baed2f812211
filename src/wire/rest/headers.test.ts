import assert from "node:assert/strict";
import { test } from "node:test";
import { cpuMs } from "../../../test/support/cpu-time.ts";
import { ApiError } from "../../base/errors/index.ts";
import { acceptsCoding, createCodingNegotiator, createMediaTypeNegotiator } from "./accept.ts";
import { parseConditions, parseEntityTags } from "./conditional.ts";
import { parseContentType } from "./content-type.ts";
import { formatProblem } from "./errors.ts";
import { findStoredCoding, formatEntityTag, parseEntityTag, representationKey, versionsOf } from "./etag.ts";
import { isRequestId, isTraceparent, parseApiKey, parseIdempotencyKey, parseTimeoutMs } from "./headers.ts";
import { formatHttpDate, parseHttpDate, timestampSeconds } from "./http-date.ts";
import { parsePrefer } from "./prefer.ts";

test("Idempotency-Key: quoted and bare", () => {
  assert.equal(parseIdempotencyKey("abc-1"), "abc-1");
  assert.equal(parseIdempotencyKey('"abc-1"'), "abc-1");
  assert.equal(parseIdempotencyKey('"a\\"b\\\\c"'), 'a"b\\c');
  assert.equal(parseIdempotencyKey("k".repeat(255)).length, 255);
  for (const bad of ["", '""', '"a', 'a"b', "a b", "a,b", "\u00e9", '"a\\x"', '"a", "b"', "k".repeat(256)]) {
    assert.throws(() => parseIdempotencyKey(bad), ApiError, bad);
  }
});

test("Prefer: the first of each, whatever its case and its parameters", () => {
  assert.equal(parsePrefer("return=minimal").return, "minimal");
  assert.equal(
    parsePrefer('respond-async, wait=10, Return="representation"; a=b; c, return=minimal').return,
    "representation",
  );
  assert.equal(parsePrefer('odd="a, return=minimal", return=representation').return, "representation");
  assert.equal(parsePrefer(", , return = minimal").return, "minimal");
  assert.deepEqual(parsePrefer("wait=10, return=minimal, wait=20"), { return: "minimal", waitSeconds: 10 });
  for (const ignored of ["wait", "wait=0", "wait=-1", "wait=1.5", "wait=86401", "wait=soon"])
    assert.deepEqual(parsePrefer(ignored), {});
  for (const none of [undefined, "", "return", "return=none", "x=return=minimal", "@", "return=minimal "]) {
    assert.equal(parsePrefer(none).return, none === "return=minimal " ? "minimal" : undefined, String(none));
  }
});

test("Content-Type: media type and charset", () => {
  assert.deepEqual(parseContentType("application/json"), {
    mediaType: "application/json",
    charset: undefined,
  });
  assert.deepEqual(parseContentType('Application/JSON ; Charset="UTF-8"; x=y'), {
    mediaType: "application/json",
    charset: "utf-8",
  });
  for (const bad of [
    "",
    "json",
    "a/b/c",
    "application/json charset=utf-8",
    "application/json; charset",
    "a/b;c=;",
  ]) {
    assert.equal(parseContentType(bad), undefined, bad);
  }
  const ms = cpuMs(() => void parseContentType(`a/b${";x=y".repeat(60)}!\u0000`));
  assert.ok(ms < 1000, `${ms} ms`);
});

test("Accept: the most exact range counts, then the weight, then our order", () => {
  const negotiate = createMediaTypeNegotiator(["application/json", "application/hal+json"]);
  assert.equal(negotiate(undefined), "application/json");
  assert.equal(negotiate("application/*;q=0.9, application/json;q=0.1"), "application/hal+json");
  assert.equal(negotiate("application/json;q=0"), undefined);
  assert.equal(negotiate("*/*;q=0.1, application/json;q=0"), "application/hal+json");
  assert.equal(negotiate("application/json;q=2"), undefined, "not a weight");
  assert.equal(negotiate("APPLICATION/HAL+JSON"), "application/hal+json");
  assert.equal(negotiate(""), undefined);
  for (let at = 0; at < 1000; at++) negotiate(`application/json;v=${at}`);
});

test("Accept-Encoding: plain where nothing better is wanted", () => {
  const negotiate = createCodingNegotiator(["zstd", "br", "gzip"]);
  assert.equal(negotiate(undefined), "identity");
  assert.equal(negotiate("gzip"), "gzip");
  assert.equal(negotiate("gzip, br"), "br");
  assert.equal(negotiate("*;q=0"), "identity");
  assert.equal(acceptsCoding("gzip;q=0", "gzip"), false);
  assert.equal(acceptsCoding("identity;q=0", "identity"), false);
  assert.equal(acceptsCoding(undefined, "gzip"), false);
});

test("entity tags: written and read back; of others only compared", () => {
  const parts = { version: 12, representation: "a-B_9", coding: "gzip" } as const;
  assert.equal(formatEntityTag(parts), '"v12.a-B_9.gzip"');
  assert.deepEqual(parseEntityTag("v12.a-B_9.gzip"), parts);
  assert.deepEqual(parseEntityTag("a-B_9"), { representation: "a-B_9", coding: "identity" });
  assert.equal(parseEntityTag("what ever!"), undefined);
  assert.equal(parseEntityTag("v1.x.deflate"), undefined);
});

test("lists of entity tags", () => {
  assert.equal(parseEntityTags(" * ", "If-Match"), "*");
  assert.deepEqual(parseEntityTags('"a,b" , W/"c",, ""', "If-Match"), [
    { weak: false, opaque: "a,b" },
    { weak: true, opaque: "c" },
    { weak: false, opaque: "" },
  ]);
  for (const bad of ["", "a", '"a', '"a" "b"', 'w/"a"', '*, "a"', '"a b"']) {
    assert.throws(() => parseEntityTags(bad, "If-Match"), ApiError, bad);
  }
  assert.equal(parseConditions({}), undefined);
  const both = { "if-none-match": '"a"', "if-modified-since": "Thu, 01 Jan 2026 00:00:00 GMT" };
  assert.deepEqual(parseConditions(both), { ifNoneMatch: [{ weak: false, opaque: "a" }] });
});

test("If-Match takes versions from strong tags of ours; If-None-Match compares the whole tag", () => {
  const tags = parseEntityTags('"v1.x", W/"v2.x", "theirs", "v3.y.br"', "If-Match");
  assert.deepEqual(versionsOf(tags), [1, 3]);
  const current = { version: 3, representation: "y" };
  assert.equal(
    findStoredCoding(tags, current, () => true),
    "br",
  );
  assert.equal(
    findStoredCoding(tags, current, () => false),
    undefined,
  );
  assert.equal(
    findStoredCoding(tags, { version: 3, representation: "z" }, () => true),
    undefined,
  );
  assert.equal(
    findStoredCoding(tags, { representation: "theirs" }, () => true),
    "identity",
  );
});

test("keys of representations differ with every part", () => {
  const keys = [["a"], ["b"], ["a", ""], ["ab", "c"], ["a", "bc"], ["", "a"], []].map(representationKey);
  assert.equal(new Set(keys).size, keys.length);
  assert.match(keys.join(""), /^[0-9a-z]+$/);
});

test("dates in the three forms of RFC 9110", () => {
  for (const text of [
    "Sun, 06 Nov 1994 08:49:37 GMT",
    "Sunday, 06-Nov-94 08:49:37 GMT",
    "Sun Nov  6 08:49:37 1994",
  ]) {
    assert.equal(parseHttpDate(text), 784111777, text);
  }
  for (const bad of [
    "",
    "1994-11-06",
    "Sun, 31 Feb 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 25:49:37 GMT",
    "Sun, 06 Nov 1994 08:49:37 CET",
  ]) {
    assert.equal(parseHttpDate(bad), undefined, bad);
  }
  assert.equal(formatHttpDate("1994-11-06T08:49:37.999Z"), "Sun, 06 Nov 1994 08:49:37 GMT");
  for (const ms of [
    0, 951782399000, 951782400000, 1709164800000, 4107542399000, 4107542400000, 1e12, 253402300799000,
  ]) {
    for (let day = 0; day < 800; day += 7) {
      const date = new Date(Math.min(ms + day * 86_400_000, 253402300799000));
      assert.equal(formatHttpDate(date.toISOString()), date.toUTCString());
      assert.equal(timestampSeconds(date.toISOString()), Math.floor(date.getTime() / 1000));
    }
  }
});

test("request ids, trace contexts and timeouts are checked before they are used", () => {
  assert.ok(
    isRequestId("a-B.c_9:1") && !isRequestId("") && !isRequestId("a\nb") && !isRequestId("x".repeat(129)),
  );
  const trace = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  assert.ok(isTraceparent(`00-${trace}`) && !isTraceparent(`ff-${trace}`) && !isTraceparent(`00-${trace}-x`));
  assert.ok(!isTraceparent(`00-${"0".repeat(32)}-00f067aa0ba902b7-01`));
  assert.equal(parseTimeoutMs("250"), 250);
  for (const bad of ["", "0", "1s", "-1", "1e3", "86400001"])
    assert.throws(() => parseTimeoutMs(bad), ApiError);
});

test("API keys in either header, never two", () => {
  assert.equal(parseApiKey(undefined, undefined), undefined);
  assert.equal(parseApiKey("bearer ck_live_a", undefined), "ck_live_a");
  assert.equal(parseApiKey(undefined, "ck_live_a"), "ck_live_a");
  assert.equal(parseApiKey("Bearer a", "a"), "a");
  assert.throws(() => parseApiKey("Bearer a", "b"), /different/);
  for (const bad of ["Basic YTpi", "Bearer", "Bearer a b", "Bearer a,b", ""]) {
    assert.throws(() => parseApiKey(bad, undefined), ApiError, bad);
  }
});

test("problems carry data in JSON and nothing of the cause", () => {
  const error = new ApiError("conflict", "No.", {
    data: { big: 12n, bad: Number.NaN, gone: undefined },
    cause: "secret",
  });
  const problem = formatProblem(error, { instance: "/x", requestId: "r" });
  assert.equal(
    problem,
    '{"type":"/problems/conflict","title":"Conflict","status":409,"detail":"No.","instance":"/x","code":"conflict","requestId":"r","data":{"big":12,"bad":null}}',
  );
});
