import assert from "node:assert/strict";
import { request as httpRequest } from "node:http";
import { type ClientHttp2Stream, connect, constants, type IncomingHttpHeaders } from "node:http2";
import { after, before, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { ECHO, type EchoServer, openEcho, textBytes } from "../../../../test/support/echo-service.ts";
import { http1 } from "../../../../test/support/http-clients.ts";
import { writeFrame } from "../../../wire/grpc/index.ts";
import { createServer } from "../../server/index.ts";
import { createRpcHandler } from "./index.ts";

let echo: EchoServer;
/** Largest number of messages that a stream's method was ahead of its reader. */
let given = 0;
let taken = 0;

before(async () => {
  echo = await openEcho(
    {
      Say: (text) => text,
      async *Count(text) {
        for (let at = 0; at < Number(text); at++) {
          given++;
          yield "x".repeat(10_000);
        }
      },
      Sum: async (texts) => {
        for await (const _ of texts) {
          taken++;
          await wait(5);
        }
        return String(taken);
      },
      async *Chat(texts) {
        for await (const text of texts) {
          if (text === "stop") return;
          yield text;
        }
      },
    },
    { limits: { bodyTimeoutMs: 1000 } },
  );
});
after(() => echo.close());

interface Answer {
  readonly headers: IncomingHttpHeaders & { readonly ":status"?: number };
  readonly trailers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly rstCode: number;
  /** gRPC's status, wherever it is. */
  readonly status: string;
}

/** Opens a call of any method with any headers; what is written is up to the test. */
function open(
  method: string,
  headers: Record<string, string> = {},
): { stream: ClientHttp2Stream; answer: Promise<Answer> } {
  const session = connect(echo.url);
  session.on("error", () => {});
  const stream = session.request(
    {
      ":method": "POST",
      ":path": `${ECHO}/${method}`,
      "content-type": "application/grpc",
      te: "trailers",
      ...headers,
    },
    { endStream: false },
  );
  const answer = new Promise<Answer>((resolve) => {
    let head: IncomingHttpHeaders = {};
    let trailers: IncomingHttpHeaders = {};
    const chunks: Buffer[] = [];
    stream.on("response", (given) => {
      head = given;
    });
    stream.on("trailers", (given) => {
      trailers = given;
    });
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("error", () => {});
    stream.on("close", () => {
      session.close();
      const status = String(trailers["grpc-status"] ?? head["grpc-status"] ?? "none");
      resolve({ headers: head, trailers, body: Buffer.concat(chunks), rstCode: stream.rstCode, status });
    });
  });
  return { stream, answer };
}

const hello = writeFrame(0, textBytes.serialize("hello"));

async function send(bytes: Uint8Array, headers?: Record<string, string>, method = "Say"): Promise<Answer> {
  const { stream, answer } = open(method, headers);
  stream.end(bytes);
  return answer;
}

describe("requests that no client library sends", () => {
  test("one byte at a time is the same message", async () => {
    for (const method of ["Say", "Chat"]) {
      const { stream, answer } = open(method);
      for (const byte of hello) {
        stream.write(Buffer.of(byte));
        await wait(1);
      }
      stream.end();
      const { status, body } = await answer;
      assert.equal(status, "0");
      assert.deepEqual(body, Buffer.from(hello));
    }
  });

  test("what is wrong with a message is said, with the status that the specification has for it", async () => {
    const cases: readonly [string, Uint8Array, Record<string, string>, string][] = [
      ["no message", Buffer.alloc(0), {}, "12"],
      ["two messages", Buffer.concat([hello, hello]), {}, "12"],
      ["cut in its head", hello.subarray(0, 3), {}, "3"],
      ["cut in its body", hello.subarray(0, 8), {}, "3"],
      ["flags that there are not", writeFrame(4, textBytes.serialize("a")), {}, "3"],
      ["a trailer frame", writeFrame(0x80, Buffer.from("a: b")), {}, "3"],
      ["compressed without a coding", writeFrame(1, gzipSync("a")), {}, "13"],
      ["an unknown coding", hello, { "grpc-encoding": "snappy" }, "12"],
      ["not of its coding", writeFrame(1, Buffer.from("no gzip")), { "grpc-encoding": "gzip" }, "3"],
      ["bytes of nothing known", writeFrame(0, Buffer.of(0x0a, 0x7f, 1)), {}, "3"],
      ["a length above the limit", Buffer.of(0, 0xff, 0xff, 0xff, 0xff), {}, "8"],
      ["a bomb", writeFrame(1, gzipSync(Buffer.alloc(50_000_000))), { "grpc-encoding": "gzip" }, "8"],
      ["a timeout of no unit", hello, { "grpc-timeout": "5" }, "3"],
      ["a timeout of nine digits", hello, { "grpc-timeout": "123456789m" }, "3"],
      ["a timeout below nothing", hello, { "grpc-timeout": "-1S" }, "3"],
    ];
    for (const [name, bytes, headers, status] of cases) {
      for (const method of name.endsWith(" message") || name.endsWith(" messages")
        ? ["Say", "Count"]
        : ["Say", "Count", "Chat"]) {
        const answer = await send(bytes, headers, method);
        assert.equal(answer.status, status, `${name}, ${method}: ${answer.headers["grpc-message"]}`);
        assert.equal(answer.headers[":status"], 200, name);
      }
    }
    assert.deepEqual(echo.errors, []);
  });

  test("an unknown coding is answered with those that are known, and without reading on", async () => {
    const { headers } = await send(hello, { "grpc-encoding": "snappy" });
    assert.equal(headers["grpc-accept-encoding"], "gzip,br,zstd");
    const { stream, answer } = open("Say", { "grpc-encoding": "snappy" });
    stream.write(hello);
    const { status, rstCode } = await answer;
    assert.equal(status, "12");
    assert.equal(rstCode, constants.NGHTTP2_NO_ERROR);
  });

  test("another content type is 415, another verb 405, HTTP/1.1 505", async () => {
    for (const type of ["text/plain", "application/grpc+thrift", "application/connect+xml"]) {
      const { headers } = await send(hello, { "content-type": type });
      assert.equal(headers[":status"], 415, type);
      assert.match(String(headers["accept-post"]), /application\/grpc/);
    }
    const put = await send(hello, { ":method": "PUT" });
    assert.equal(put.headers[":status"], 405);
    assert.equal(put.headers.allow, "GET, POST");
    const old = await http1(`${echo.url}${ECHO}/Say`, {
      method: "POST",
      headers: { "content-type": "application/grpc" },
      body: hello,
    });
    assert.equal(old.status, 505);
  });

  test("a message that does not come in time ends the call, between messages there is time", async () => {
    for (const method of ["Say", "Chat"]) {
      const { stream, answer } = open(method);
      stream.write(hello.subarray(0, 4));
      assert.equal((await answer).status, "4", method);
    }
    const { stream, answer } = open("Chat");
    stream.write(hello);
    await wait(1300);
    stream.end(hello);
    assert.equal((await answer).status, "0");
  });

  test("what is held of a message grows with what has come, not with what is announced", async () => {
    const before = process.memoryUsage().arrayBuffers;
    const head = Buffer.from(hello.subarray(0, 5));
    head.writeUInt32BE(99_999, 1);
    const calls = Array.from({ length: 100 }, () => open("Sum"));
    for (const { stream } of calls) stream.write(head);
    await wait(100);
    assert.ok(process.memoryUsage().arrayBuffers - before < 5_000_000);
    for (const { stream } of calls) stream.close(constants.NGHTTP2_CANCEL);
    await Promise.all(calls.map(({ answer }) => answer));
  });

  test("a sender is not read faster than its messages are taken", async () => {
    const { stream, answer } = open("Sum");
    const message = writeFrame(0, textBytes.serialize("y".repeat(60_000)));
    taken = 0;
    for (let at = 0; at < 40; at++) stream.write(message);
    await wait(50);
    assert.ok(taken < 30, `${taken} taken`);
    // Of 2.4 MB the most wait with their sender.
    assert.ok(stream.writableLength > 1_000_000, `only ${stream.writableLength} bytes wait`);
    stream.end();
    const { status, body } = await answer;
    assert.equal(status, "0");
    assert.equal(textBytes.deserialize(body.subarray(5)), "40");
  });

  test("a reader who does not read holds its stream up, not the server", async () => {
    const { stream, answer } = open("Count");
    stream.pause();
    stream.removeAllListeners("data");
    stream.end(writeFrame(0, textBytes.serialize("1000")));
    given = 0;
    await wait(150);
    assert.ok(given < 100, `${given} messages were made for nobody`);
    assert.equal((await send(hello)).status, "0");
    let size = 0;
    stream.on("data", (chunk: Buffer) => {
      size += chunk.length;
    });
    stream.resume();
    assert.equal((await answer).status, "0");
    assert.ok(size > 10_000_000);
  });

  test("many streams at once on one connection, each with its own answer", async () => {
    const session = connect(echo.url);
    const answers = await Promise.all(
      Array.from({ length: 500 }, async (_, at) => {
        const stream = session.request({
          ":method": "POST",
          ":path": `${ECHO}/Say`,
          "content-type": "application/grpc",
        });
        stream.end(writeFrame(0, textBytes.serialize(String(at))));
        const chunks: Buffer[] = [];
        for await (const chunk of stream) chunks.push(chunk as Buffer);
        return textBytes.deserialize(Buffer.concat(chunks).subarray(5));
      }),
    );
    session.close();
    assert.deepEqual(
      answers,
      Array.from({ length: 500 }, (_, at) => String(at)),
    );
  });

  test("streams that are reset at any moment leave nothing behind", async () => {
    for (let at = 0; at < 60; at++) {
      const { stream, answer } = open(["Say", "Sum", "Chat", "Count"][at % 4] ?? "Say");
      stream.write(at % 3 === 0 ? hello.subarray(0, 6) : hello);
      if (at % 5 !== 0) await wait(at % 7);
      stream.close(at % 2 === 0 ? constants.NGHTTP2_CANCEL : constants.NGHTTP2_NO_ERROR);
      await answer;
    }
    for (let tries = 0; echo.server.requestsInFlight > 0; tries++) {
      assert.ok(tries < 100, `${echo.server.requestsInFlight} are still under way`);
      await wait(10);
    }
    assert.deepEqual(echo.errors, []);
  });
});

describe("Connect and gRPC-Web by hand", () => {
  const call = (method: string, headers: Record<string, string>, body: string | Uint8Array) =>
    http1(`${echo.url}${ECHO}/${method}`, { method: "POST", headers, body });

  test("curl's plain JSON", async () => {
    const answer = await call("Say", { "content-type": "application/json" }, '"hi"');
    assert.equal(answer.status, 200);
    assert.equal(answer.headers["content-type"], "application/json");
    assert.equal(answer.text, '"hi"');
  });

  test("what is wrong is a JSON error with its HTTP status", async () => {
    const json = { "content-type": "application/json" };
    const cases: readonly [Record<string, string>, string, number, string][] = [
      [json, "no json", 400, "invalid_argument"],
      [json, `"${"x".repeat(100_001)}"`, 429, "resource_exhausted"],
      [{ ...json, "content-encoding": "lzma" }, '"a"', 501, "unimplemented"],
      [{ ...json, "content-encoding": "gzip" }, '"a"', 400, "invalid_argument"],
      [{ ...json, "connect-timeout-ms": "soon" }, '"a"', 400, "invalid_argument"],
      [{ ...json, "connect-protocol-version": "2" }, '"a"', 400, "invalid_argument"],
    ];
    for (const [headers, body, status, code] of cases) {
      const answer = await call("Say", headers, body);
      assert.equal(answer.status, status, code);
      assert.equal(answer.json().code, code);
      assert.equal(answer.headers["content-type"], "application/json");
    }
    const shout = await call("Shout", { "content-type": "application/proto" }, "");
    assert.equal(shout.status, 404);
    assert.equal(shout.json().code, "unimplemented");
  });

  test("queries of GET that are no calls", async () => {
    const get = (query: string) => http1(`${echo.url}${ECHO}/Say?${query}`);
    const good = "connect=v1&encoding=json&message=%22a%22";
    assert.equal((await get(good)).text, '"a"');
    assert.equal((await get("encoding=proto&base64=1&message=CgFh")).text, "\n\u0001a");
    for (const [query, status] of [
      ["", 400],
      ["encoding=json", 400],
      ["message=a", 400],
      ["encoding=xml&message=a", 501],
      [good.replace("v1", "v2"), 400],
      [`${good}&message=b`, 400],
      ["encoding=proto&base64=1&message=%25", 400],
      [`${good}&compression=lzma`, 501],
    ] as const) {
      assert.equal((await get(query)).status, status, query);
    }
    const count = await http1(`${echo.url}${ECHO}/Count?${good}`);
    assert.equal(count.status, 405);
  });

  test("gRPC-Web's text form, whose pieces are padded or not", async () => {
    const text = Buffer.from(hello).toString("base64");
    const pieces = [...hello].map((byte) => Buffer.of(byte).toString("base64")).join("");
    for (const body of [text, pieces]) {
      const answer = await call("Say", { "content-type": "application/grpc-web-text" }, body);
      assert.equal(answer.headers["content-type"], "application/grpc-web-text+proto");
      const bytes = Buffer.from(answer.text, "base64");
      assert.deepEqual(bytes.subarray(0, hello.length), Buffer.from(hello));
      assert.match(bytes.subarray(hello.length + 5).toString(), /^grpc-status: 0\r\n$/);
    }
    for (const body of ["????", text.slice(0, -1)]) {
      const answer = await call("Say", { "content-type": "application/grpc-web-text" }, body);
      assert.match(Buffer.from(answer.text, "base64").toString(), /grpc-status: 3/);
    }
  });

  test("a stream that ends early calls off what its caller still sends", async () => {
    const head = writeFrame(0, textBytes.serialize("stop"));
    for (const type of ["application/connect+proto", "application/grpc-web", "application/grpc"]) {
      const { stream, answer } = open("Chat", { "content-type": type });
      stream.write(head);
      const { rstCode, headers } = await answer;
      assert.equal(headers[":status"], 200, type);
      assert.equal(rstCode, constants.NGHTTP2_NO_ERROR, type);
    }
    for (const type of ["application/connect+proto", "application/grpc-web"]) {
      const request = httpRequest(`${echo.url}${ECHO}/Chat`, {
        method: "POST",
        headers: { "content-type": type },
      });
      request.on("error", () => {});
      request.write(head);
      const text = await new Promise<string>((resolve) => {
        request.on("response", (response) => {
          let seen = "";
          response.on("data", (chunk) => {
            seen += chunk;
          });
          response.on("close", () => resolve(seen));
        });
      });
      assert.match(text, type.includes("web") ? /grpc-status: 0/ : /\{\}$/);
      const closed = new Promise((resolve) => request.once("close", resolve));
      request.write(head);
      await closed;
    }
    assert.equal(echo.server.requestsInFlight, 0);
  });

  test("the deadline of a stream runs while its request is waited for", async () => {
    const { stream, answer } = open("Count", { "grpc-timeout": "50m" });
    stream.write(hello.subarray(0, 3));
    const startedAt = performance.now();
    assert.equal((await answer).status, "4");
    assert.ok(performance.now() - startedAt < 900);
  });

  test("a path that is no method's is somebody else's", async () => {
    assert.equal((await http1(`${echo.url}/v1/books`)).status, 404);
    assert.equal((await call("Say/more", { "content-type": "application/json" }, "{}")).status, 404);
  });
});

test("a method that cannot be made breaks off its calls and nothing else", async () => {
  const errors: unknown[] = [];
  const server = createServer({
    rpc: createRpcHandler({
      find: (path) => {
        if (path === `${ECHO}/Say`) throw new TypeError("a fault of ours");
        return undefined;
      },
      onError: (_, thrown) => errors.push(thrown),
    }),
    handler: (exchange) => {
      exchange.response.writeHead(204, []);
      exchange.response.end();
    },
  });
  const { url } = await server.listen();
  const session = connect(url);
  const stream = session.request({
    ":method": "POST",
    ":path": `${ECHO}/Say`,
    "content-type": "application/grpc",
  });
  const error = await new Promise((resolve) => stream.on("error", resolve));
  assert.match(String(error), /NGHTTP2_INTERNAL_ERROR/);
  session.close();
  assert.equal((await http1(`${url}/other`)).status, 204);
  assert.match(String(errors), /a fault of ours/);
  await server.close();
});
