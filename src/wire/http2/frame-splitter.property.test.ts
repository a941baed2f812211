import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FrameSplitter } from "./frame-splitter.ts";
import { FRAME_HEAD, Http2Error, MAX_FRAME_BYTES, PREFACE, writeFrameHead } from "./frames.ts";

type Frame = readonly [type: number, flags: number, stream: number, payload: string];

const frame: fc.Arbitrary<Frame> = fc.tuple(
  fc.nat(255),
  fc.nat(255),
  fc.nat(2 ** 31 - 1),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString("hex")),
);

function write([type, flags, stream, payload]: Frame): Buffer {
  const bytes = Buffer.alloc(FRAME_HEAD);
  writeFrameHead(bytes, 0, payload.length / 2, type, flags, stream);
  return Buffer.concat([bytes, Buffer.from(payload, "hex")]);
}

test("frames are the same however their bytes are cut", () => {
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 8 }), fc.array(fc.nat(2000)), (frames, cuts) => {
      const bytes = Buffer.concat([Buffer.from(PREFACE), ...frames.map(write)]);
      const places = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)), bytes.length].sort(
        (a, b) => a - b,
      );
      const seen: Frame[] = [];
      const splitter = new FrameSplitter((type, flags, stream, from, start, end) => {
        seen.push([type, flags, stream, from.toString("hex", start, end)]);
      });
      for (let at = 1; at < places.length; at++) splitter.push(bytes.subarray(places[at - 1], places[at]));
      assert.deepEqual(seen, frames);
      assert.equal(splitter.count, frames.length);
      assert.equal(splitter.isWithinFrame, false);
    }),
  );
});

test("a frame above the largest ends the connection before it is read", () => {
  const splitter = new FrameSplitter(() => assert.fail("no frame"));
  const head = Buffer.alloc(FRAME_HEAD);
  writeFrameHead(head, 0, MAX_FRAME_BYTES + 1, 0, 0, 1);
  splitter.push(Buffer.from(PREFACE));
  assert.throws(
    () => splitter.push(head),
    (error) => error instanceof Http2Error && error.code === 6,
  );
});

test("another preface ends the connection at its first wrong byte", () => {
  const splitter = new FrameSplitter(() => {});
  splitter.push(Buffer.from("PRI * HTTP/2.0\r\n"));
  assert.throws(() => splitter.push(Buffer.from("X")), Http2Error);
});
