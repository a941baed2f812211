import assert from "node:assert/strict";
import { Agent, get } from "node:http";
import { connect as connectHttp2, constants } from "node:http2";
import { after, before, describe, test } from "node:test";
import { http1, http2, openRaw } from "../../../test/support/http-clients.ts";
import { FRAME, frame, PREFACE, postHeaders } from "../../../test/support/http2-frames.ts";
import { openLibrary, type TestLibrary } from "../../../test/support/library.ts";
import { until } from "../../../test/support/until.ts";
import { resolveLimits } from "./limits.ts";

const HOST = "Host: a\r\n";
const JSON_TYPE = { "content-type": "application/json" };
const MEASURE = `POST /v1/measure HTTP/1.1\r\n${HOST}Content-Type: application/json\r\n`;

test("limits that do not exist or are no number are refused at start", () => {
  assert.throws(
    () => resolveLimits({ maxHeaders: 0, maxUrl: 5 } as object),
    /limits\.maxHeaders[\s\S]*limits\.maxUrl/,
  );
  assert.equal(resolveLimits({ maxHeaders: 5 }).maxHeaders, 5);
  assert.ok(resolveLimits().maxUrlBytes >= 8000);
});

describe("sizes", () => {
  let library: TestLibrary;
  before(async () => {
    library = await openLibrary();
  });
  after(() => library.close());

  for (const [version, send] of [
    ["HTTP/1.1", http1],
    ["HTTP/2", http2],
  ] as const) {
    test(`${version}: a long target is 414, up to the limit it is served`, async () => {
      const path = (length: number) => `/v1/books?q=${"a".repeat(length - 12)}`;
      const long = await send(library.url + path(8193));
      assert.equal(long.status, 414);
      assert.equal(long.json().code, "uri_too_long");
      assert.notEqual((await send(library.url + path(8192))).status, 414);
    });

    test(`${version}: too many headers are 431, none is dropped in silence`, async () => {
      const headers = (count: number) =>
        Object.fromEntries(Array.from({ length: count }, (_, at) => [`x-${at}`, "y"]));
      assert.equal((await send(`${library.url}/v1/books`, { headers: headers(120) })).status, 431);
      assert.equal((await send(`${library.url}/v1/books`, { headers: headers(90) })).status, 200);
    });

    test(`${version}: large headers are 431`, async () => {
      const answer = await send(`${library.url}/v1/books`, { headers: { "x-large": "y".repeat(17_000) } });
      assert.equal(answer.status, 431);
      assert.equal(answer.json().code, "headers_too_large");
    });
  }

  test("far beyond the limits the parser gives up, and says why", async () => {
    const url = openRaw(library.port, `GET /v1/books?q=${"a".repeat(60_000)} HTTP/1.1\r\n${HOST}\r\n`);
    assert.match(await url.closed(), /^HTTP\/1\.1 414 /);
    const header = openRaw(
      library.port,
      `GET /v1/books HTTP/1.1\r\n${HOST}X-A: ${"a".repeat(60_000)}\r\n\r\n`,
    );
    assert.match(await header.closed(), /^HTTP\/1\.1 431 /);
  });

  test("a body beyond the limit is refused by its length, unread", async () => {
    const connection = openRaw(library.port, `${MEASURE}Content-Length: 1000000000\r\n\r\n{"note":"`);
    const seen = await connection.closed();
    assert.match(seen, /^HTTP\/1\.1 413 /);
    assert.match(seen, /connection: close/i);
  });

  test("a body that goes on and on is cut off, and the client can read why", async () => {
    const connection = openRaw(library.port, `${MEASURE}Transfer-Encoding: chunked\r\n\r\n`);
    const chunk = `1000\r\n${"x".repeat(0x1000)}\r\n`;
    let sent = 0;
    const pump = setInterval(() => {
      connection.socket.write(chunk);
      sent += chunk.length;
    }, 1);
    const seen = await connection.closed();
    clearInterval(pump);
    assert.match(seen, /^HTTP\/1\.1 413 [\s\S]*payload_too_large/);
    assert.ok(sent < 10_000_000);
  });

  test("HTTP/2: a body that goes on is called off without an error", async () => {
    const session = connectHttp2(library.url);
    const stream = session.request({ ":method": "POST", ":path": "/v1/measure", ...JSON_TYPE });
    const status = new Promise<number>((resolve) => {
      stream.on("response", (headers) => resolve(Number(headers[constants.HTTP2_HEADER_STATUS])));
    });
    stream.on("error", () => {});
    stream.resume();
    const pump = setInterval(() => stream.writable && stream.write(Buffer.alloc(4096)), 1);
    assert.equal(await status, 413);
    await new Promise((resolve) => stream.once("close", resolve));
    clearInterval(pump);
    assert.ok(
      [constants.NGHTTP2_NO_ERROR, constants.NGHTTP2_CANCEL].includes(stream.rstCode),
      String(stream.rstCode),
    );
    const other = session.request({ ":path": "/livez" });
    assert.equal(
      await new Promise((resolve) => other.on("response", (headers) => resolve(headers[":status"]))),
      200,
    );
    session.destroy();
  });

  test("Expect: 100-continue is answered before the body, or refused without it", async () => {
    const good = openRaw(
      library.port,
      `${MEASURE}Expect: 100-continue\r\nContent-Length: 12\r\nConnection: close\r\n\r\n`,
    );
    await good.until(/^HTTP\/1\.1 100 Continue\r\n\r\n/);
    good.socket.write('{"note":"x"}');
    assert.match(await good.closed(), /HTTP\/1\.1 200 OK[\s\S]*\{"length":1\}$/);
    const large = openRaw(library.port, `${MEASURE}Expect: 100-continue\r\nContent-Length: 100000\r\n\r\n`);
    assert.match(await large.closed(), /^HTTP\/1\.1 413 /);
    const other = openRaw(library.port, `${MEASURE}Expect: 200-ok\r\nContent-Length: 2\r\n\r\n`);
    assert.match(await other.until(/"expectation_failed"/), /^HTTP\/1\.1 417 /);
    other.socket.destroy();
  });

  test("pipelined requests are answered in their order", async () => {
    const delays = [60, 30, 0];
    const ordered = await openLibrary({
      execute: async ({ input }) => {
        const at = Number((input as { times: number }).times);
        await new Promise((resolve) => setTimeout(resolve, delays[at]));
        return { ok: true, kind: "ok", value: { text: `answer ${at}` }, replayed: false };
      },
    });
    const requests = delays
      .map((_, at) => `GET /v1/greet?name=a&times=${at} HTTP/1.1\r\n${HOST}\r\n`)
      .join("");
    const connection = openRaw(ordered.port, requests);
    const seen = await connection.until(/answer 2/);
    assert.deepEqual(seen.match(/answer \d/g), ["answer 0", "answer 1", "answer 2"]);
    connection.socket.destroy();
    await ordered.close();
  });
});

describe("times", () => {
  let library: TestLibrary;
  before(async () => {
    library = await openLibrary({
      server: {
        limits: {
          headersTimeoutMs: 800,
          bodyTimeoutMs: 800,
          keepAliveTimeoutMs: 800,
          maxRequestsPerConnection: 3,
        },
      },
    });
  });
  after(() => library.close());

  test("half a request head is 408", async () => {
    assert.match(
      await openRaw(library.port, `GET /v1/books HTTP/1.1\r\n${HOST}`).closed(),
      /^HTTP\/1\.1 408 /,
    );
  });

  test("headers that drip in are 408: each byte does not win time", async () => {
    const connection = openRaw(library.port, `GET /v1/books HTTP/1.1\r\n${HOST}`);
    const drip = setInterval(() => connection.socket.writable && connection.socket.write("X-A: b\r\n"), 50);
    assert.match(await connection.closed(), /^HTTP\/1\.1 408 /);
    clearInterval(drip);
  });

  test("half a body is 408, with a problem", async () => {
    const connection = openRaw(library.port, `${MEASURE}Content-Length: 50\r\n\r\n{"note":`);
    const seen = await connection.closed();
    assert.match(seen, /^HTTP\/1\.1 408 [\s\S]*"code":"request_timeout"/);
    assert.equal(library.calls.length, 0);
  });

  test("HTTP/2: half a body is 408", async () => {
    const session = connectHttp2(library.url);
    const stream = session.request(
      { ":method": "POST", ":path": "/v1/measure", ...JSON_TYPE },
      { endStream: false },
    );
    stream.write('{"note":');
    stream.on("error", () => {});
    assert.equal(
      await new Promise((resolve) => stream.on("response", (headers) => resolve(headers[":status"]))),
      408,
    );
    session.destroy();
  });

  test("a connection that says nothing, or half of HTTP/2's preface, is closed", async () => {
    assert.equal(await openRaw(library.port).closed(), "");
    assert.match(await openRaw(library.port, "PR").closed(), /^HTTP\/1\.1 408 /);
    await openRaw(library.port, "PRI * HT").closed();
    const preface = openRaw(library.port, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    await preface.closed();
  });

  test("a connection that rests is closed, after some requests too", async () => {
    const request = `GET /livez HTTP/1.1\r\n${HOST}\r\n`;
    const resting = openRaw(library.port, request);
    const seen = await resting.closed();
    assert.match(seen, /^HTTP\/1\.1 200 /);
    const busy = openRaw(library.port, request.repeat(4));
    const all = await busy.closed();
    assert.deepEqual(all.match(/HTTP\/1\.1 \d+/g)?.slice(0, 3), Array(3).fill("HTTP/1.1 200"));
    assert.match(all, /connection: close/i);
  });

  test("HTTP/2: a session that rests is closed", async () => {
    const session = connectHttp2(library.url);
    const stream = session.request({ ":path": "/livez" });
    stream.resume();
    await new Promise((resolve) => session.once("close", resolve));
  });
});

describe("connections", () => {
  test("beyond the largest number connections are closed at once", async () => {
    const library = await openLibrary({ server: { limits: { maxConnections: 2 } } });
    const agent = new Agent({ keepAlive: true });
    const ask = () =>
      new Promise<number | undefined>((resolve, reject) => {
        get(`${library.url}/livez`, { agent }, (response) => {
          response.resume();
          resolve(response.statusCode);
        }).on("error", reject);
      });
    assert.deepEqual(await Promise.all([ask(), ask()]), [200, 200]);
    await assert.rejects(http1(`${library.url}/livez`));
    agent.destroy();
    await until("there is room again", () =>
      http1(`${library.url}/livez`).then(
        ({ status }) => status === 200,
        () => false,
      ),
    );
    await library.close();
  });

  test("HTTP/2: streams beyond the largest number wait, and opening and resetting without end loses the connection", async () => {
    const library = await openLibrary({ server: { limits: { maxStreamsPerConnection: 10 } } });
    const session = connectHttp2(library.url);
    await new Promise((resolve) => session.once("remoteSettings", resolve));
    assert.equal(session.remoteSettings.maxConcurrentStreams, 10);
    assert.equal(session.remoteSettings.enablePush, false);
    session.on("error", () => {});
    const closed = new Promise((resolve) => session.once("close", resolve));
    const attack = setInterval(() => {
      for (let at = 0; at < 100 && !session.closed; at++) {
        const stream = session.request({ ":path": "/v1/books" });
        stream.on("error", () => {});
        stream.close(constants.NGHTTP2_CANCEL);
      }
    }, 5);
    await closed;
    clearInterval(attack);
    assert.equal((await http2(`${library.url}/livez`)).status, 200, "others are served");
    await library.close();
  });
});

describe("callers who go away", () => {
  test("during the body: nothing is called, however complete it looks", async () => {
    const library = await openLibrary();
    const begun = '{"note":"complete as it looks"}';
    const plain = openRaw(library.port, `${MEASURE}Content-Length: 50\r\n\r\n${begun}`);
    const chunked = openRaw(library.port, `${MEASURE}Transfer-Encoding: chunked\r\n\r\n1f\r\n${begun}\r\n`);
    const request = [PREFACE, postHeaders(1, "/v1/measure"), frame(FRAME.data, 0, 1, Buffer.from(begun))];
    const reset = openRaw(library.port);
    reset.socket.write(Buffer.concat(request));
    const dropped = openRaw(library.port);
    dropped.socket.write(Buffer.concat(request));
    await until("all four have begun", () => library.server.requestsInFlight === 4);
    reset.socket.write(frame(FRAME.rstStream, 0, 1, Buffer.from([0, 0, 0, constants.NGHTTP2_CANCEL])));
    for (const { socket } of [plain, chunked, dropped]) socket.destroy();
    await until("all four are gone", () => library.server.requestsInFlight === 0);
    assert.equal(library.calls.length, 0);
    reset.socket.destroy();
    await library.close();
  });

  test("with several requests in the pipe: all of them are cancelled", async () => {
    let aborted = 0;
    const library = await openLibrary({
      execute: ({ signal }) =>
        new Promise(() => {
          signal?.addEventListener("abort", () => aborted++);
        }),
    });
    // Those with TE are read by Node's parser, which begins the next before the one is answered.
    const request = `POST /v1/tidy-up HTTP/1.1\r\n${HOST}TE: trailers\r\n\r\n`;
    const connection = openRaw(library.port, request.repeat(3));
    await until("all three are under way", () => library.calls.length === 3);
    assert.equal(library.server.requestsInFlight, 3);
    connection.socket.destroy();
    await until("all three are gone", () => library.server.requestsInFlight === 0 && aborted === 3);
    await library.close();
  });

  test("while the handler runs: its signal is aborted, on both versions", async () => {
    let aborted = 0;
    let started: () => void = () => {};
    const library = await openLibrary({
      execute: ({ signal }) =>
        new Promise((resolve) => {
          started();
          signal?.addEventListener("abort", () => {
            aborted++;
            resolve({ ok: true, kind: "none", value: undefined, replayed: false });
          });
        }),
    });
    const begun = () => new Promise<void>((resolve) => (started = resolve));
    let running = begun();
    const connection = openRaw(library.port, `POST /v1/tidy-up HTTP/1.1\r\n${HOST}\r\n`);
    await running;
    connection.socket.destroy();
    running = begun();
    const session = connectHttp2(library.url);
    const stream = session.request({ ":method": "POST", ":path": "/v1/tidy-up" }, { endStream: true });
    stream.on("error", () => {});
    await running;
    stream.close(constants.NGHTTP2_CANCEL);
    await until("both are aborted", () => aborted === 2);
    await until("both are counted", async () =>
      /concordat_requests_total\{operation="tidyUp",status="499"\} 2/.test(
        await library.server.metrics.text(),
      ),
    );
    session.destroy();
    await library.close();
  });
});
