import assert from "node:assert/strict";
import { test } from "node:test";
import { formatContentRange, parseRange } from "./range.ts";

const SIZE = 10_000;
const read = (header: string, size = SIZE) => {
  const request = parseRange(header, size);
  return request.kind === "ranges" ? request.ranges.map(({ start, end }) => [start, end]) : request.kind;
};

test("the examples of RFC 9110 section 14.1.2", () => {
  assert.deepEqual(read("bytes=0-499"), [[0, 500]]);
  assert.deepEqual(read("bytes=500-999"), [[500, 1000]]);
  assert.deepEqual(read("bytes=-500"), [[9500, 10_000]]);
  assert.deepEqual(read("bytes=9500-"), [[9500, 10_000]]);
  assert.deepEqual(read("bytes=0-0,-1"), [
    [0, 1],
    [9999, 10_000],
  ]);
  assert.deepEqual(read("bytes= 0-999, 4500-5499, -1000"), [
    [0, 1000],
    [4500, 5500],
    [9000, 10_000],
  ]);
  assert.deepEqual(read("bytes=500-600,601-999"), [
    [500, 601],
    [601, 1000],
  ]);
});

test("what ends beyond the end ends there; what begins there is left out beside others", () => {
  assert.deepEqual(read("bytes=9000-20000"), [[9000, 10_000]]);
  assert.deepEqual(read("bytes=-20000"), [[0, 10_000]]);
  assert.deepEqual(read("bytes=0-0,10000-"), [[0, 1]]);
  assert.deepEqual(read(`bytes=1-${"9".repeat(400)}`), [[1, 10_000]]);
  assert.deepEqual(read("BYTES=0-1,,"), [[0, 2]]);
});

test("impossible, broken, overlapping and too many ranges are refused", () => {
  const impossible = ["bytes=10000-", "bytes=10000-20000", "bytes=-0", `bytes=${"9".repeat(400)}-`];
  const broken = [
    "bytes=",
    "bytes=-",
    "bytes=5-2",
    "bytes=a-b",
    "bytes=1.5-2",
    "bytes=0x0-1",
    "bytes=1--2",
    "bytes=0-1 2-3",
  ];
  const overlapping = ["bytes=0-10,5-20", "bytes=500-700,601-999", "bytes=0-,-1", "bytes=3-3,3-3"];
  const many = [`bytes=${Array.from({ length: 17 }, (_, at) => `${at * 2}-${at * 2}`).join(",")}`];
  for (const header of [...impossible, ...broken, ...overlapping, ...many])
    assert.equal(read(header), "refused", header);
  assert.equal(read("bytes=0-", 0), "refused");
  assert.equal(read("bytes=-1", 0), "refused");
});

test("other units are ignored", () => {
  for (const header of ["lines=0-1", "0-1", "", "bytes 0-1"]) assert.equal(read(header), "none", header);
});

test("Content-Range names the last byte, not the one after it", () => {
  assert.equal(formatContentRange({ start: 0, end: 500 }, 1234), "bytes 0-499/1234");
});
