import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { http1, http2, type TestClient } from "../../../../test/support/http-clients.ts";
import { openLibrary, type TestLibrary } from "../../../../test/support/library.ts";
import { ApiError } from "../../../base/errors/index.ts";
import { createMcpHandler } from "./index.ts";

const CLIENTS: readonly (readonly [string, TestClient])[] = [
  ["HTTP/1.1", http1],
  ["HTTP/2", http2],
];

const META = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientCapabilities": {},
};

for (const [version, send] of CLIENTS) {
  describe(`MCP over ${version}, hostile input`, () => {
    let library: TestLibrary;
    let failure: unknown;

    before(async () => {
      library = await openLibrary({
        server: {
          handler: (exchange) =>
            createMcpHandler({
              engine: {
                model: library.engine.model,
                offers: library.engine.offers,
                execute: (call) => {
                  if (failure !== undefined) throw failure;
                  return library.engine.execute(call);
                },
              },
              allowedOrigins: ["https://app.example.com"],
            })(exchange),
        },
      });
    });
    after(() => library.close());

    /** A message as a conforming client sends it, unless told otherwise. */
    const post = (body: unknown, headers: Record<string, string | undefined> = {}) => {
      const message = body as { method?: string; params?: { name?: string; uri?: string } };
      const name = message?.params?.name ?? message?.params?.uri;
      const all: Record<string, string | undefined> = {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        "mcp-protocol-version": "2026-07-28",
        ...(typeof message?.method === "string" ? { "mcp-method": message.method } : {}),
        ...(typeof name === "string" ? { "mcp-name": name } : {}),
        ...headers,
      };
      const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
      return send(`${library.url}/mcp`, {
        method: "POST",
        headers: Object.fromEntries(given),
        body: typeof body === "string" ? body : JSON.stringify(body),
      });
    };
    const request = (method: string, params: object = {}, id: unknown = 1) => ({
      jsonrpc: "2.0",
      id,
      method,
      params: { ...params, _meta: META },
    });
    const call = (name: string, args: unknown = {}) => request("tools/call", { name, arguments: args });

    async function refused(
      answer: Awaited<ReturnType<TestClient>>,
      status: number,
      code: number,
      id: unknown = undefined,
    ) {
      assert.equal(answer.status, status, answer.text);
      const { jsonrpc, error, ...rest } = answer.json();
      assert.equal(jsonrpc, "2.0");
      assert.equal(error.code, code, answer.text);
      assert.deepEqual(rest, id === undefined ? {} : { id });
      return error;
    }

    test("what is no JSON is a parse error with its place", async () => {
      for (const body of [
        "",
        "{",
        "nul",
        '{"a":1,}',
        '{"a":1}{',
        "[1,",
        "\u0000",
        `${"[".repeat(70)}${"]".repeat(70)}`,
      ]) {
        await refused(await post(body), 400, -32700);
      }
      const error = await refused(await post('{"jsonrpc":"2.0",\n "__proto__": {}}'), 400, -32700);
      assert.equal(error.data.line, 2);
      const bytes = new Uint8Array([0x7b, 0xff, 0x7d]);
      const answer = await send(`${library.url}/mcp`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: bytes,
      });
      await refused(answer, 400, -32700);
    });

    test("what is no message is an invalid request", async () => {
      for (const body of [
        null,
        7,
        "text",
        [],
        {},
        { jsonrpc: "1.0", id: 1, method: "ping" },
        { jsonrpc: "2.0", id: 1 },
        { jsonrpc: "2.0", id: 1, method: 7 },
        { jsonrpc: "2.0", id: null, method: "ping" },
        { jsonrpc: "2.0", id: 1.5, method: "ping" },
        { jsonrpc: "2.0", id: {}, method: "ping" },
        { jsonrpc: "2.0", id: 1, method: "x".repeat(201) },
        { jsonrpc: "2.0", id: 1, method: "ping", params: [] },
        { jsonrpc: "2.0", id: 1, method: "ping", params: { _meta: 1 } },
        { jsonrpc: "2.0", id: 1, result: {} },
        { jsonrpc: "2.0", id: 1, error: { code: 1, message: "x" } },
      ]) {
        await refused(await post(JSON.stringify(body)), 400, -32600);
      }
    });

    test("batches are refused", async () => {
      const error = await refused(await post([request("tools/list"), call("book_list")]), 400, -32600);
      assert.match(error.message, /Batches/);
    });

    test("headers must say what the body says", async () => {
      const list = request("tools/list");
      await refused(await post(list, { "mcp-protocol-version": undefined }), 400, -32020, 1);
      await refused(await post(list, { "mcp-protocol-version": "2025-11-25" }), 400, -32020, 1);
      await refused(await post(list, { "mcp-method": undefined }), 400, -32020, 1);
      await refused(await post(list, { "mcp-method": "tools/call" }), 400, -32020, 1);
      await refused(await post(call("book_list"), { "mcp-name": undefined }), 400, -32020, 1);
      await refused(await post(call("book_list"), { "mcp-name": "book_create" }), 400, -32020, 1);
      await refused(await post(call("book_list"), { "mcp-name": "=?base64?%%%?=" }), 400, -32020, 1);
      await refused(await post(call("book_list"), { "mcp-name": "=?base64?gIA=?=" }), 400, -32020, 1);
      const coded = `=?base64?${Buffer.from("book_list").toString("base64")}?=`;
      assert.equal((await post(call("book_list"), { "mcp-name": coded })).status, 200);
    });

    test("versions that are not spoken are refused with those that are", async () => {
      const body = request("tools/list");
      const old = {
        ...body,
        params: { _meta: { ...META, "io.modelcontextprotocol/protocolVersion": "1900-01-01" } },
      };
      const error = await refused(await post(old, { "mcp-protocol-version": "1900-01-01" }), 400, -32022, 1);
      assert.deepEqual(error.data, {
        supported: ["2026-07-28", "2025-11-25", "2025-06-18"],
        requested: "1900-01-01",
      });
      const bare = { jsonrpc: "2.0", id: 1, method: "tools/list" };
      await refused(await post(bare, { "mcp-protocol-version": "2025-03-26" }), 400, -32022, 1);
      await refused(await post(bare, { "mcp-protocol-version": undefined }), 400, -32020, 1);
      await refused(await post(bare), 400, -32602, 1);
    });

    test("a modern request says what its client can", async () => {
      for (const meta of [
        { "io.modelcontextprotocol/protocolVersion": "2026-07-28" },
        { ...META, "io.modelcontextprotocol/clientCapabilities": [] },
        { ...META, "io.modelcontextprotocol/protocolVersion": 20260728 },
      ]) {
        const body = { jsonrpc: "2.0", id: "a", method: "tools/list", params: { _meta: meta } };
        await refused(await post(body), 400, -32602, "a");
      }
    });

    test("methods that there are not: 404, and the versions for who would shake hands", async () => {
      for (const method of ["ping", "prompts/list", "subscriptions/listen", "toString", "__proto__", "😀"]) {
        const header = `=?base64?${Buffer.from(method).toString("base64")}?=`;
        const answer = await post(request(method), { "mcp-method": method === "😀" ? header : method });
        if (method === "😀") await refused(answer, 400, -32020, 1);
        else await refused(answer, 404, -32601, 1);
      }
      const error = await refused(await post(request("initialize")), 404, -32601, 1);
      assert.match(error.message, /2026-07-28, 2025-11-25/);
      const old = { jsonrpc: "2.0", id: 1, method: "server/discover" };
      await refused(await post(old, { "mcp-protocol-version": "2025-11-25" }), 200, -32601, 1);
    });

    test("a handshake with an unknown version is answered with the newest that has one", async () => {
      const shake = async (protocolVersion: unknown) => {
        const body = { jsonrpc: "2.0", id: 1, method: "initialize", params: { protocolVersion } };
        const answer = await post(body, { "mcp-protocol-version": undefined });
        assert.equal(answer.status, 200);
        assert.equal(answer.headers["mcp-session-id"], undefined, "no session");
        return answer.json().result.protocolVersion;
      };
      assert.equal(await shake("2025-06-18"), "2025-06-18");
      assert.equal(await shake("2024-11-05"), "2025-11-25");
      assert.equal(await shake("2099-01-01"), "2025-11-25");
      assert.equal(await shake(7), "2025-11-25");
      const ping = { jsonrpc: "2.0", id: 2, method: "ping" };
      const pong = await post(ping, { "mcp-protocol-version": "2025-06-18" });
      assert.deepEqual(pong.json(), { jsonrpc: "2.0", id: 2, result: {} });
    });

    test("notifications are taken and not answered", async () => {
      for (const method of ["notifications/initialized", "notifications/cancelled", "notifications/x"]) {
        const answer = await post(
          { jsonrpc: "2.0", method, params: { requestId: 9 } },
          { "mcp-protocol-version": "2025-11-25" },
        );
        assert.equal(answer.status, 202);
        assert.equal(answer.bytes.length, 0);
      }
    });

    test("pages of strangers may not call; programs, this machine and those named may", async () => {
      for (const origin of [
        "https://evil.example",
        "null",
        "http://localhost.evil.example",
        "http://127.0.0.1.nip.io",
        "",
      ]) {
        await refused(await post(request("tools/list"), { origin }), 403, 403);
      }
      for (const origin of [
        "https://app.example.com",
        "http://localhost:6274",
        "http://127.0.0.1",
        "http://[::1]:1",
      ]) {
        assert.equal((await post(request("tools/list"), { origin })).status, 200, origin);
      }
    });

    test("GET and DELETE are not offered, OPTIONS tells what is", async () => {
      for (const method of ["GET", "DELETE", "PUT"]) {
        const answer = await send(`${library.url}/mcp`, { method });
        assert.equal(answer.headers.allow, "POST, OPTIONS");
        await refused(answer, 405, 405);
      }
      const options = await send(`${library.url}/mcp`, { method: "OPTIONS" });
      assert.equal(options.status, 204);
      assert.equal(options.headers.allow, "POST, OPTIONS");
    });

    test("bodies of another type or too large are refused, and answers that nobody takes", async () => {
      await refused(await post(request("tools/list"), { "content-type": "text/plain" }), 415, 415);
      await refused(await post(request("tools/list"), { "content-type": undefined }), 415, 415);
      await refused(await post(request("tools/list"), { accept: "text/html" }), 406, 406);
      const huge = call("measure", { note: "x".repeat(2_000_000) });
      await refused(await post(huge), 413, 413);
      // A body that some tool would take is still too large for this one.
      const answer = await post(call("measure", { note: "x".repeat(100_000) }));
      assert.equal(answer.status, 200);
      assert.equal(answer.json().result.isError, true);
      assert.equal(answer.json().result._meta["concordat/error"].code, "payload_too_large");
    });

    test("arguments of every wrong kind are refused, and change nothing", async () => {
      await refused(await post(call("book_list", [])), 200, -32602, 1);
      await refused(await post(request("tools/call", { name: 7 })), 200, -32602, 1);
      await refused(await post(request("tools/call", {})), 200, -32602, 1);
      for (const args of [
        { filter: { status: { in: [{}] } } },
        { filter: [] },
        { limit: 1e300 },
        { limit: -0.5 },
        { cursor: "nope" },
        { cursor: "x".repeat(10_000) },
        { fields: ["__proto__x", "toString"] },
        { sort: "title,-title" },
        { surprise: 1 },
        { search: "a" },
        { limit: 99999999999999999999n },
      ]) {
        const body = JSON.stringify(call("book_list", args), (_key, value) =>
          typeof value === "bigint" ? `big:${value}` : value,
        ).replace(/"big:([0-9]+)"/, "$1");
        const answer = await post(body, { "mcp-method": "tools/call", "mcp-name": "book_list" });
        assert.equal(answer.status, 200, body);
        const { result } = answer.json();
        assert.equal(result.isError, true, body);
        assert.equal(
          result._meta["concordat/error"].status === 400 || result._meta["concordat/error"].status === 422,
          true,
        );
      }
    });

    test("text in any script goes in and out unchanged", async () => {
      const note = "Zażółć 😀 \u0000 \u2028 \"'\\ ünï\tcødé";
      const answer = await post(call("measure", { note: note.replace("\u0000", "") }));
      const { result } = answer.json();
      assert.ok(!result.isError, answer.text);
      assert.deepEqual(result.structuredContent, { length: note.length - 1 });
      const greeted = (await post(call("greet", { name: "世界 \u2029" }))).json().result;
      assert.deepEqual(greeted.structuredContent, { text: "Hello 世界 \u2029" });
      assert.equal(greeted.content[0].text, JSON.stringify({ text: "Hello 世界 \u2029" }));
    });

    test("cursors of tools and resources that nobody gave are refused", async () => {
      for (const method of ["tools/list", "resources/list", "resources/templates/list"]) {
        for (const cursor of ["", "x", 7, null, "bm9wZQ"]) {
          await refused(await post(request(method, { cursor })), 200, -32602, 1);
        }
      }
    });

    test("a bug of ours is masked and has the request's id", async () => {
      failure = new TypeError("secret detail");
      const answer = await post(call("book_list"), { "x-request-id": "req-mine" });
      failure = undefined;
      const error = await refused(answer, 500, -32603, 1);
      assert.equal(error.data.requestId, "req-mine");
      assert.ok(!answer.text.includes("secret"));
      assert.equal(answer.headers["x-request-id"], "req-mine");
    });

    test("an overloaded server says when to come back", async () => {
      failure = new ApiError("unavailable", "Too many calls.", { retryAfterSeconds: 3 });
      const answer = await post(call("book_list"));
      failure = undefined;
      assert.equal(answer.headers["retry-after"], "3");
      assert.equal((await refused(answer, 503, 503, 1)).data.retry, "same-key");
    });

    test("401 names the scheme, and no authorization server that there is not", async () => {
      const missing = await post(call("book_create", { title: "x" }));
      await refused(missing, 401, 401, 1);
      assert.equal(missing.headers["www-authenticate"], 'Bearer realm="library"');
      const wrong = await post(call("book_list"), { authorization: "Bearer nobody" });
      await refused(wrong, 401, 401, 1);
      assert.equal(wrong.headers["www-authenticate"], 'Bearer realm="library", error="invalid_token"');
    });
  });
}
