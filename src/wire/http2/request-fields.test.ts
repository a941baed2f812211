import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { areTrailers, readRequestFields } from "./request-fields.ts";

const GET = [":method", "GET", ":scheme", "http", ":authority", "a", ":path", "/x?y=1"];

function read(...more: string[]) {
  return readRequestFields([...GET, ...more], false);
}

describe("fields of a request", () => {
  test("are read by name, pseudo-headers too", () => {
    const fields = read("accept", "text/html", "x-a", "1", "accept", "application/json");
    assert.equal(fields?.method, "GET");
    assert.equal(fields?.target, "/x?y=1");
    assert.equal(fields?.headers.accept, "text/html, application/json");
    assert.equal(fields?.headers[":scheme"], "http");
    assert.equal(fields?.contentLength, undefined);
    assert.equal(Reflect.get(fields?.headers ?? {}, "constructor"), undefined);
  });

  test("cookies come in crumbs, and of names that are no lists the first counts", () => {
    const fields = read("cookie", "a=b", "cookie", "c=d", "user-agent", "one", "user-agent", "two");
    assert.equal(fields?.headers.cookie, "a=b; c=d");
    assert.equal(fields?.headers["user-agent"], "one");
  });

  test("a name that objects have is a name like others", () => {
    assert.equal(Reflect.get(read("__proto__", "x")?.headers ?? {}, "__proto__"), "x");
    const twice = read("constructor", "x", "constructor", "y");
    assert.equal(Reflect.get(twice?.headers ?? {}, "constructor"), "x, y");
  });

  test("CONNECT has an authority alone", () => {
    const connect = readRequestFields([":method", "CONNECT", ":authority", "a:1"], false);
    assert.equal(connect?.target, "a:1");
    assert.equal(
      readRequestFields([":method", "CONNECT", ":authority", "a:1", ":path", "/"], false),
      undefined,
    );
  });

  const malformed: readonly (readonly [string, readonly string[]])[] = [
    ["no method", [":scheme", "http", ":path", "/"]],
    ["no scheme", [":method", "GET", ":path", "/"]],
    ["no path", [":method", "GET", ":scheme", "http"]],
    ["an empty path", [":method", "GET", ":scheme", "http", ":path", ""]],
    ["a method that is none", [":method", "G T", ":scheme", "http", ":path", "/"]],
    ["a pseudo-header twice", [...GET, ":path", "/y"]],
    ["an unknown pseudo-header", [...GET, ":status", "200"]],
    ["a pseudo-header behind another field", [":method", "GET", "a", "b", ":scheme", "http", ":path", "/"]],
    ["capitals", [...GET, "Accept", "x"]],
    ["no name", [...GET, "", "x"]],
    ["a space in a name", [...GET, "a b", "x"]],
    ["a line break", [...GET, "a", "b\r\nc"]],
    ["a NUL", [...GET, "a", "b\0"]],
    ["a space before a value", [...GET, "a", " b"]],
    ["a tab behind a value", [...GET, "a", "b\t"]],
    ["a field of connections", [...GET, "transfer-encoding", "chunked"]],
    ["TE other than trailers", [...GET, "te", "gzip"]],
    ["another Host", [...GET, "host", "b"]],
    ["a length that is none", [...GET, "content-length", "+1"]],
    ["two lengths", [...GET, "content-length", "1", "content-length", "1"]],
  ];
  for (const [what, list] of malformed) {
    test(`${what} is malformed`, () => assert.equal(readRequestFields(list, false), undefined));
  }

  test("of a list that was cut some may be missing, so that it can be refused by name", () => {
    assert.equal(readRequestFields([":method", "GET"], true)?.target, "");
  });
});

test("trailers have no pseudo-headers", () => {
  assert.equal(areTrailers(["grpc-status", "0"]), true);
  assert.equal(areTrailers([":path", "/"]), false);
  assert.equal(areTrailers(["X", "0"]), false);
});
