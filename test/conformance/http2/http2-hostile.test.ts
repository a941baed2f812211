import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { ServerLimits } from "../../../src/runtime/server/limits.ts";
import { ECHO, openEcho } from "../../support/echo-service.ts";
import { openRaw } from "../../support/http-clients.ts";
import type { TestLibrary } from "../../support/library.ts";
import { until } from "../../support/until.ts";
import { GET, get, hold, post } from "./cases.ts";
import { type Attack, type AttackOptions, attack, isIdle, servesOthers } from "./flood.ts";
import {
  continuation,
  data,
  END_HEADERS,
  END_STREAM,
  frame,
  headers,
  longHeaders,
  MAGIC,
  MAX_WINDOW,
  ping,
  priority,
  requestFields,
  rst,
  SETTING,
  settings,
  TYPE,
  windowUpdate,
} from "./frames.ts";
import { literal, writeFields } from "./hpack.ts";
import { Peer, type PeerOptions } from "./peer.ts";
import { openService } from "./service.ts";

/** Of processor time, for an attack of some megabytes; the attacker is in the same process. */
const MOST_CPU_MS = 5000;
/** Calls that an attacker may begin on one connection before it is ended. */
const MOST_CALLS = 1000;

let library: TestLibrary;
before(async () => {
  library = await openService({
    limits: { headersTimeoutMs: 400, keepAliveTimeoutMs: 60_000, idleTimeoutMs: 60_000 },
  });
});
after(() => library.close());
beforeEach(() => {
  library.calls.length = 0;
});
afterEach(() => isIdle(library));

async function attackWith(options: AttackOptions & { readonly peer?: PeerOptions }): Promise<Attack> {
  const peer = await Peer.open(library.port, options.peer);
  try {
    const seen = await attack(peer, options);
    await servesOthers(library);
    assert.ok(seen.cpuMs < MOST_CPU_MS, `${seen.cpuMs} ms of processor time`);
    return seen;
  } finally {
    peer.close();
  }
}

/** A service with limits of its own, and one peer of it. */
async function withPeer(
  limits: Partial<ServerLimits>,
  options: PeerOptions,
  run: (peer: Peer, service: TestLibrary) => Promise<void>,
): Promise<void> {
  const service = await openService({ limits });
  const peer = await Peer.open(service.port, options);
  try {
    await run(peer, service);
  } finally {
    peer.close();
    await service.close();
  }
}

/** Frames of many rounds in one write. */
function times(count: number, make: (at: number) => Buffer): Buffer {
  return Buffer.concat(Array.from({ length: count }, (_, at) => make(at)));
}

describe("streams opened to be reset", () => {
  test("by the client (rapid reset, CVE-2023-44487): the connection is ended", async () => {
    const stream = (round: number, at: number) => (round * 50 + at) * 2 + 1;
    const make = (round: number) =>
      times(50, (at) => Buffer.concat([hold(stream(round, at)), rst(stream(round, at))]));
    const { isEnded } = await attackWith({ rounds: 200, make });
    assert.ok(isEnded);
    assert.ok(library.calls.length <= MOST_CALLS, `${library.calls.length} calls`);
  });

  const provocations: Readonly<Record<string, (stream: number) => Buffer>> = {
    "WINDOW_UPDATE by 0": (stream) => windowUpdate(stream, 0),
    "a window above the largest": (stream) => windowUpdate(stream, MAX_WINDOW),
    "PRIORITY of four bytes": (stream) => frame(TYPE.priority, 0, stream, Buffer.alloc(4)),
    "DATA on a half-closed stream": (stream) => data(stream, "x"),
    "HEADERS on a half-closed stream": (stream) => hold(stream),
  };
  for (const [name, provoke] of Object.entries(provocations)) {
    test(`by the server, provoked by ${name} (MadeYouReset, CVE-2025-8671): the connection is ended`, async () => {
      const make = (round: number) =>
        times(50, (at) => {
          const stream = (round * 50 + at) * 2 + 1;
          return Buffer.concat([hold(stream), provoke(stream)]);
        });
      const { isEnded } = await attackWith({ rounds: 200, make });
      assert.ok(isEnded);
      assert.ok(library.calls.length <= MOST_CALLS, `${library.calls.length} calls`);
    });
  }

  for (const reads of [true, false]) {
    test(`by malformed requests, whose resets are ${reads ? "" : "not "}read (CVE-2019-9514): the connection is ended`, async () => {
      const make = (round: number) =>
        times(50, (at) => get((round * 50 + at) * 2 + 1, [["connection", "close"]]));
      const { isEnded } = await attackWith({ rounds: 400, make, reads });
      assert.ok(isEnded);
      assert.equal(library.calls.filter(({ operation }) => operation === "tidyUp").length, 0);
    });
  }

  test("more than are allowed are refused, and the connection lives on", async () => {
    const peer = await Peer.open(library.port);
    const most = peer.settings.get(SETTING.maxConcurrentStreams) ?? 0;
    assert.ok(most > 0 && most <= 1000);
    peer.send(times(most, (at) => hold(at * 2 + 1)));
    await until("all run", () => library.server.requestsInFlight === most);
    peer.send(get(most * 2 + 1));
    await peer.until("a refusal", () => peer.resetCode(most * 2 + 1) === "REFUSED_STREAM");
    peer.send(rst(1));
    await until("one less", () => library.server.requestsInFlight === most - 1);
    peer.send(get(most * 2 + 3));
    assert.equal((await peer.answered(most * 2 + 3)).status, 200);
    peer.close();
  });
});

describe("blocks of headers", () => {
  test("CONTINUATION without end (CVE-2024-27316): the connection is ended, and nothing is called", async () => {
    const fields = Array.from({ length: 100 }, (_, at) => [`x-${at}`, "y".repeat(150)] as const);
    const chunk = continuation(1, fields, 0);
    const { isEnded } = await attackWith({
      rounds: 1000,
      make: (round) => (round === 0 ? headers(1, GET, END_STREAM) : chunk),
    });
    assert.ok(isEnded);
    assert.equal(library.calls.filter(({ operation }) => operation === "tidyUp").length, 0);
  });

  test("CONTINUATION of no bytes without end: the connection is ended", async () => {
    const chunk = times(1000, () => continuation(1, Buffer.alloc(0), 0));
    const { isEnded } = await attackWith({
      rounds: 100,
      make: (round) => (round === 0 ? headers(1, GET, END_STREAM) : chunk),
    });
    assert.ok(isEnded);
  });

  test("CONTINUATION of one byte without end, of a field that does not end: the connection is ended", async () => {
    const chunk = times(1000, () => continuation(1, Buffer.of(0x61), 0));
    const first = Buffer.concat([writeFields(GET), Buffer.from("000178ffffff7f", "hex").subarray(0, 6)]);
    const { isEnded } = await attackWith({
      rounds: 100,
      make: (round) => (round === 0 ? headers(1, first, END_STREAM) : chunk),
    });
    assert.ok(isEnded);
  });

  test("a field of the table named again and again (HPACK bomb): refused, and nothing is called", async () => {
    const peer = await Peer.open(library.port);
    const start = process.cpuUsage();
    const bomb = Buffer.concat([
      writeFields(requestFields("POST", "/v1/tidy-up")),
      literal(0x40, "x-bomb", "b".repeat(3900)),
      Buffer.alloc(11_000, 0xbe),
    ]);
    for (let at = 0; at < 20; at++) peer.send(headers(at * 2 + 1, bomb));
    await peer.until(
      "each refused, or the connection ended",
      () =>
        peer.isClosed ||
        Array.from({ length: 20 }, (_, at) => at * 2 + 1).every(
          (stream) => peer.resetCode(stream) !== undefined || peer.answer(stream).status === 431,
        ),
    );
    const { user, system } = process.cpuUsage(start);
    assert.ok((user + system) / 1000 < MOST_CPU_MS);
    assert.equal(library.calls.length, 0);
    await servesOthers(library);
    peer.close();
  });

  test("fields of no bytes (CVE-2019-9516): refused, and nothing is called", async () => {
    const block = Buffer.concat([writeFields(GET), Buffer.alloc(12_000)]);
    const { rounds } = await attackWith({ rounds: 300, make: (round) => headers(round * 2 + 1, block) });
    assert.ok(rounds > 0);
    assert.equal(library.calls.filter(({ operation }) => operation === "tidyUp").length, 0);
  });

  test("far too large headers: 431 or a reset, again and again, and others are served", async () => {
    const fields = Array.from({ length: 90 }, (_, at) => [`x-${at}`, "y".repeat(1000)] as const);
    await attackWith({ rounds: 50, make: (round) => longHeaders(round * 2 + 1, [...GET, ...fields]) });
    assert.ok(library.calls.every(({ operation }) => operation !== "tidyUp"));
  });
});

describe("answers that nobody reads", () => {
  const floods: Readonly<Record<string, Buffer>> = {
    "PING (CVE-2019-9512)": times(1000, () => ping()),
    "SETTINGS (CVE-2019-9515)": times(1000, () => settings([SETTING.initialWindowSize, 65_535])),
    "empty SETTINGS": times(1000, () => settings()),
  };
  for (const [name, chunk] of Object.entries(floods)) {
    test(`a flood of ${name}, unread: the connection is ended, or no more is taken`, async () => {
      const { isEnded, rounds } = await attackWith({ rounds: 2000, make: () => chunk, reads: false });
      assert.ok(isEnded || rounds < 2000);
    });

    test(`a flood of ${name}, read: bounded`, async () => {
      await attackWith({ rounds: 30, make: () => chunk });
    });
  }

  test("answers of headers alone, which no window holds back: no more requests are taken while they are unread", async () => {
    const block = writeFields(requestFields("OPTIONS", "*"));
    const make = (round: number) => times(500, (at) => headers((round * 500 + at) * 2 + 1, block));
    const { isEnded, rounds } = await attackWith({ rounds: 600, make, reads: false });
    assert.ok(isEnded || rounds < 600, `${rounds} rounds`);
  });

  test("long answers that nobody reads (CVE-2019-9517): the connection is ended when nothing has moved for long", () =>
    withPeer(
      { idleTimeoutMs: 500 },
      { settings: [[SETTING.initialWindowSize, MAX_WINDOW]] },
      async (peer, service) => {
        peer.socket.pause();
        peer.send(windowUpdate(0, MAX_WINDOW - 65_535));
        const long = requestFields("GET", "/v1/greet?name=abcdefgh&times=100000");
        peer.send(times(50, (at) => headers(at * 2 + 1, long)));
        await until("some are called", () => service.calls.length > 0);
        await servesOthers(service);
        await isIdle(service);
      },
    ));

  test("a window that never opens (CVE-2019-9511): the connection is ended when nothing has moved for long", () =>
    withPeer(
      { idleTimeoutMs: 300 },
      { settings: [[SETTING.initialWindowSize, 0]] },
      async (peer, service) => {
        peer.send(times(100, (at) => get(at * 2 + 1)));
        await peer.until("the end", () => peer.isClosed || peer.isEnded);
        await isIdle(service);
      },
    ));

  test("windows opened byte by byte: bounded", async () => {
    const peer = await Peer.open(library.port, { settings: [[SETTING.initialWindowSize, 0]] });
    const start = process.cpuUsage();
    peer.send(times(50, (at) => get(at * 2 + 1)));
    for (let round = 0; round < 100; round++) {
      peer.send(times(50, (at) => windowUpdate(at * 2 + 1, 1)));
      await peer.settle();
    }
    const { user, system } = process.cpuUsage(start);
    assert.ok((user + system) / 1000 < MOST_CPU_MS);
    for (let at = 0; at < 50; at++) assert.ok(peer.answer(at * 2 + 1).body.length <= 100);
    peer.close();
  });
});

describe("frames that mean nothing", () => {
  const floods: Readonly<Record<string, (round: number) => Buffer>> = {
    "empty DATA (CVE-2019-9518)": (round) =>
      Buffer.concat([...(round === 0 ? [post(1)] : []), times(1000, () => data(1, "", 0))]),
    "DATA with padding alone": (round) =>
      Buffer.concat([
        ...(round === 0 ? [post(1)] : []),
        times(200, () => frame(TYPE.data, 0x8, 1, Buffer.of(0))),
      ]),
    "PRIORITY (CVE-2019-9513)": () =>
      times(1000, (at) => priority(at * 2 + 1, ((at * 7) % 1000) * 2 + 1, at % 256, true)),
    "WINDOW_UPDATE by 1": () => times(1000, () => windowUpdate(0, 1)),
    "unknown types": () => times(1000, () => frame(0x42, 0xff, 0, Buffer.alloc(3))),
    "acknowledgements of pings": () => times(1000, () => ping("nobody", 1)),
    "RST_STREAM of a closed stream": (round) =>
      Buffer.concat([...(round === 0 ? [hold(1)] : []), times(1000, () => rst(1))]),
  };
  for (const [name, make] of Object.entries(floods)) {
    test(`a flood of ${name}: bounded, and others are served`, async () => {
      await attackWith({ rounds: 100, make });
    });
  }
});

describe("silence", () => {
  const silent: Readonly<Record<string, readonly Buffer[]>> = {
    "nothing at all": [],
    "half a preface": [MAGIC.subarray(0, 10)],
    "a preface without SETTINGS": [MAGIC],
    "half a frame of SETTINGS": [MAGIC, settings([1, 4096]).subarray(0, 12)],
    "HEADERS without END_HEADERS": [MAGIC, settings(), headers(1, GET, END_STREAM)],
    "HEADERS cut in their frame": [MAGIC, settings(), get().subarray(0, 30)],
    "HEADERS without END_HEADERS beside a request under way": [
      MAGIC,
      settings(),
      hold(1),
      headers(3, GET, END_STREAM),
    ],
  };
  for (const [name, bytes] of Object.entries(silent)) {
    test(`after ${name}: the connection is ended within headersTimeoutMs`, async () => {
      const peer = new Peer(library.port, { acknowledges: false });
      try {
        peer.send(...bytes);
        await peer.until("the end", () => peer.isClosed || peer.isEnded, 2000);
      } finally {
        peer.close();
      }
    });
  }

  test("headers that drip in, a CONTINUATION at a time: the connection is ended within headersTimeoutMs", async () => {
    const peer = await Peer.open(library.port);
    peer.send(headers(1, GET, END_STREAM));
    let drops = 0;
    const drip = setInterval(() => peer.send(continuation(1, [[`x-${drops++}`, "y"]], 0)), 200);
    try {
      await peer.until("the end", () => peer.isClosed || peer.isEnded, 5000);
      assert.ok(drops < 10, `${drops} drops`);
    } finally {
      clearInterval(drip);
      peer.close();
    }
  });

  test("a body that does not come is 408, and the connection lives on", () =>
    withPeer({ bodyTimeoutMs: 300 }, {}, async (peer) => {
      peer.send(post(1), data(1, '{"note":', 0));
      await peer.until("408", () => peer.answer(1).status === 408);
      peer.send(get(3));
      assert.equal((await peer.answered(3)).status, 200);
    }));

  test("a connection without streams is ended after keepAliveTimeoutMs, with GOAWAY", () =>
    withPeer({ keepAliveTimeoutMs: 300 }, {}, async (peer) => {
      peer.send(get());
      await peer.answered(1);
      await peer.until("the end", () => peer.isClosed || peer.isEnded);
      assert.equal(peer.goawayCode(), "NO_ERROR");
    }));
});

test("a body in frames of one byte that nobody reads takes about as much memory as it has bytes", async () => {
  const never = new Promise<never>(() => {});
  const echo = await openEcho({ Sum: () => never }, { maxRequestBytes: 10_000_000 });
  const peer = await Peer.open(echo.port);
  try {
    const fields = requestFields("POST", `${ECHO}/Sum`, [["content-type", "application/grpc"]]);
    const before = heldBytes();
    for (const stream of [1, 3, 5]) {
      const chunk = times(1000, () => data(stream, "x", 0));
      peer.send(headers(stream, fields, END_HEADERS), data(stream, Buffer.of(0, 0, 0x10, 0, 0), 0));
      for (let round = 0; round < 200; round++) {
        if (!peer.socket.write(chunk)) await new Promise((resolve) => peer.socket.once("drain", resolve));
      }
    }
    await peer.settle();
    const held = heldBytes() - before;
    assert.equal(echo.server.requestsInFlight, 3);
    assert.ok(held < 10_000_000, `${held} bytes for 600,000`);
  } finally {
    peer.close();
    await echo.close();
  }
});

/** Bytes of the heap and beside it that something still refers to. */
function heldBytes(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

test("no HTTP/2 at all behind the first letters of a preface is refused", async () => {
  const text = await openRaw(library.port, "PRI / HTTP/1.1\r\nHost: a\r\n\r\n").closed();
  assert.doesNotMatch(text, /HTTP\/1\.1 200/);
  const raw = await openRaw(library.port, `PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n${"x".repeat(100)}`).closed();
  assert.doesNotMatch(raw, /HTTP\/1\.1 200/);
});
