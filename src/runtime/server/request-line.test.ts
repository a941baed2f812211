import assert from "node:assert/strict";
import { test } from "node:test";
import { createLogger } from "./create-logger.ts";
import { LineBuffer } from "./line-buffer.ts";
import type { RequestLine } from "./request-line.ts";

const LINE: RequestLine = {
  requestId: "req_1",
  operation: "book.get",
  method: "GET",
  status: 200,
  durationMs: 0.125,
  bytes: 289,
  remoteAddress: "127.0.0.1",
  http: "1.1",
  traceId: undefined,
};
const withoutTime = (line: string) => line.replace(/"time":"[^"]+"/, "");

test("the short way writes what the long way writes", () => {
  const lines: string[] = [];
  for (const worker of [undefined, 3]) {
    const logger = createLogger("info", { write: (line) => void lines.push(line) }, worker);
    for (const change of [
      {},
      { remoteAddress: undefined, http: "2" as const, traceId: "0af7651916cd43dd8448eb211c80319c" },
      {
        requestId: 'a"\\\n\u2028',
        operation: "gr\u00fc\u00dfe",
        method: "M-SEARCH",
        remoteAddress: "fe80::1%eth0",
      },
      { status: 404, durationMs: 1234567.5, bytes: 0 },
    ]) {
      const line = { ...LINE, ...change };
      logger.request(line);
      logger.info(line, "request");
      const [short = "", long = ""] = lines.splice(0);
      assert.equal(withoutTime(short), withoutTime(long));
      assert.match(JSON.parse(short).time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    }
  }
});

test("it is silent where the level is", () => {
  const lines: string[] = [];
  for (const level of ["warn", "error", "silent"] as const) {
    createLogger(level, { write: (line) => void lines.push(line) }).request(LINE);
  }
  assert.deepEqual(lines, []);
});

test("gathered lines are written together, in their order, before what is written at once, and when they are many", async () => {
  const writes: string[] = [];
  const buffer = new LineBuffer({ write: (lines) => writes.push(lines) });
  buffer.gather("a\n");
  buffer.gather("b\n");
  assert.deepEqual(writes, []);
  buffer.write("c\n");
  assert.deepEqual(writes, ["a\nb\nc\n"]);
  buffer.gather("d\n");
  while (writes.length === 1) await new Promise((resolve) => setTimeout(resolve, 2));
  assert.equal(writes[1], "d\n");
  for (let count = 0; count < 10; count++) buffer.gather("x".repeat(10_000));
  assert.ok(writes.length > 4);
});
