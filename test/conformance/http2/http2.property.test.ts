import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import fc from "fast-check";
import "../../support/seed.ts";
import type { TestLibrary } from "../../support/library.ts";
import { get, hold, MEASURE, NOTE, post } from "./cases.ts";
import { isIdle, servesOthers } from "./flood.ts";
import {
  continuation,
  data,
  END_HEADERS,
  END_STREAM,
  frame,
  goaway,
  headers,
  PADDED,
  padded,
  ping,
  priority,
  requestFields,
  rst,
  SETTING,
  settings,
  TYPE,
  windowUpdate,
} from "./frames.ts";
import { Peer } from "./peer.ts";
import { openService } from "./service.ts";

/** Some of what a client sends, right or wrong, and by how much it widens the windows of answers at most. */
interface Move {
  readonly name: string;
  readonly bytes: Buffer;
  readonly widens?: { readonly stream: number; readonly by: number };
}

const WINDOW = 65_535;
const stream = fc.constantFrom(1, 3, 5, 7, 9);
const anyStream = fc.constantFrom(0, 1, 1, 2, 3, 3, 5, 5, 7, 2 ** 31 - 1);
const flags = fc.constantFrom(0, END_STREAM, END_HEADERS, END_HEADERS | END_STREAM, PADDED, 0x20, 0xff);
const size = fc.constantFrom(0, 1, 2, 3, 100, 1000, 65_535, 100_000);
const long = requestFields("GET", "/v1/greet?name=abcdefgh&times=10000");

function move(name: string, bytes: Buffer, widens?: Move["widens"]): Move {
  return { name, bytes, ...(widens === undefined ? {} : { widens }) };
}

/** What a client may do. */
const good: fc.Arbitrary<Move> = fc.oneof(
  stream.map((id) => move(`GET ${id}`, get(id))),
  stream.map((id) => move(`a long GET ${id}`, headers(id, long))),
  stream.map((id) => move(`POST ${id}`, post(id))),
  stream.map((id) => move(`a held POST ${id}`, hold(id))),
  fc
    .tuple(stream, fc.boolean())
    .map(([id, isLast]) => move(`a note ${id}`, data(id, NOTE, isLast ? END_STREAM : 0))),
  stream.map((id) => move(`RST ${id}`, rst(id))),
  fc
    .tuple(stream, size)
    .map(([id, by]) => move(`WINDOW_UPDATE ${id} by ${by}`, windowUpdate(id, by), { stream: id, by })),
  size.map((by) => move(`WINDOW_UPDATE by ${by}`, windowUpdate(0, by), { stream: 0, by })),
  size.map((by) => move(`INITIAL_WINDOW_SIZE ${by}`, settings([SETTING.initialWindowSize, by]))),
  fc
    .constantFrom(0, 40, 100, 4096, 2 ** 32 - 1)
    .map((bytes) => move(`HEADER_TABLE_SIZE ${bytes}`, settings([SETTING.headerTableSize, bytes]))),
  fc.constant(move("PING", ping())),
  stream.map((id) => move(`PRIORITY ${id}`, priority(id, 0))),
  stream.map((id) => move(`trailers ${id}`, headers(id, [["x-test", "ok"]]))),
  stream.map((id) =>
    move(`POST in two ${id}`, Buffer.concat([headers(id, MEASURE, 0), continuation(id, [["x-a", "b"]])])),
  ),
  stream.map((id) => move(`padding ${id}`, frame(TYPE.data, PADDED, id, padded("", 100)))),
);
/** What it may not, mostly; nothing of it opens a window. */
const wild: fc.Arbitrary<Move> = fc.oneof(
  fc
    .tuple(fc.constantFrom(0, 1, 2, 3, 5, 6, 7, 9, 10), flags, anyStream, fc.uint8Array({ maxLength: 40 }))
    .map(([type, flag, id, payload]) =>
      move(`type ${type} flags ${flag} on ${id}`, frame(type, flag, id, Buffer.from(payload))),
    ),
  fc.uint8Array({ maxLength: 20 }).map((bytes) => move("bytes", Buffer.from(bytes))),
  anyStream.map((id) => move(`HEADERS without end ${id}`, headers(id, MEASURE, 0))),
  anyStream.map((id) => move(`CONTINUATION ${id}`, continuation(id, [["x-a", "b"]]))),
  fc.constant(move("GOAWAY", goaway(0, "NO_ERROR"))),
);

let library: TestLibrary;
before(async () => {
  library = await openService({ limits: { headersTimeoutMs: 2000 } });
});
after(() => library.close());

test("whatever frames come in whatever order, what is sent keeps to the protocol, and others are served", async () => {
  const moves = fc.array(fc.oneof({ weight: 9, arbitrary: good }, { weight: 1, arbitrary: wild }), {
    maxLength: 25,
  });
  await fc.assert(
    fc.asyncProperty(moves, fc.array(fc.nat(400), { maxLength: 5 }), async (given, cuts) => {
      const peer = await Peer.open(library.port);
      try {
        await send(peer, Buffer.concat(given.map(({ bytes }) => bytes)), cuts);
        await peer.settle().catch(() => {});
        keepsTo(peer, given);
      } catch (error) {
        throw new Error(`${given.map(({ name }) => name).join(", ")}: ${error}`);
      } finally {
        peer.close();
      }
      await isIdle(library);
    }),
    { numRuns: 300 },
  );
  await servesOthers(library);
});

/** In pieces of these sizes, then the rest. */
async function send(peer: Peer, bytes: Buffer, cuts: readonly number[]): Promise<void> {
  let at = 0;
  for (const cut of cuts) {
    peer.send(bytes.subarray(at, at + cut));
    at += cut;
    await new Promise((resolve) => setImmediate(resolve));
  }
  peer.send(bytes.subarray(at));
}

function keepsTo(peer: Peer, moves: readonly Move[]): void {
  const over = new Set<number>();
  for (const { type, flags: set, stream: id } of peer.frames) {
    if (id === 0 || type === TYPE.windowUpdate) continue;
    assert.ok(!over.has(id) || type === TYPE.rstStream, `a frame behind the end of stream ${id}`);
    if (type === TYPE.rstStream || (set & END_STREAM) !== 0) over.add(id);
  }
  const widened = (id: number) =>
    moves.reduce((sum, { widens }) => sum + (widens?.stream === id ? widens.by : 0), 0);
  const bodies = new Map<number, number>();
  for (const { type, stream: id, payload } of peer.frames)
    if (type === TYPE.data) bodies.set(id, (bodies.get(id) ?? 0) + payload.length);
  const isWider = moves.some(({ name }) => name === "INITIAL_WINDOW_SIZE 100000");
  for (const [id, length] of bodies)
    assert.ok(length <= (isWider ? 100_000 : WINDOW) + widened(id), `${length} bytes on stream ${id}`);
  const sum = [...bodies.values()].reduce((a, b) => a + b, 0);
  assert.ok(sum <= WINDOW + widened(0), `${sum} bytes in all`);
  const isAnswered = peer.pongs().some((text) => text.startsWith("settle"));
  assert.ok(isAnswered || peer.goawayCode() !== undefined, `neither an answer to a ping nor GOAWAY: ${peer}`);
}
