import assert from "node:assert/strict";
import { test } from "node:test";
import { HpackEncoder } from "../../../wire/http2/index.ts";
import { resolveLimits } from "../limits.ts";
import { HeaderBlocks } from "./header-blocks.ts";

const HEAD: readonly (readonly [string, string, "index" | "plain"])[] = [
  [":method", "GET", "index"],
  [":scheme", "http", "index"],
  [":path", "/v1/books", "plain"],
];

function writer() {
  const encoder = new HpackEncoder();
  return (fields: readonly (readonly [string, string, "index" | "plain"])[]): Buffer => {
    const out = Buffer.alloc(4096);
    let at = encoder.begin(out, 0);
    for (const [name, value, how] of fields) at = encoder.field(out, at, name, value, how);
    return out.subarray(0, at);
  };
}

test("the same block is read once, and means the same", () => {
  const blocks = new HeaderBlocks(resolveLimits());
  const block = writer()(HEAD);
  const first = blocks.readRequest(block);
  assert.equal(first?.target, "/v1/books");
  assert.equal(blocks.readRequest(Buffer.from(block)), first);
});

test("the same block means something else when the table has changed", () => {
  const blocks = new HeaderBlocks(resolveLimits());
  const write = writer();
  // Puts a field at index 62, then names it, then pushes it to 63: the same bytes now name another field.
  blocks.readRequest(write([...HEAD, ["x-who", "ada", "index"]]));
  const named = write([...HEAD, ["x-who", "ada", "index"]]);
  assert.equal(blocks.readRequest(named)?.headers["x-who"], "ada");
  assert.equal(blocks.readRequest(named)?.headers["x-who"], "ada");
  blocks.readRequest(write([...HEAD, ["x-who", "bob", "index"]]));
  assert.equal(blocks.readRequest(named)?.headers["x-who"], "bob");
});

test("trailers change the table too", () => {
  const blocks = new HeaderBlocks(resolveLimits());
  const write = writer();
  blocks.readRequest(write([...HEAD, ["x-who", "ada", "index"]]));
  const named = write([...HEAD, ["x-who", "ada", "index"]]);
  assert.equal(blocks.readRequest(named)?.headers["x-who"], "ada");
  assert.equal(blocks.readTrailers(write([["x-who", "eve", "index"]])), true);
  assert.equal(blocks.readRequest(named)?.headers["x-who"], "eve");
});

test("a malformed block stays malformed when it comes again", () => {
  const blocks = new HeaderBlocks(resolveLimits());
  const block = writer()([...HEAD, ["connection", "close", "plain"]]);
  assert.equal(blocks.readRequest(block), undefined);
  assert.equal(blocks.readRequest(block), undefined);
});
