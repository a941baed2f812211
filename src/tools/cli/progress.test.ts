import assert from "node:assert/strict";
import { test } from "node:test";
import { createProgress } from "./progress.ts";

function recorder(isTTY: boolean) {
  const written: string[] = [];
  const progress = {
    isTTY,
    write: (text: string) => written.push(text) > 0,
  } as unknown as NodeJS.WriteStream;
  return { written, progress };
}

function count(options: {
  readonly isTTY: boolean;
  readonly json: boolean;
  readonly total?: number;
}): string[] {
  const { written, progress } = recorder(options.isTTY);
  let now = 0;
  const total = options.total ?? 1000;
  const bar = createProgress({
    label: "cities",
    total,
    terminal: { json: options.json, progress },
    now: () => now,
  });
  for (let done = 10; done <= total; done += 10) {
    now += 20;
    bar.update(done);
  }
  bar.done();
  return written;
}

test("on a terminal the bar is redrawn in place, ten times a second at most", () => {
  const written = count({ isTTY: true, json: false });
  assert.ok(written.length <= 23, `${written.length} writes in 2 s`);
  assert.ok(written.slice(0, -1).every((text) => text.startsWith("\r") && !text.includes("\n")));
  assert.match(written.at(-2) ?? "", /█{30} cities: 1,000 of 1,000 \(100 %\)/);
  assert.match(written.at(-1) ?? "", /^\ncities: 1,000 of 1,000 \(100 %\) in 2\.0 s, 500 a second\n$/);
});

test("elsewhere a few plain lines tell the way", () => {
  assert.deepEqual(count({ isTTY: false, json: false }), [
    "cities: 200 of 1,000 (20 %)\n",
    "cities: 400 of 1,000 (40 %)\n",
    "cities: 600 of 1,000 (60 %)\n",
    "cities: 800 of 1,000 (80 %)\n",
    "cities: 1,000 of 1,000 (100 %) in 2.0 s, 500 a second\n",
  ]);
});

test("with --json nothing is drawn", () => {
  assert.deepEqual(count({ isTTY: true, json: true }), []);
});

test("an empty job ends at 100 %", () => {
  assert.match(count({ isTTY: false, json: false, total: 0 }).join(""), /0 of 0 \(100 %\)/);
});
