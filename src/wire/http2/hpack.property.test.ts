import "../../../test/support/seed.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type SlowChoice,
  SlowDecoder,
  SlowEncoder,
  type SlowField,
  slowInteger,
  slowText,
} from "../../../test/support/slow-hpack.ts";
import { BEGIN_ROOM, fieldRoom, HpackDecoder, HpackEncoder, HpackError, type HpackLimits } from "./index.ts";

const limits: HpackLimits = { maxTableBytes: 4096, maxListBytes: 1_000_000, maxFields: 10_000 };

const name = fc.oneof(
  fc.constantFrom(":path", ":status", ":method", "content-type", "cookie", "x-a", "x-b", "grpc-status", "te"),
  fc.stringMatching(/^[a-z0-9!#$%&'*+.^_`|~-]{1,40}$/),
);
const latin1 = fc.array(
  fc.integer({ min: 0x20, max: 0xff }).filter((char) => char !== 0x7f),
  { maxLength: 60 },
);
const value = fc.oneof(
  fc.constantFrom("", "/", "GET", "200", "404", "application/grpc", "trailers", "0"),
  latin1.map((chars) => String.fromCharCode(...chars).trim()),
  // Some that fill the table or do not fit.
  fc.integer({ min: 100, max: 5000 }).map((length) => "v".repeat(length)),
);
const field = fc.tuple(name, value).filter(([, text]) => text === text.replace(/^[ \t]+|[ \t]+$/g, ""));
const choice: fc.Arbitrary<SlowChoice> = fc.record({
  kind: fc.constantFrom("literal", "indexing", "indexing", "never"),
  isIndexed: fc.boolean(),
  isCoded: fc.boolean(),
});
const tableBytes = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 9000 }));

test("what our encoder writes, ours and the slow decoder read, and their tables stay equal", () => {
  const how = fc.constantFrom("index", "index", "plain", "never");
  const block = fc.record({
    sizes: fc.array(tableBytes, { maxLength: 3 }),
    isAbandoned: fc.boolean(),
    fields: fc.array(fc.tuple(field, how), { maxLength: 12 }),
  });
  fc.assert(
    fc.property(fc.array(block, { maxLength: 12 }), (blocks) => {
      const encoder = new HpackEncoder();
      const decoder = new HpackDecoder(limits);
      const slow = new SlowDecoder(4096);
      for (const { sizes, fields, isAbandoned } of blocks) {
        for (const size of sizes) encoder.setMaxTableBytes(size);
        const out = Buffer.alloc(BEGIN_ROOM + fields.reduce((sum, [pair]) => sum + fieldRoom(...pair), 0));
        let at = encoder.begin(out, 0);
        assert.ok(at <= BEGIN_ROOM);
        for (const [[text, content], way] of fields) {
          const end = encoder.field(out, at, text, content, way);
          assert.ok(end - at <= fieldRoom(text, content));
          at = end;
        }
        if (isAbandoned) encoder.abandon();
        else {
          const bytes = out.subarray(0, at);
          const sent = fields.map(([pair]) => pair);
          assert.deepEqual(slow.decode(bytes), sent);
          assert.deepEqual(decoder.decode(bytes), sent.flat());
          assert.deepEqual(tableOf(decoder), slow.table.entries);
          assert.ok(slow.table.bytes <= Math.min(4096, sizes.at(-1) ?? 4096));
        }
      }
    }),
  );
});

test("what the slow encoder writes in whichever form, our decoder reads, and their tables stay equal", () => {
  const block = fc.record({
    sizes: fc.array(fc.integer({ min: 0, max: 4096 }), { maxLength: 2 }),
    fields: fc.array(fc.tuple(field, choice), { maxLength: 12 }),
  });
  fc.assert(
    fc.property(fc.array(block, { maxLength: 12 }), (blocks) => {
      const encoder = new SlowEncoder(4096);
      const decoder = new HpackDecoder(limits);
      for (const { sizes, fields } of blocks) {
        const bytes = sizes.flatMap((size) => encoder.resize(size));
        for (const [pair, way] of fields) bytes.push(...encoder.field(pair, way));
        const before = decoder.generation;
        assert.deepEqual(
          decoder.decode(Uint8Array.from(bytes)),
          fields.flatMap(([pair]) => pair),
        );
        assert.equal(decoder.isOverflown, false);
        const changes = sizes.length + fields.filter(([, way]) => way.kind === "indexing").length;
        assert.ok(decoder.generation <= before + changes);
        assert.ok(decoder.generation > before || sizes.length === 0);
        assert.deepEqual(tableOf(decoder), encoder.table.entries);
      }
    }),
  );
});

test("of any bytes, our decoder and the slow one say the same", () => {
  const near = fc.oneof(
    fc.uint8Array({ maxLength: 40 }).map((bytes) => [...bytes]),
    fc.nat(0xff).map((byte) => [byte]),
    fc.integer({ min: 55, max: 70 }).map((index) => slowInteger(0x80, 7, index)),
    fc.integer({ min: 0, max: 4200 }).map((size) => slowInteger(0x20, 5, size)),
    fc.bigInt({ min: 0n, max: 2n ** 33n }).map((size) => slowInteger(0x40, 6, Number(size))),
    fc
      .tuple(value, fc.boolean())
      .map(([text, isCoded]) => [0x40, ...slowText("n", isCoded), ...slowText(text.slice(0, 50), isCoded)]),
    fc.array(fc.constantFrom(0x80, 0xff, 0x00, 0x7f), { maxLength: 7 }),
  );
  const block = fc.array(near, { maxLength: 6 }).map((parts) => Uint8Array.from(parts.flat()));
  let read = 0;
  let refused = 0;
  fc.assert(
    fc.property(fc.array(block, { maxLength: 4 }), (blocks) => {
      const decoder = new HpackDecoder(limits);
      const slow = new SlowDecoder(4096);
      for (const bytes of blocks) {
        let expected: SlowField[];
        try {
          expected = slow.decode(bytes);
        } catch {
          assert.throws(() => decoder.decode(bytes), HpackError);
          refused++;
          return;
        }
        assert.deepEqual(decoder.decode(bytes), expected.flat());
        assert.deepEqual(tableOf(decoder), slow.table.entries);
        read++;
      }
    }),
    { numRuns: 3000 },
  );
  assert.ok(read > 500 && refused > 500, `${read} read, ${refused} refused`);
});

test("a list cut by the limits is the beginning of the whole one, and the table is as without limits", () => {
  const small = fc.record({ maxListBytes: fc.nat(600), maxFields: fc.nat(10) });
  fc.assert(
    fc.property(
      small,
      fc.array(fc.array(fc.tuple(field, choice), { maxLength: 12 }), { maxLength: 6 }),
      (most, blocks) => {
        const encoder = new SlowEncoder(4096);
        const decoder = new HpackDecoder({ ...most, maxTableBytes: 4096 });
        const whole = new HpackDecoder(limits);
        for (const fields of blocks) {
          const bytes = Uint8Array.from(fields.flatMap(([pair, way]) => encoder.field(pair, way)));
          const seen = decoder.decode(bytes);
          const all = whole.decode(bytes);
          assert.deepEqual(seen, all.slice(0, seen.length));
          const listBytes = sizeOf(all);
          assert.equal(decoder.isOverflown, listBytes > most.maxListBytes || all.length / 2 > most.maxFields);
          if (!decoder.isOverflown) assert.equal(seen.length, all.length);
          assert.ok(sizeOf(seen) <= most.maxListBytes && seen.length / 2 <= most.maxFields);
          assert.deepEqual(tableOf(whole), encoder.table.entries);
          assert.equal(decoder.generation, whole.generation);
        }
        assert.deepEqual(tableOf(decoder, 40, most), tableOf(whole, 40, most));
      },
    ),
  );
});

/** The table's fields, asked for one index after the other; with limits, only those that they let through. */
function tableOf(
  decoder: HpackDecoder,
  most = 1000,
  { maxListBytes, maxFields }: Omit<HpackLimits, "maxTableBytes"> = limits,
): SlowField[] {
  const fields: SlowField[] = [];
  for (let index = 62; index < 62 + most; index++) {
    try {
      const [text, content] = decoder.decode(Uint8Array.from(slowInteger(0x80, 7, index)));
      if (text === undefined || content === undefined) continue;
      if (maxFields > 0 && sizeOf([text, content]) <= maxListBytes) fields.push([text, content]);
    } catch (error) {
      assert.ok(error instanceof HpackError);
      break;
    }
  }
  return fields;
}

function sizeOf(fields: readonly string[]): number {
  return fields.reduce((sum, text) => sum + text.length, 0) + fields.length * 16;
}
