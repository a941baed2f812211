import assert from "node:assert/strict";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import { openRaw } from "../../../test/support/http-clients.ts";
import { type Exchange, send } from "../protocols/index.ts";
import { readBody } from "../protocols/read-body.ts";
import { createServer as createHttpServer } from "./create-server.ts";
import { HeadReader } from "./direct-head.ts";
import { resolveLimits } from "./limits.ts";
import type { HttpServer } from "./server-options.ts";

const HOST = "Host: a\r\n";
const post = (body: string, length: string | number = body.length, path = "/") =>
  `POST ${path} HTTP/1.1\r\n${HOST}Content-Length: ${length}\r\n\r\n${body}`;
const get = (path: string, headers = "") => `GET ${path} HTTP/1.1\r\n${HOST}${headers}\r\n`;
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await wait(2);
}

describe("heads of requests", () => {
  const reads = (text: string) => new HeadReader(resolveLimits({ maxHeaders: 5 })).read(text, 0);

  test("plain ones are read, the same header lines once", () => {
    const reader = new HeadReader(resolveLimits());
    const text =
      get("/a?b=c", "Accept:  text/plain \r\nX-Empty:\r\n") +
      get("/d", "Accept:  text/plain \r\nX-Empty:\r\n");
    assert.equal(reader.read(text, 0), true);
    const { headers } = reader;
    assert.deepEqual([reader.method, reader.target], ["GET", "/a?b=c"]);
    assert.deepEqual({ ...headers }, { host: "a", accept: "text/plain", "x-empty": "" });
    assert.equal(reader.read(text, reader.end), true);
    assert.equal(reader.target, "/d");
    assert.equal(reader.headers, headers);
    assert.equal(reader.end, text.length);
    assert.equal(reader.read(`HEAD / HTTP/1.1\r\n${HOST}\r\n`, 0), true);
    assert.equal(reader.method, "HEAD");
  });

  test("a body that has come whole is part of its request, another follows it", () => {
    const reader = new HeadReader(resolveLimits());
    const text = `${post("ab")}${post("c")}PUT /d HTTP/1.1\r\n${HOST}Content-Length: 0\r\n\r\nDELETE /e HTTP/1.1\r\n${HOST}\r\n${get("/f")}`;
    const seen = [];
    for (let at = 0; at < text.length; at = reader.end) {
      assert.equal(reader.read(text, at), true);
      const { method, target, body, end } = reader;
      seen.push([method, target, body === undefined ? undefined : text.slice(body, end)]);
    }
    assert.deepEqual(seen, [
      ["POST", "/", "ab"],
      ["POST", "/", "c"],
      ["PUT", "/d", undefined],
      ["DELETE", "/e", undefined],
      ["GET", "/f", undefined],
    ]);
  });

  test("header lines with a length are not those of a read, however often they come", () => {
    const reader = new HeadReader(resolveLimits());
    assert.equal(reader.read(post("ab"), 0), true);
    assert.equal(reader.read(post("ab").replace("POST", "GET"), 0), false);
    assert.equal(reader.read(post("ab").slice(0, -1), 0), false);
  });

  for (const [what, text] of Object.entries({
    "another method": `OPTIONS / HTTP/1.1\r\n${HOST}\r\n`,
    "half a method": "PO",
    "half a body": `${post("ab")}`.slice(0, -1),
    "no body yet": post("ab").slice(0, -2),
    "a length with a sign": post("ab", "+2"),
    "a length with a zero before it": post("ab", "02"),
    "a length that is none": post("ab", "2x"),
    "a length in hexadecimal": post("ab", "0x2"),
    "a list of lengths": post("ab", "2, 2"),
    "two lengths": post("ab", "2\r\nContent-Length: 2"),
    "a length beside a coding": post("ab", "2\r\nTransfer-Encoding: chunked"),
    "a huge length": post("ab", "9999999999"),
    "lower case": `get / HTTP/1.1\r\n${HOST}\r\n`,
    "another version": `GET / HTTP/1.0\r\n${HOST}\r\n`,
    "half a head": `GET / HTTP/1.1\r\n${HOST}`,
    "no host": "GET / HTTP/1.1\r\nAccept: a\r\n\r\n",
    "no headers": "GET / HTTP/1.1\r\n\r\n",
    "an absolute target": get("http://a/"),
    "a space in the target": get("/a b"),
    "bytes above ASCII in the target": get("/\u00e9"),
    "a version further on": `GET /a HTTP/1.0\r\nX: HTTP/1.1\r\n${HOST}\r\n`,
    "a body by length": get("/", "Content-Length: 0\r\n"),
    "a body in chunks": get("/", "Transfer-Encoding: chunked\r\n"),
    "an expectation": get("/", "Expect: 100-continue\r\n"),
    "an upgrade": get("/", "Upgrade: h2c\r\nConnection: Upgrade\r\n"),
    "the end of the connection": get("/", "Connection: close\r\n"),
    "options of the connection": get("/", "Connection: keep-alive, x\r\n"),
    "a repeated header": get("/", "Accept: a\r\naccept: b\r\n"),
    "two hosts": get("/", HOST),
    "a folded header": get("/", "X: a\r\n b\r\n"),
    "a space before the colon": get("/", "X : a\r\n"),
    "a bare line feed": get("/", "X: a\nY: b\r\n"),
    "a bare carriage return": get("/", "X: a\rY: b\r\n"),
    NUL: get("/", "X: a\0b\r\n"),
    "bytes above ASCII": get("/", "X: \u00e9\r\n"),
    "a header without a name": get("/", ": a\r\n"),
    "a line without a colon": get("/", "X\r\n"),
    "a name that objects have": get("/", "__proto__: a\r\n"),
    "too many headers": get("/", "A: 1\r\nB: 1\r\nC: 1\r\nD: 1\r\nE: 1\r\n"),
    "too long a target": get(`/${"a".repeat(8192)}`),
    "too many bytes": get("/", `X: ${"a".repeat(16_384)}\r\n`),
    "a blank line first": `\r\n${get("/")}`,
  })) {
    test(`left to Node's parser: ${what}`, () => assert.equal(reads(text), false));
  }

  test("what is read is what Node's parser reads", async () => {
    const seen: unknown[] = [];
    const node = createServer((request, response) => {
      let body = "";
      request.setEncoding("latin1").on("data", (text) => {
        body += text;
      });
      request.on("end", () => {
        seen.push([request.method, request.url, { ...request.headers }, body]);
        response.end();
      });
    });
    await new Promise<void>((resolve) => node.listen(0, "127.0.0.1", resolve));
    const { port } = node.address() as AddressInfo;
    const piece = fc.constantFrom(
      ...[
        "GET",
        "HEAD",
        "POST",
        " ",
        "/",
        "a",
        "?b=%20",
        "#",
        " HTTP/1.1",
        "\r\n",
        "\n",
        "\r",
        "\t",
        ":",
        ",",
      ],
      ...[
        "Host: a\r\n",
        "Accept: */*\r\n",
        "X-A:  b c \r\n",
        "x-a: d\r\n",
        "Content-Length: 1\r\n",
        "Content-Length: 12\r\n",
        "content-length: 3\r\n\r\n",
        "Transfer-Encoding: chunked\r\n",
        "\r\n\r\n",
        "\0",
        "\u00ff",
      ],
    );
    const start = fc.constantFrom(
      "GET /",
      "GET / HTTP/1.1\r\n",
      `HEAD /a HTTP/1.1\r\n${HOST}`,
      `GET /a?b HTTP/1.1\r\n${HOST}`,
      `POST /a HTTP/1.1\r\n${HOST}`,
      `PATCH /a HTTP/1.1\r\n${HOST}Content-Length: 5\r\n`,
      post("a\u00ffb"),
      "",
    );
    let plain = 0;
    let bodies = 0;
    const property = fc.asyncProperty(start, fc.array(piece, { maxLength: 8 }), async (first, rest) => {
      const text = `${first}${rest.join("")}`;
      const reader = new HeadReader(resolveLimits());
      if (!reader.read(text, 0)) return;
      plain++;
      seen.length = 0;
      await new Promise<void>((resolve, reject) => {
        const socket = connect(port, "127.0.0.1", () => socket.write(text.slice(0, reader.end), "latin1"));
        socket.once("data", () => socket.destroy()).once("close", () => resolve());
        socket.once("error", reject);
      });
      const { method, target, headers, body, end } = reader;
      if (body !== undefined) bodies++;
      assert.deepEqual(seen, [
        [method, target, { ...headers }, body === undefined ? "" : text.slice(body, end)],
      ]);
    });
    await fc.assert(property, { numRuns: 3000, seed: Number(process.env.SEED ?? 20261121) });
    assert.ok(plain > 100, `only ${plain} were plain`);
    assert.ok(bodies > 50, `only ${bodies} had a body`);
    await new Promise((resolve) => node.close(resolve));
  });
});

describe("connections of plain requests", () => {
  let server: HttpServer;
  let port: number;
  const exchanges: Exchange[] = [];
  const large = "x".repeat(8_000_000);
  before(async () => {
    server = createHttpServer({
      limits: { maxRequestsPerConnection: 4, keepAliveTimeoutMs: 60_000 },
      handler: (exchange) => {
        exchanges.push(exchange);
        const { path } = exchange;
        if (path === "/later") setTimeout(() => send(exchange, 200, [], "later"), 20);
        else if (path === "/large") send(exchange, 200, [], large);
        else if (path === "/text") send(exchange, 200, [], "h\u00e9 \u20ac");
        else if (path === "/pieces") {
          exchange.status = 200;
          exchange.response.writeHead(200, ["X-Pieces", "3"]);
          for (const text of ["a", "", "bc"]) exchange.response.write(text);
          exchange.response.end("d");
        } else if (path === "/body") {
          const answer = async () => {
            const body = await readBody(exchange, 8);
            send(exchange, 200, [], body.toString("utf8").toUpperCase());
          };
          answer().catch(() => send(exchange, 413, []));
        } else if (path !== "/never" && path !== "/held") send(exchange, 200, ["X-Path", path], path);
      },
    });
    ({ port } = await server.listen());
  });
  after(() => server.close());
  const bodies = (text: string) =>
    text
      .split("\r\n\r\n")
      .slice(1)
      .map((part) => part.replace(/HTTP\/1\.1 .*/s, ""));

  test("requests in one packet are answered in their order, those that wait too", async () => {
    const connection = openRaw(port, get("/a") + get("/later") + get("/b"));
    const seen = await connection.until(/\/b$/);
    assert.deepEqual(bodies(seen), ["/a", "later", "/b"]);
    connection.socket.destroy();
  });

  test("an answer has the length in bytes, its date and how long the connection lasts; HEAD no body", async () => {
    const connection = openRaw(port, get("/text"));
    const text = await connection.until(/\u00ac$/);
    assert.match(text, /^HTTP\/1\.1 200 OK\r\n/);
    assert.match(text, /Content-Length: 7\r\n/);
    assert.match(text, /Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r\n/);
    assert.match(text, /Connection: keep-alive\r\nKeep-Alive: timeout=60, max=4\r\n/);
    connection.socket.write(`HEAD /text HTTP/1.1\r\n${HOST}\r\n${get("/b")}`);
    const both = (await connection.until(/\/b$/)).slice(text.length);
    assert.match(
      both,
      /^HTTP\/1\.1 200 OK\r\n(?:(?!\r\n\r\n).)*Content-Length: 7\r\n(?:(?!\r\n\r\n).)*\r\n\r\nHTTP/s,
    );
    connection.socket.destroy();
  });

  test("after other requests, and behind plain ones, the connection goes on", async () => {
    const connection = openRaw(
      port,
      `${get("/a")}${get("/later")}OPTIONS /post HTTP/1.1\r\n${HOST}Content-Length: 2\r\n\r\n{}${get("/b")}`,
    );
    const seen = await connection.until(/\/b$/);
    assert.deepEqual(bodies(seen), ["/a", "later", "/post", "/b"]);
    connection.socket.destroy();
  });

  test("requests with bodies are served on the connection, one that comes in pieces too", async () => {
    const connection = openRaw(port, post("h\u00c3\u00a9", 3, "/body") + get("/a") + post("def", 3, "/body"));
    const first = await connection.until(/DEF$/);
    assert.deepEqual(bodies(first), ["H\u00c3\u0089", "/a", "DEF"]);
    connection.socket.write(post("ghi", 6, "/body"));
    await wait(10);
    connection.socket.write("jkl");
    await connection.until(/GHIJKL$/);
    connection.socket.destroy();
  });

  test("a body larger than is taken is refused, and the connection goes on behind it", async () => {
    const connection = openRaw(port, post("0123456789", 10, "/body") + get("/a"));
    const seen = await connection.until(/\/a$/);
    assert.match(seen, /^HTTP\/1\.1 413 /);
    connection.socket.destroy();
  });

  test("a head in pieces, and one that is refused, are answered", async () => {
    const connection = openRaw(port, get("/a"));
    await connection.until(/\/a$/);
    const [first = "", second = ""] = [get("/pieces").slice(0, 20), get("/pieces").slice(20)];
    connection.socket.write(first);
    await wait(10);
    connection.socket.write(second);
    await connection.until(/0\r\n\r\n$/);
    connection.socket.write("GET /b HTTP/1.1\r\n\r\n");
    assert.match(await connection.until(/Host header/), /400 Bad Request/);
    connection.socket.destroy();
  });

  test("an answer in pieces is sent in chunks", async () => {
    const connection = openRaw(port, get("/pieces") + get("/b"));
    const seen = await connection.until(/\/b$/);
    assert.match(seen, /Transfer-Encoding: chunked/);
    assert.match(seen, /\r\n\r\n1\r\na\r\n2\r\nbc\r\n1\r\nd\r\n0\r\n\r\nHTTP/);
    connection.socket.destroy();
  });

  test("a connection ends with the answer to the last request that it may carry", async () => {
    const connection = openRaw(port, get("/a").repeat(6));
    const seen = await connection.closed();
    assert.equal(seen.match(/HTTP\/1\.1 200/g)?.length, 4);
    assert.equal(seen.match(/Connection: close/g)?.length, 1);
  });

  test("a client that reads slowly gets everything, and the next request waits for it", async () => {
    exchanges.length = 0;
    const connection = openRaw(port, get("/large") + get("/b"));
    connection.socket.pause();
    await until(() => exchanges.length === 1);
    await wait(20);
    assert.equal(exchanges.length, 1);
    assert.equal(server.requestsInFlight, 1);
    connection.socket.resume();
    const seen = await connection.until(/\/b$/, 20_000);
    assert.ok(seen.length > large.length);
    await until(() => server.requestsInFlight === 0);
    connection.socket.destroy();
  });

  test("a client that goes away is noticed, before and within the answer", async () => {
    for (const path of ["/never", "/large"]) {
      exchanges.length = 0;
      const connection = openRaw(port, get(path));
      connection.socket.pause();
      await until(() => exchanges.length === 1);
      connection.socket.destroy();
      await until(() => server.requestsInFlight === 0);
      assert.equal(exchanges[0]?.gone, true, path);
      assert.equal(exchanges[0]?.signal.aborted, true, path);
    }
  });

  test("an answer that nobody takes, and a request that nobody answers, end with the connection", async () => {
    for (const path of ["/never", "/large"]) {
      const waiting = createHttpServer({
        limits: { idleTimeoutMs: 150 },
        handler: (exchange) => {
          if (exchange.path === "/large") send(exchange, 200, [], large);
        },
      });
      const { port: other } = await waiting.listen();
      const connection = openRaw(other, get(path));
      connection.socket.pause();
      await until(() => waiting.requestsInFlight === 1);
      await until(() => waiting.requestsInFlight === 0);
      connection.socket.destroy();
      await waiting.close();
    }
  });

  test("a flood of requests behind one that waits is not kept in memory", async () => {
    exchanges.length = 0;
    const connection = openRaw(port, get("/held"));
    await until(() => exchanges.length === 1);
    const [held] = exchanges;
    const flood = get("/a").repeat(20_000);
    for (let count = 0; count < 20; count++) connection.socket.write(flood);
    await wait(50);
    assert.ok(connection.socket.writableLength > 0, "the server took everything");
    assert.equal(exchanges.length, 1);
    assert.ok(held);
    send(held, 200, [], "held");
    await connection.until(/held/);
    connection.socket.destroy();
    await until(() => server.requestsInFlight === 0);
  });

  test("a header that would break the answer is refused, and nothing of it is sent", async () => {
    const strange = createHttpServer({
      handler: (exchange) => {
        try {
          send(exchange, 200, ["X-A", "a\r\nSet-Cookie: b"]);
        } catch {
          send(exchange, 500, []);
        }
      },
    });
    const { port: other } = await strange.listen();
    const connection = openRaw(other, get("/a"));
    const seen = await connection.until(/\r\n\r\n/);
    assert.match(seen, /^HTTP\/1\.1 500 /);
    assert.doesNotMatch(seen, /Set-Cookie/);
    connection.socket.destroy();
    await strange.close();
  });
});
