import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseJson, stringifyJson } from "../../base/lib/index.ts";
import { formatError, formatEvent, formatNotification, formatResult, readMessage } from "./codec.ts";
import { McpError } from "./errors.ts";
import { decodeHeaderValue, readDialect } from "./headers.ts";

test("any JSON is a message or refused as none", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      try {
        const message = readMessage(parseJson(JSON.stringify(value)));
        assert.ok(typeof message.method === "string");
      } catch (error) {
        assert.ok(error instanceof McpError, String(error));
        assert.equal(error.code, -32600);
        assert.equal(error.status, 400);
      }
    }),
  );
});

test("a header value in base64 is what was coded; anything else is itself or broken", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      assert.equal(decodeHeaderValue(`=?base64?${Buffer.from(text).toString("base64")}?=`), text);
    }),
  );
  assert.equal(decodeHeaderValue("plain"), "plain");
  for (const broken of ["=?base64?a?=", "=?base64?====?=", "=?base64?/w==?=", "=?base64? ?="]) {
    assert.equal(decodeHeaderValue(broken), undefined, broken);
  }
});

test("messages are one line each, whatever is in them, and 64-bit numbers stay exact", () => {
  const error = new McpError(-32602, "line\nbreak\u2028", { data: { n: 12345678901234567890n } });
  const texts = [
    formatResult('"\n', '{"n":12345678901234567890}'),
    formatError(undefined, error),
    formatNotification("n", { a: "\r\n" }),
  ];
  for (const text of texts) {
    assert.doesNotMatch(text, /[\r\n]/);
    assert.equal(stringifyJson(parseJson(text)), text);
    assert.equal(formatEvent(text), `event: message\ndata: ${text}\n\n`);
  }
});

test("a message says its version once it is agreed on, and by itself from 2026-07-28 on", () => {
  const request = (meta: Record<string, string | object>, method = "tools/list") =>
    readMessage(parseJson(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: { _meta: meta } })));
  const none = { version: undefined, method: undefined, name: undefined };
  assert.deepEqual(readDialect(request({}, "initialize"), none), { version: "2025-11-25", isModern: false });
  assert.deepEqual(readDialect(request({}), { ...none, version: "2025-06-18" }), {
    version: "2025-06-18",
    isModern: false,
  });
  const modern = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  const headers = { version: "2026-07-28", method: "tools/list", name: undefined };
  assert.deepEqual(readDialect(request(modern), headers), { version: "2026-07-28", isModern: true });
  assert.throws(() => readDialect(request(modern), { ...headers, method: "Tools/List" }), /Mcp-Method/);
  assert.throws(() => readDialect(request({}), none), /MCP-Protocol-Version/);
});
