import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { createFakeScheduler } from "../../../test/support/fake-scheduler.ts";
import { createResilienceCounters, Deadline, type ResilienceEvent, withFallback } from "./index.ts";

test("a deadline counts down and aborts its signal", async () => {
  const scheduler = createFakeScheduler(5000);
  const deadline = Deadline.after(100, { scheduler });
  await scheduler.advance(30);
  assert.equal(deadline.remainingMs, 70);
  assert.equal(deadline.signal.aborted, false);
  await scheduler.advance(70);
  assert.equal(deadline.remainingMs, 0);
  assert.equal(Object(deadline.signal.reason).code, "deadline_exceeded");
  await scheduler.advance(70);
  assert.equal(deadline.remainingMs, 0);
});

test("a part of the work has at most what is left of the whole, and ends with it", async () => {
  const scheduler = createFakeScheduler();
  const whole = Deadline.after(100, { scheduler });
  await scheduler.advance(60);
  const [long, short] = [whole.within(1000), whole.within(10)];
  assert.deepEqual([long.remainingMs, short.remainingMs], [40, 10]);
  await scheduler.advance(10);
  assert.deepEqual(
    [whole, long, short].map(({ signal }) => signal.aborted),
    [false, false, true],
  );
  await scheduler.advance(30);
  assert.equal(long.signal.aborted, true);
});

test("it follows the caller's signal until it is disposed of, and leaves nothing behind", async () => {
  const scheduler = createFakeScheduler();
  const controller = new AbortController();
  const [followed, disposed] = [1, 2].map(() =>
    Deadline.after(100, { scheduler, signal: controller.signal }),
  );
  disposed?.dispose();
  controller.abort("gone");
  assert.equal(followed?.signal.reason, "gone");
  assert.equal(disposed?.signal.aborted, false);
  followed?.dispose();
  assert.equal(scheduler.pending, 0);
  assert.equal(getEventListeners(controller.signal, "abort").length, 0);
  assert.equal(Deadline.after(1, { scheduler, signal: AbortSignal.abort("before") }).signal.reason, "before");
});

test("an impossible time is refused", () => {
  for (const timeoutMs of [-1, Number.NaN, 2 ** 31, Number.POSITIVE_INFINITY]) {
    assert.throws(() => Deadline.after(timeoutMs), { name: "UsageError" });
  }
});

test("a fallback stands in for outages only, and its own failure tells of the first", async () => {
  const counters = createResilienceCounters();
  const options = { name: "prices", observer: counters.observe };
  const outage = new Error("no connection");
  assert.equal(
    await withFallback(
      () => Promise.reject(outage),
      () => "cached",
      options,
    ),
    "cached",
  );
  assert.equal(
    await withFallback(
      async () => "fresh",
      () => assert.fail(),
      options,
    ),
    "fresh",
  );
  const aborted = new DOMException("Off.", "AbortError");
  await assert.rejects(
    withFallback(
      () => Promise.reject(aborted),
      () => assert.fail(),
      options,
    ),
    { name: "AbortError" },
  );
  const second = new Error("no cache");
  await assert.rejects(
    withFallback(
      () => Promise.reject(outage),
      () => Promise.reject(second),
      options,
    ),
    (error: unknown) => error === second && second.cause === outage,
  );
  assert.deepEqual(counters.read(), [{ name: "prices", kind: "fallback", detail: "", count: 2 }]);
});

test("counters tell events apart by name, kind and what happened", () => {
  const counters = createResilienceCounters();
  const events: ResilienceEvent[] = [
    { kind: "breaker", name: "a", from: "closed", to: "open" },
    { kind: "refused", name: "a", by: "breaker" },
    { kind: "refused", name: "a", by: "breaker" },
    { kind: "retry-given-up", name: "b", attempt: 3, reason: "budget", error: undefined },
  ];
  for (const event of events) counters.observe(event);
  assert.deepEqual(
    counters.read().map(({ name, kind, detail, count }) => `${name} ${kind} ${detail} ${count}`),
    ["a breaker open 1", "a refused breaker 2", "b retry-given-up budget 1"],
  );
});
