import assert from "node:assert/strict";
import { type ClientHttp2Session, connect, constants } from "node:http2";
import { describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import * as grpc from "@grpc/grpc-js";
import { ECHO, type EchoServer, openEcho, textBytes } from "../../../../test/support/echo-service.ts";
import { openRaw } from "../../../../test/support/http-clients.ts";
import { FRAME, frame, PREFACE } from "../../../../test/support/http2-frames.ts";
import { writeFrame } from "../../../wire/grpc/index.ts";
import type { ServerLimits } from "../limits.ts";

const { serialize, deserialize } = textBytes;

async function withEcho(
  limits: Partial<ServerLimits>,
  run: (echo: EchoServer) => Promise<void>,
  isEndless = false,
): Promise<void> {
  const echo = await openEcho(
    {
      Say: async (text, { signal }) => {
        if (text === "slow") await wait(300);
        if (text === "wait") await new Promise((resolve) => signal.addEventListener("abort", resolve));
        return text;
      },
      async *Count(_, { signal }) {
        yield "first";
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
      },
    },
    { limits, isEndless },
  );
  try {
    await run(echo);
  } finally {
    await echo.close();
  }
}

/** Opens a stream and waits for its first message. */
async function openStream(session: ClientHttp2Session) {
  const stream = session.request({
    ":method": "POST",
    ":path": `${ECHO}/Count`,
    "content-type": "application/grpc",
  });
  stream.on("error", () => {});
  stream.end(writeFrame(0, serialize("1")));
  await new Promise((resolve) => stream.once("data", resolve));
  stream.resume();
  return stream;
}

function client(echo: EchoServer, options: object = {}): grpc.Client {
  return new grpc.Client(`127.0.0.1:${echo.port}`, grpc.credentials.createInsecure(), options);
}

function say(caller: grpc.Client, text: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    caller.makeUnaryRequest(`${ECHO}/Say`, serialize, deserialize, text, (error, value) =>
      error === null ? resolve(value) : reject(error),
    );
  });
}

describe("a connection with RPCs under way", () => {
  test("is pinged when it is silent, and goes on when the ping is answered", async () => {
    await withEcho({ idleTimeoutMs: 100, pingTimeoutMs: 500 }, async (echo) => {
      const session = connect(echo.url);
      let pings = 0;
      session.on("ping", () => pings++);
      const stream = await openStream(session);
      await wait(600);
      assert.ok(pings >= 2, `${pings} pings`);
      assert.equal(stream.closed, false);
      session.destroy();
    });
  });

  test("is cut off when nobody answers the ping, and its calls are cancelled", async () => {
    await withEcho({ idleTimeoutMs: 300, pingTimeoutMs: 300 }, async (echo) => {
      // A peer that says its preface and one request, and then reads and writes nothing.
      const block = Buffer.concat([
        Buffer.from([0x83, 0x86, 0x04]),
        lengthened(`${ECHO}/Count`),
        Buffer.from([0x01]),
        lengthened("a"),
        Buffer.from([0x0f, 0x10]),
        lengthened("application/grpc"),
      ]);
      const message = Buffer.from(writeFrame(0, serialize("1")));
      const raw = openRaw(
        echo.port,
        Buffer.concat([PREFACE, frame(FRAME.headers, 4, 1, block), frame(0, 1, 1, message)]).toString(
          "latin1",
        ),
      );
      for (let tries = 0; echo.server.requestsInFlight === 0; tries++) {
        assert.ok(tries < 2000, "the call did not come");
        await wait(2);
      }
      await raw.closed();
      assert.equal(echo.server.requestsInFlight, 0);
    });
  });

  test("ends with too_many_pings when its client pings without need", async () => {
    await withEcho({ minPingIntervalMs: 60_000 }, async (echo) => {
      const session = connect(echo.url);
      session.on("error", () => {});
      const goaway = new Promise<[number, string]>((resolve) => {
        session.on("goaway", (code, _last, data) => resolve([code, Buffer.from(data ?? []).toString()]));
      });
      await openStream(session);
      let pings = 0;
      const timer = setInterval(() => {
        if (session.destroyed) return;
        pings++;
        session.ping(() => {});
      }, 20);
      const [code, text] = await goaway;
      clearInterval(timer);
      assert.equal(code, constants.NGHTTP2_ENHANCE_YOUR_CALM);
      assert.equal(text, "too_many_pings");
      assert.ok(pings >= 4, `${pings} pings`);
      session.destroy();
    });
  });

  test("may be pinged as often as answers are sent", async () => {
    await withEcho({ minPingIntervalMs: 60_000 }, async (echo) => {
      const session = connect(echo.url);
      for (let at = 0; at < 8; at++) {
        const stream = await openStream(session);
        stream.close(constants.NGHTTP2_CANCEL);
        await new Promise((resolve) => session.ping(resolve));
      }
      assert.equal(session.closed, false);
      session.destroy();
    });
  });

  test("grpc-js keeps a call alive with pings of its own that are not too many", async () => {
    await withEcho({ minPingIntervalMs: 50 }, async (echo) => {
      const caller = client(echo, { "grpc.keepalive_time_ms": 100, "grpc.keepalive_timeout_ms": 1000 });
      const stream = caller.makeServerStreamRequest(`${ECHO}/Count`, serialize, deserialize, "");
      let status: number | undefined;
      stream
        .on("data", () => {})
        .on("error", (error: grpc.ServiceError) => {
          status = error.code;
        });
      await wait(700);
      assert.equal(status, undefined);
      stream.cancel();
      caller.close();
    });
  });
});

describe("a connection that has become old", () => {
  test("takes no more streams, and those under way are finished", async () => {
    await withEcho({ maxConnectionAgeMs: 150 }, async (echo) => {
      const session = connect(echo.url);
      const isClosed = new Promise((resolve) => session.once("close", resolve));
      const codes: number[] = [];
      session.on("goaway", (code) => codes.push(code));
      const stream = await openStream(session);
      await wait(300);
      assert.ok(codes.length > 0 && codes.every((code) => code === 0));
      assert.equal(stream.closed, false);
      stream.close(constants.NGHTTP2_CANCEL);
      await isClosed;
    });
  });

  test("is cut off after its grace", async () => {
    await withEcho({ maxConnectionAgeMs: 50, maxConnectionAgeGraceMs: 100 }, async (echo) => {
      const session = connect(echo.url);
      session.on("error", () => {});
      const stream = await openStream(session);
      await new Promise((resolve) => stream.once("close", resolve));
      assert.equal(session.destroyed || session.closed, true);
    });
  });

  test("grpc-js loses no call when its connections are retired under it", async () => {
    await withEcho({ maxConnectionAgeMs: 60 }, async (echo) => {
      const caller = client(echo);
      const until = Date.now() + 1000;
      let calls = 0;
      while (Date.now() < until) {
        assert.equal(await say(caller, String(calls)), String(calls));
        calls++;
      }
      assert.ok(calls > 3, `${calls} calls`);
      caller.close();
    });
  });
});

describe("closing a server with RPCs under way", () => {
  test("finishes the calls, and ends streams without end with UNAVAILABLE", async () => {
    await withEcho(
      {},
      async (echo) => {
        const caller = client(echo);
        const slow = say(caller, "slow");
        const stream = caller.makeServerStreamRequest(`${ECHO}/Count`, serialize, deserialize, "");
        const ended = new Promise<grpc.ServiceError>((resolve) => stream.on("error", resolve));
        await new Promise((resolve) => stream.once("data", resolve));
        stream.resume();
        const startedAt = performance.now();
        await echo.server.close({ deadlineMs: 5000 });
        assert.ok(performance.now() - startedAt < 3000, "the stream was waited for");
        assert.equal(await slow, "slow");
        assert.equal((await ended).code, grpc.status.UNAVAILABLE);
        caller.close();
      },
      true,
    );
  });
});

function lengthened(text: string): Buffer {
  return Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]);
}
