import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FrameReader, writeFrame } from "./frames.ts";
import { RpcError } from "./rpc-error.ts";

const seed = process.env.SEED === undefined ? {} : { seed: Number(process.env.SEED) };

test("messages come out as they went in, however the bytes are cut", () => {
  const message = fc.record({ flags: fc.nat(255), bytes: fc.uint8Array({ maxLength: 5000 }) });
  fc.assert(
    fc.property(
      fc.array(message, { maxLength: 6 }),
      fc.array(fc.integer({ min: 1, max: 3000 })),
      (sent, cuts) => {
        const body = Buffer.concat(sent.map(({ flags, bytes }) => writeFrame(flags, bytes)));
        const reader = new FrameReader(5000);
        const seen: { flags: number; bytes: Buffer }[] = [];
        let at = 0;
        for (let round = 0; at < body.length; round++) {
          const end = Math.min(body.length, at + (cuts[round % Math.max(cuts.length, 1)] ?? 1));
          reader.push(body.subarray(at, end));
          at = end;
          for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
            seen.push({ flags: frame.flags, bytes: Buffer.from(frame.bytes) });
          }
        }
        assert.equal(reader.isPartial, false);
        assert.deepEqual(
          seen,
          sent.map(({ flags, bytes }) => ({ flags, bytes: Buffer.from(bytes) })),
        );
      },
    ),
    { numRuns: 200, ...seed },
  );
});

test("messages handed out stay as they are while more is read", () => {
  const reader = new FrameReader(100);
  const sent = Array.from({ length: 50 }, (_, at) => writeFrame(0, new Uint8Array(at).fill(at)));
  const seen: Uint8Array[] = [];
  for (const byte of Buffer.concat(sent)) {
    reader.push(Buffer.of(byte));
    for (let frame = reader.next(); frame !== undefined; frame = reader.next()) seen.push(frame.bytes);
  }
  assert.equal(seen.length, 50);
  seen.forEach((bytes, at) => {
    assert.deepEqual(Buffer.from(bytes), Buffer.alloc(at, at));
  });
});

test("a message above the limit is refused by its head; one as large is not", () => {
  const reader = new FrameReader(10);
  reader.push(writeFrame(0, new Uint8Array(10)));
  assert.equal(reader.next()?.bytes.length, 10);
  reader.push(writeFrame(0, new Uint8Array(11)).subarray(0, 5));
  assert.throws(
    () => reader.next(),
    (error: RpcError) => error.status === "RESOURCE_EXHAUSTED",
  );
  const largest = new FrameReader(10);
  largest.push(Buffer.of(0, 0xff, 0xff, 0xff, 0xff));
  assert.throws(() => largest.next(), RpcError);
});
