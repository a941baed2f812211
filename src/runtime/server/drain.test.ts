import assert from "node:assert/strict";
import { Agent, request } from "node:http";
import { type ClientHttp2Session, connect as connectHttp2, constants } from "node:http2";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { http1, openRaw } from "../../../test/support/http-clients.ts";
import { openLibrary } from "../../../test/support/library.ts";
import { until } from "../../../test/support/until.ts";
import type { Outcome } from "../engine/index.ts";

const DONE: Outcome = { ok: true, kind: "none", value: undefined, replayed: false };
const HOST = "Host: a\r\n";

describe("draining", () => {
  test("readiness goes down first; requests under way are finished; then the port is free", async () => {
    let finish: (outcome: Outcome) => void = () => {};
    const library = await openLibrary({ execute: () => new Promise((resolve) => (finish = resolve)) });
    const running = http1(`${library.url}/v1/tidy-up`, { method: "POST" });
    await until("the call is under way", () => library.calls.length > 0);
    let isClosed = false;
    const closing = library.server
      .close({ noticeMs: 2000, deadlineMs: 60_000 })
      .then(() => (isClosed = true));
    const ready = await http1(`${library.url}/readyz`);
    assert.equal(ready.status, 503);
    assert.deepEqual(ready.json(), { status: "draining" });
    assert.equal((await http1(`${library.url}/livez`)).status, 200);
    await until("new connections are refused", () =>
      http1(`${library.url}/livez`).then(
        () => false,
        () => true,
      ),
    );
    await assert.rejects(http1(`${library.url}/livez`), /ECONNREFUSED/);
    assert.equal(isClosed, false);
    finish(DONE);
    assert.equal((await running).status, 204);
    await closing;
  });

  test("connections that have said nothing are not waited for; one that begins to is served", async () => {
    const library = await openLibrary();
    const silent = openRaw(library.port, "");
    await until("it is connected", () => library.server.connections === 1);
    const startedAt = performance.now();
    const closing = library.server.close({ noticeMs: 500, deadlineMs: 60_000 });
    const late = openRaw(library.port, `GET /livez HTTP/1.1\r\n${HOST}\r\n`);
    assert.match(await late.closed(), /^HTTP\/1\.1 200 /);
    await closing;
    await silent.closed();
    // Far below the time that a connection has for its first request.
    assert.ok(performance.now() - startedAt < 5000);
  });

  test("what does not end by the deadline is cut off", async () => {
    const library = await openLibrary({ execute: () => new Promise(() => {}) });
    const running = http1(`${library.url}/v1/tidy-up`, { method: "POST" });
    const cut = assert.rejects(running);
    await until("the call is under way", () => library.calls.length > 0);
    const half = openRaw(library.port, `POST /v1/measure HTTP/1.1\r\n${HOST}Content-Length: 5\r\n\r\n{`);
    await library.server.close({ deadlineMs: 300 });
    await cut;
    await half.closed();
    await until("the call is aborted", () => library.calls[0]?.signal?.aborted === true);
  });

  test("kept connections are told to close with their next answer, resting ones are closed", async () => {
    const library = await openLibrary();
    const first = `GET /livez HTTP/1.1\r\n${HOST}\r\n`;
    const kept = openRaw(library.port, first);
    const resting = openRaw(library.port, first);
    await Promise.all([kept.until(/"ok"/), resting.until(/"ok"/)]);
    const closing = library.server.close({ noticeMs: 2000 });
    kept.socket.write(first);
    assert.match(await kept.closed(), /Connection: close/);
    await closing;
    assert.equal((await resting.closed()).match(/^HTTP/gm)?.length, 1);
  });

  test("HTTP/2 sessions get GOAWAY and finish their streams", async () => {
    let finish: (outcome: Outcome) => void = () => {};
    const library = await openLibrary({ execute: () => new Promise((resolve) => (finish = resolve)) });
    const session = connectHttp2(library.url);
    const stream = session.request({ ":method": "POST", ":path": "/v1/tidy-up" }, { endStream: true });
    const status = new Promise((resolve) => stream.on("response", (headers) => resolve(headers[":status"])));
    await until("the call is under way", () => library.calls.length > 0);
    const goaway = new Promise((resolve) => session.once("goaway", (code) => resolve(code)));
    const closing = library.server.close();
    assert.equal(await goaway, 0);
    finish(DONE);
    assert.equal(await status, 204);
    stream.resume();
    await closing;
  });

  test("closing twice waits for the same end", async () => {
    const library = await openLibrary();
    const first = library.server.close({ noticeMs: 50 });
    assert.equal(library.server.close(), first);
    await first;
    await assert.rejects(http1(`${library.url}/livez`));
  });

  test("under load no request is lost, where the clients heed readiness as a load balancer does", async () => {
    let done = 0;
    const library = await openLibrary({
      execute: async () => {
        await sleep(Math.random() * 20);
        done++;
        return DONE;
      },
    });
    let answered = 0;
    let isReady = true;
    const lost: string[] = [];
    const count = (result: unknown) => {
      if (result === 204) answered++;
      else if (result !== NOT_SENT) lost.push(String(result));
    };
    const balancer = async () => {
      while (isReady) {
        isReady = (await http1(`${library.url}/readyz`)).status === 200;
        await sleep(20);
      }
    };
    const plainClient = async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      while (isReady) count(await send(library.port, agent));
      agent.destroy();
    };
    const http2Client = async () => {
      const session = connectHttp2(library.url);
      session.on("error", (error) => lost.push(error.message));
      const sendAll = async () => {
        while (isReady && !session.closed) count(await sendStream(session));
      };
      await Promise.all([sendAll(), sendAll()]);
    };
    const clients = [
      balancer(),
      ...Array.from({ length: 12 }, plainClient),
      ...Array.from({ length: 3 }, http2Client),
    ];
    await until("there is load", () => done > 100);
    await library.server.close({ noticeMs: 2000, deadlineMs: 60_000 });
    await Promise.all(clients);
    assert.deepEqual(lost, []);
    assert.equal(answered, done);
  });
});

/** Refused after GOAWAY: nothing was done, and it may be sent elsewhere (RFC 9113 section 8.7). */
const NOT_SENT = "not sent";

function send(port: number, agent: Agent): Promise<number | string> {
  return new Promise((resolve) => {
    const sent = request({ port, method: "POST", path: "/v1/tidy-up", agent }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode ?? 0));
      response.on("error", (error) => resolve(error.message));
    });
    sent.on("error", (error) => resolve(error.message));
    sent.end();
  });
}

function sendStream(session: ClientHttp2Session): Promise<unknown> {
  return new Promise((resolve) => {
    const stream = session.request({ ":method": "POST", ":path": "/v1/tidy-up" }, { endStream: true });
    let status: unknown;
    stream.on("response", (headers) => {
      status = headers[":status"];
    });
    stream.on("end", () => resolve(status));
    stream.on("error", (error) => {
      resolve(stream.rstCode === constants.NGHTTP2_REFUSED_STREAM ? NOT_SENT : error.message);
    });
    stream.resume();
  });
}
