import assert from "node:assert/strict";
import { test } from "node:test";
import { formatErrorTrailers } from "./errors.ts";
import { formatGrpcMessage, toMetadata } from "./headers.ts";
import { RpcError } from "./rpc-error.ts";
import { parseConnectTimeoutMs, parseGrpcTimeout } from "./timeout.ts";

test("names of metadata are those that every protocol can carry", () => {
  assert.deepEqual(toMetadata("X-Mine", " a "), ["x-mine", "a"]);
  assert.deepEqual(toMetadata("a_b.c-0", ""), ["a_b.c-0", ""]);
  assert.deepEqual(toMetadata("raw-bin", Uint8Array.of(0, 255)), ["raw-bin", "AP8"]);
  for (const name of ["", "ä", "a b", "a:b", ":path", "a\r\nb"]) {
    assert.throws(() => toMetadata(name, "a"), /is no name for metadata/, JSON.stringify(name));
  }
  for (const name of [
    "grpc-status",
    "Grpc-Message",
    "connect-timeout-ms",
    "content-type",
    "TE",
    "x-request-id",
  ]) {
    assert.throws(() => toMetadata(name, "a"), /belongs to the protocol/, name);
  }
  for (const value of ["a\r\nb: c", "\u0000", "ä", "\u007f"]) {
    assert.throws(() => toMetadata("x-mine", value), /cannot have/, JSON.stringify(value));
  }
  assert.throws(() => toMetadata("x-mine", Uint8Array.of(1)), /end in -bin/);
});

test("messages are percent-encoded so that any decoder gives them back", () => {
  for (const message of ["plain text!", "100 %", "Nein — nicht", "a\r\nb", "\u0000", "𝄞", ""]) {
    const written = formatGrpcMessage(message);
    assert.match(written, /^[\x20-\x7e]*$/);
    assert.equal(decodeURIComponent(written), message);
  }
});

test("errors fit what clients take as headers", () => {
  const details = [{ typeUrl: "type.googleapis.com/a.B", value: new Uint8Array(10_000) }];
  const trailers = formatErrorTrailers(new RpcError("NOT_FOUND", "x".repeat(10_000), { details }));
  assert.deepEqual(trailers.slice(0, 3), ["grpc-status", "5", "grpc-message"]);
  assert.ok(trailers.join("").length < 8192);
  assert.equal(trailers.includes("grpc-status-details-bin"), false);
  assert.deepEqual(formatErrorTrailers(new RpcError("ABORTED", "", { trailers: ["a", "b"] })), [
    "grpc-status",
    "10",
    "a",
    "b",
  ]);
});

test("timeouts of both headers", () => {
  const cases = { "1H": 3_600_000, "2M": 120_000, "3S": 3000, "4m": 4, "5000u": 5, "6000000n": 6, "0m": 0 };
  for (const [header, ms] of Object.entries(cases))
    assert.equal(Math.round(parseGrpcTimeout(header)), ms, header);
  assert.equal(parseGrpcTimeout("99999999H"), 99_999_999 * 3_600_000);
  for (const header of ["", "1", "m", "1s", "1.5S", "-1S", "123456789m", " 1m", "1m ", "0x1m"]) {
    assert.throws(() => parseGrpcTimeout(header), { status: "INVALID_ARGUMENT" }, header);
  }
  assert.equal(parseConnectTimeoutMs("0"), 0);
  assert.equal(parseConnectTimeoutMs("9999999999"), 9_999_999_999);
  for (const header of ["", "-1", "1e3", "12345678901", "1.5"]) {
    assert.throws(() => parseConnectTimeoutMs(header), { status: "INVALID_ARGUMENT" }, header);
  }
});
