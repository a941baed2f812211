import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { generate } from "selfsigned";
import { ECHO, type EchoServer, openEcho, textBytes } from "../../support/echo-service.ts";
import { openRaw } from "../../support/http-clients.ts";
import { BOOK, type TestLibrary } from "../../support/library.ts";
import { until } from "../../support/until.ts";
import { BOOK_PATH, GET, get, hold, MEASURE, measure, NOTE, post } from "./cases.ts";
import {
  data,
  END_HEADERS,
  frame,
  goaway,
  headers,
  longHeaders,
  MAGIC,
  PADDED,
  padded,
  requestFields,
  rst,
  SETTING,
  settings,
  TYPE,
  windowUpdate,
} from "./frames.ts";
import { fieldOf, Peer } from "./peer.ts";
import { openService } from "./service.ts";

const WINDOW = 65_535;
/** A greeting of more than 300,000 bytes. */
const LONG = headers(1, requestFields("GET", "/v1/greet?name=abcdefgh&times=20000"));

let library: TestLibrary;
before(async () => {
  library = await openService();
});
after(() => library.close());

async function withPeer(run: (peer: Peer) => Promise<void>, options = {}): Promise<void> {
  const peer = await Peer.open(library.port, options);
  try {
    await run(peer);
  } finally {
    peer.close();
  }
}

/** Waits for so many bytes of an answer, and looks that no more come. */
async function receives(peer: Peer, stream: number, bytes: number): Promise<void> {
  const length = () => peer.answer(stream).body.length;
  await peer.until(`${bytes} bytes on stream ${stream}`, () => length() >= bytes);
  await peer.settle();
  assert.equal(length(), bytes);
}

function credit(peer: Peer, stream: number): number {
  return peer.frames
    .filter((one) => one.type === TYPE.windowUpdate && one.stream === stream)
    .reduce((sum, { payload }) => sum + payload.readUInt32BE(0), 0);
}

describe("windows of an answer", () => {
  test("it stops where the stream's window ends, grows and shrinks with it, and goes below nothing", () =>
    withPeer(async (peer) => {
      peer.send(windowUpdate(0, 1_000_000), LONG);
      await receives(peer, 1, WINDOW);
      peer.send(settings([SETTING.initialWindowSize, WINDOW + 10_000]));
      await receives(peer, 1, WINDOW + 10_000);
      peer.send(settings([SETTING.initialWindowSize, 0]), windowUpdate(1, WINDOW + 10_000));
      await receives(peer, 1, WINDOW + 10_000);
      peer.send(windowUpdate(1, 1));
      await receives(peer, 1, WINDOW + 10_001);
      peer.send(windowUpdate(1, 1_000_000));
      const { fields, body } = await peer.answered(1);
      assert.equal(String(body.length), fieldOf(fields, "content-length") ?? String(body.length));
      assert.equal(JSON.parse(body.toString()).text.length, 20_000 * 16 - 2);
    }));

  test("two answers share the connection's window", () =>
    withPeer(async (peer) => {
      peer.send(settings([SETTING.initialWindowSize, 500_000]), LONG);
      peer.send(headers(3, requestFields("GET", "/v1/greet?name=abcdefgh&times=20000")));
      const length = () => peer.answer(1).body.length + peer.answer(3).body.length;
      await peer.until("a full window", () => length() >= WINDOW);
      await peer.settle();
      assert.equal(length(), WINDOW);
      peer.send(windowUpdate(0, 1_000_000));
      const [one, three] = [await peer.answered(1), await peer.answered(3)];
      assert.deepEqual(one.body, three.body);
    }));

  test("frames keep to MAX_FRAME_SIZE, also where it changes in the middle", () =>
    withPeer(async (peer) => {
      peer.send(windowUpdate(0, 1_000_000), LONG);
      await receives(peer, 1, WINDOW);
      const sizes = (from: number) =>
        peer.frames.slice(from).flatMap(({ type, payload }) => (type === TYPE.data ? [payload.length] : []));
      assert.ok(Math.max(...sizes(0)) <= 16_384);
      peer.send(settings([SETTING.maxFrameSize, 40_000]), windowUpdate(1, 100_000));
      await receives(peer, 1, WINDOW + 100_000);
      assert.ok(Math.max(...sizes(0)) <= 40_000);
      peer.send(settings([SETTING.maxFrameSize, 16_384]));
      await peer.settle();
      const before = peer.frames.length;
      peer.send(windowUpdate(1, 1_000_000));
      await peer.answered(1);
      assert.ok(Math.max(...sizes(before)) <= 16_384);
    }));

  test("an answer as long as the window ends without more of it, and one without content needs none", () =>
    withPeer(async (peer) => {
      peer.send(get());
      const { length } = (await peer.answered(1)).body;
      peer.send(settings([SETTING.initialWindowSize, length]), get(3));
      await peer.answered(3);
      peer.send(settings([SETTING.initialWindowSize, 0]), headers(5, requestFields("HEAD", BOOK_PATH)));
      assert.equal((await peer.answered(5)).status, 200);
    }));

  test("a reset gives back what the stream would have sent", () =>
    withPeer(async (peer) => {
      peer.send(LONG);
      await receives(peer, 1, WINDOW);
      peer.send(rst(1), windowUpdate(0, 1000), get(3));
      assert.equal((await peer.answered(3)).status, 200);
    }));

  test("a window of the stream opened before the answer is there counts", () =>
    withPeer(async (peer) => {
      peer.send(
        settings([SETTING.initialWindowSize, 0]),
        hold(),
        windowUpdate(1, 7),
        get(3),
        windowUpdate(3, 7),
      );
      await receives(peer, 3, 7);
    }));
});

describe("windows of a request", () => {
  test("padding counts, and is given back while the stream lasts", () =>
    withPeer(async (peer) => {
      const window = peer.settings.get(SETTING.initialWindowSize) ?? WINDOW;
      const piece = frame(TYPE.data, PADDED, 1, padded(" ", 254));
      peer.send(post());
      for (let sent = 256; sent < window * 2; sent += 256) {
        await peer.until("room", () => sent <= window + credit(peer, 1) && sent <= WINDOW + credit(peer, 0));
        peer.send(piece);
      }
      peer.send(data(1, NOTE));
      assert.equal((await peer.answered(1)).status, 200);
    }));

  test("what nobody reads is given back to the connection: refused and reset streams", () =>
    withPeer(async (peer) => {
      const piece = Buffer.alloc(16_000);
      let sent = 0;
      for (let stream = 1; stream < 180; stream += 2) {
        const kind = stream % 3;
        const fields = kind === 0 ? requestFields("POST", "/v1/nowhere") : MEASURE;
        peer.send(headers(stream, fields, END_HEADERS), ...(kind === 1 ? [rst(stream)] : []));
        for (let at = 0; at < 3; at++) {
          sent += piece.length;
          await peer.until("room", () => sent <= WINDOW + credit(peer, 0));
          peer.send(data(stream, piece, 0));
        }
        if (kind === 2) peer.send(rst(stream));
      }
      peer.send(get(181));
      assert.equal((await peer.answered(181)).status, 200);
    }));

  test("more than the windows allow is an error, or was allowed in time", () =>
    withPeer(async (peer) => {
      const frames = Array.from({ length: 40 }, () => data(1, Buffer.alloc(16_384), 0));
      peer.send(headers(1, requestFields("POST", "/v1/tidy-up"), END_HEADERS), ...frames);
      await peer.until(
        "an error or credit",
        () =>
          peer.goawayCode() === "FLOW_CONTROL_ERROR" ||
          peer.resetCode(1) !== undefined ||
          peer.answer(1).isEnded ||
          credit(peer, 0) >= 40 * 16_384 - WINDOW,
      );
    }));
});

describe("messages", () => {
  test("100-continue is answered before the body, another expectation is 417", () =>
    withPeer(async (peer) => {
      peer.send(post(1, [["expect", "100-continue"]]));
      await peer.until("100", () => peer.answer(1).interim === 1);
      assert.equal(peer.answer(1).status, undefined);
      peer.send(data(1, NOTE));
      assert.equal((await peer.answered(1)).status, 200);
      peer.send(post(3, [["expect", "something"]]));
      await peer.until("417", () => peer.answer(3).status === 417);
    }));

  test("too many and too large headers are 431, and the connection and its table live on", () =>
    withPeer(async (peer) => {
      const many = Array.from({ length: 120 }, (_, at) => [`x-${at}`, "y"] as const);
      peer.send(get(1, many), longHeaders(3, [...GET, ["x-large", "y".repeat(17_000)]]), get(5));
      await peer.until("431", () => peer.answer(1).status === 431 && peer.answer(3).status === 431);
      assert.equal((await peer.answered(5)).status, 200);
    }));

  test("cookies that came in pieces are one, and a name in several lines is a list", () =>
    withPeer(async (peer) => {
      peer.send(
        get(1, [
          ["cookie", "a=b"],
          ["cookie", "c=d"],
          ["accept", "text/html"],
          ["accept", "application/json"],
        ]),
      );
      assert.equal((await peer.answered(1)).status, 200);
    }));

  test("HEAD and 204 end with their headers", () =>
    withPeer(async (peer) => {
      peer.send(headers(1, requestFields("HEAD", BOOK_PATH)), headers(3, requestFields("OPTIONS", "*")));
      for (const stream of [1, 3]) {
        assert.equal((await peer.answered(stream)).body.length, 0);
        assert.equal(peer.frames.filter((one) => one.stream === stream && one.type === TYPE.data).length, 0);
      }
    }));

  test("answers come with the same bytes however many streams there are", () =>
    withPeer(async (peer) => {
      const streams = Array.from({ length: 100 }, (_, at) => at * 2 + 1);
      peer.send(...streams.map((stream) => (stream % 4 === 1 ? get(stream) : measure(stream))));
      for (const stream of streams) {
        const { status, body } = await peer.answered(stream);
        assert.equal(status, 200);
        assert.equal(
          stream % 4 === 1 ? JSON.parse(String(body)).id : String(body),
          stream % 4 === 1 ? BOOK : '{"length":4}',
        );
      }
    }));

  test("GOAWAY by the client: calls under way are answered, and then the connection is closed", () =>
    withPeer(async (peer) => {
      peer.send(settings([SETTING.initialWindowSize, 0]), get(), get(3), goaway(0, "NO_ERROR"));
      await peer.until("both heads", () => [1, 3].every((stream) => peer.answer(stream).status === 200));
      peer.send(settings([SETTING.initialWindowSize, 10_000]));
      await peer.until("the end", () => peer.isEnded || peer.isClosed);
      assert.ok([1, 3].every((stream) => peer.answer(stream).isEnded));
    }));

  test("a client that closes its side is answered or let go, and nothing of it stays", () =>
    withPeer(async (peer) => {
      peer.send(get(), measure(3), hold(5));
      await until("it runs", () => library.server.requestsInFlight === 1);
      peer.socket.end();
      await until("nothing runs", () => peer.isClosed || (peer.answer(1).isEnded && peer.answer(3).isEnded));
      peer.close();
      await until("nothing runs", () => library.server.requestsInFlight === 0);
    }));

  test("who goes away cancels the calls", async () => {
    const peer = await Peer.open(library.port);
    peer.send(hold(), hold(3));
    await until("both run", () => library.server.requestsInFlight === 2);
    peer.close();
    await until("none runs", () => library.server.requestsInFlight === 0);
  });
});

describe("gRPC", () => {
  let echo: EchoServer;
  before(async () => {
    echo = await openEcho({
      Say: (text) => text,
      async *Count(text) {
        for (let at = 0; at < Number(text); at++) yield "x".repeat(1000);
      },
    });
  });
  after(() => echo.close());

  const call = (stream: number, method: string, text: string) => {
    const message = textBytes.serialize(text);
    const fields = requestFields("POST", `${ECHO}/${method}`, [
      ["content-type", "application/grpc"],
      ["te", "trailers"],
    ]);
    return Buffer.concat([
      headers(stream, fields, END_HEADERS),
      data(stream, Buffer.concat([Buffer.of(0, 0, 0, 0, message.length), message])),
    ]);
  };

  test("trailers come behind the content, and need no window", async () => {
    const peer = await Peer.open(echo.port);
    peer.send(call(1, "Say", "hello"));
    const { body, trailers } = await peer.answered(1);
    assert.equal(fieldOf(trailers, "grpc-status"), "0");
    peer.send(settings([SETTING.initialWindowSize, body.length]), call(3, "Say", "hello"));
    assert.equal(fieldOf((await peer.answered(3)).trailers, "grpc-status"), "0");
    peer.close();
  });

  test("a stream of messages through a small window", async () => {
    const peer = await Peer.open(echo.port, { settings: [[SETTING.initialWindowSize, 100]] });
    peer.send(call(1, "Count", "20"));
    let given = 100;
    while (!peer.answer(1).isEnded) {
      await peer.until(
        "the window used",
        () => peer.answer(1).isEnded || peer.answer(1).body.length === given,
      );
      assert.ok(peer.answer(1).body.length <= given);
      peer.send(windowUpdate(1, 777));
      given += 777;
    }
    const { body, trailers } = peer.answer(1);
    assert.equal(body.length, 20 * (5 + 1003));
    assert.equal(fieldOf(trailers, "grpc-status"), "0");
    peer.close();
  });

  test("requests with trailers of their own", async () => {
    const peer = await Peer.open(echo.port);
    const whole = call(1, "Say", "hello");
    whole[whole.length - 7 - 5 - 9 + 4] = 0;
    peer.send(whole, headers(1, [["x-test", "ok"]]));
    assert.equal(fieldOf((await peer.answered(1)).trailers, "grpc-status"), "0");
    peer.close();
  });
});

describe("ways to HTTP/2", () => {
  test("by prior knowledge in cleartext, however the preface is cut", async () => {
    for (let cut = 1; cut < MAGIC.length; cut += 5) {
      const peer = new Peer(library.port);
      peer.send(MAGIC.subarray(0, cut));
      await new Promise((resolve) => setImmediate(resolve));
      peer.send(MAGIC.subarray(cut), settings(), get());
      assert.equal((await peer.answered(1)).status, 200);
      peer.close();
    }
  });

  test("not by Upgrade", async () => {
    const text = `GET ${BOOK_PATH} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n`;
    assert.match(await openRaw(library.port, text).closed(), /^HTTP\/1\.1 200/);
  });

  test("by ALPN over TLS", async () => {
    const { cert, private: key } = await generate([{ name: "commonName", value: "localhost" }], {
      keySize: 2048,
    });
    const secure = await openService({ tls: { cert, key } });
    const peer = await Peer.open(secure.port, { isTls: true });
    peer.send(get(), measure(3));
    assert.equal((await peer.answered(1)).status, 200);
    assert.equal(String((await peer.answered(3)).body), '{"length":4}');
    peer.send(windowUpdate(0, 0));
    await peer.until(
      "an error",
      () => peer.goawayCode() === "PROTOCOL_ERROR" && (peer.isClosed || peer.isEnded),
    );
    peer.close();
    await secure.close();
  });
});
