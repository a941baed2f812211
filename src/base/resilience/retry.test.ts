import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import fc from "fast-check";
import { createFakeScheduler } from "../../../test/support/fake-scheduler.ts";
import { ApiError } from "../errors/index.ts";
import { createRetryBudget, fullJitter, Refusal, type ResilienceEvent, retry, retryAdvice } from "./index.ts";

const unavailable = (retryAfterSeconds?: number) =>
  new ApiError("unavailable", "Down.", retryAfterSeconds === undefined ? {} : { retryAfterSeconds });
const seed = Number(process.env.SEED ?? 1);

/** Work that fails with these errors in turn, then succeeds. */
function failing(...errors: readonly unknown[]) {
  const calls: { number: number; at: number; remainingMs: number | undefined }[] = [];
  const scheduler = createFakeScheduler();
  const events: ResilienceEvent[] = [];
  const work = async ({ number, remainingMs }: { number: number; remainingMs: number | undefined }) => {
    calls.push({ number, at: scheduler.now(), remainingMs });
    if (number <= errors.length) throw errors[number - 1];
    return "done";
  };
  const options = {
    scheduler,
    random: () => 0.5,
    repeatable: true,
    observer: (e: ResilienceEvent) => events.push(e),
  };
  return { calls, work, scheduler, events, options };
}

/** What became of it, once `ms` have passed. */
async function after<T>(promise: Promise<T>, scheduler: { advance(ms: number): Promise<void> }, ms = 1e6) {
  const outcome = promise.then(
    (value) => ({ value, error: undefined }),
    (error: unknown) => ({ value: undefined, error }),
  );
  await scheduler.advance(ms);
  return await outcome;
}

test("tries again after a pause with full jitter, until it succeeds", async () => {
  const { calls, work, scheduler, events, options } = failing(unavailable(), unavailable());
  assert.equal((await after(retry(work, options), scheduler)).value, "done");
  // Half of 100, then half of 200.
  assert.deepEqual(
    calls.map(({ at }) => at),
    [0, 50, 150],
  );
  assert.deepEqual(
    events.map(({ kind }) => kind),
    ["retry", "retry"],
  );
  assert.equal(scheduler.pending, 0);
});

test("never waits less than the service asks for, and gives up where it asks for too long", async () => {
  const { calls, work, scheduler, options } = failing(unavailable(2));
  assert.equal((await after(retry(work, options), scheduler)).value, "done");
  assert.deepEqual(
    calls.map(({ at }) => at),
    [0, 2050],
  );
  const far = failing(unavailable(3600));
  const { error } = await after(retry(far.work, far.options), far.scheduler);
  assert.ok(error instanceof ApiError && error.retryAfterSeconds === 3600);
  assert.equal(far.calls.length, 1);
});

test("what may have been done is tried again only where doing it twice is harmless", async () => {
  const refused = new Refusal("breaker", "Open.");
  const limited = new ApiError("rate_limited", "Slow down.");
  const declared = new ApiError("slot_taken", "Taken.", { status: 409 });
  const reset = new TypeError("fetch failed", {
    cause: Object.assign(new Error("reset"), { code: "ECONNRESET" }),
  });
  const cases: [unknown, tries: { repeatable: number; unsafe: number }][] = [
    [unavailable(), { repeatable: 2, unsafe: 1 }],
    [reset, { repeatable: 2, unsafe: 1 }],
    [Object.assign(new Error("no"), { code: "ECONNREFUSED" }), { repeatable: 2, unsafe: 2 }],
    [refused, { repeatable: 2, unsafe: 2 }],
    [limited, { repeatable: 2, unsafe: 2 }],
    [declared, { repeatable: 1, unsafe: 1 }],
    [new TypeError("x is not a function"), { repeatable: 1, unsafe: 1 }],
    [new ApiError("not_found", "No."), { repeatable: 1, unsafe: 1 }],
  ];
  for (const [thrown, tries] of cases) {
    for (const repeatable of [true, false]) {
      const { calls, work, scheduler, options } = failing(thrown);
      await after(retry(work, { ...options, repeatable }), scheduler);
      assert.equal(calls.length, repeatable ? tries.repeatable : tries.unsafe, `${thrown} ${repeatable}`);
    }
  }
  assert.equal(retryAdvice("text"), "no");
});

test("one deadline holds for all tries: each is told what is left, and none begins too late", async () => {
  const { calls, work, scheduler, events, options } = failing(
    ...Array.from({ length: 9 }, () => unavailable()),
  );
  const run = retry(work, { ...options, maxAttempts: 10, timeoutMs: 500 });
  const { error } = await after(run, scheduler);
  assert.ok(error instanceof ApiError && error.code === "unavailable", "the last answer, not a timeout");
  assert.deepEqual(
    calls.map(({ remainingMs }) => remainingMs),
    [500, 450, 350, 150],
  );
  assert.equal(Object(events.at(-1)).reason, "deadline");
  assert.equal(scheduler.pending, 0);
});

test("at the deadline it ends, even where the work does not heed its signal", async () => {
  const scheduler = createFakeScheduler();
  const signals: AbortSignal[] = [];
  const run = retry(
    ({ number, signal }) => {
      signals.push(signal);
      return number === 1 ? Promise.reject(unavailable()) : new Promise<never>(() => undefined);
    },
    { scheduler, random: () => 0, repeatable: true, timeoutMs: 1000 },
  );
  const { error } = await after(run, scheduler);
  assert.ok(error instanceof ApiError && error.code === "deadline_exceeded");
  assert.ok(error.cause instanceof ApiError && error.cause.code === "unavailable", "what happened before");
  assert.equal(signals.at(-1)?.aborted, true);
  assert.equal(scheduler.pending, 0);
});

test("a try that takes too long is aborted and followed by another", async () => {
  const scheduler = createFakeScheduler();
  const aborted: number[] = [];
  const run = retry(
    ({ number, signal, remainingMs }) => {
      assert.equal(remainingMs, 100);
      signal.addEventListener("abort", () => aborted.push(number));
      return number === 1 ? new Promise<string>(() => undefined) : Promise.resolve("second");
    },
    { scheduler, random: () => 0, repeatable: true, attemptTimeoutMs: 100, timeoutMs: 1000 },
  );
  assert.equal((await after(run, scheduler)).value, "second");
  assert.deepEqual(aborted, [1]);
  assert.equal(scheduler.pending, 0);
});

test("the caller's signal ends it with its own reason, in a try and in a pause, and is left as it was", async () => {
  for (const during of ["try", "pause"]) {
    const controller = new AbortController();
    const scheduler = createFakeScheduler();
    const work = () =>
      during === "try" ? new Promise<never>(() => undefined) : Promise.reject(unavailable(5));
    const run = retry(work, { scheduler, repeatable: true, signal: controller.signal, timeoutMs: 60_000 });
    const outcome = after(run, scheduler, 10);
    scheduler.after(5, () => controller.abort("gone"));
    assert.equal((await outcome).error, "gone", during);
    assert.equal(scheduler.pending, 0);
    assert.equal(getEventListeners(controller.signal, "abort").length, 0);
  }
  const never = () => assert.fail("not begun");
  await assert.rejects(retry(never, { signal: AbortSignal.abort(new Error("before")) }), /before/);
});

test("a hundred calls that succeed leave no listener and no timer behind", async () => {
  const { signal } = new AbortController();
  const scheduler = createFakeScheduler();
  for (let i = 0; i < 100; i++) {
    await retry(async () => i, { scheduler, signal, timeoutMs: 1000, attemptTimeoutMs: 100 });
  }
  assert.equal(getEventListeners(signal, "abort").length, 0);
  assert.equal(scheduler.pending, 0);
});

test("an observer that throws changes nothing", async () => {
  const { work, scheduler, options } = failing(unavailable());
  const observer = () => assert.fail("a broken observer");
  assert.equal((await after(retry(work, { ...options, observer }), scheduler)).value, "done");
});

test("unknown options and impossible numbers are refused, all at once", async () => {
  await assert.rejects(
    retry(async () => 1, Object({ attempts: 3, maxAttempts: 0, timeoutMs: Number.NaN })),
    (error: unknown) => {
      assert.ok(error instanceof Error);
      for (const name of ["attempts", "maxAttempts", "timeoutMs"])
        assert.match(error.message, new RegExp(name));
      return true;
    },
  );
});

test("full jitter stays between 0 and an end that doubles up to a limit", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2000 }),
      fc.integer({ min: 0, max: 5000 }),
      fc.integer({ min: 0, max: 100_000 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (attempt, baseMs, maxMs, random) => {
        const pause = fullJitter(attempt, { baseMs, maxMs, random: () => random });
        const end = Math.min(maxMs, baseMs * 2 ** Math.min(attempt - 1, 60));
        assert.ok(pause >= 0 && pause <= end && Math.abs(pause - random * end) < 1e-6);
      },
    ),
    { seed },
  );
});

test("a budget does what the throttling rule of gRPC A6 says", () => {
  const outcomes = fc.array(fc.boolean(), { maxLength: 200 });
  fc.assert(
    fc.property(
      outcomes,
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 1, max: 100 }),
      (all, most, percent) => {
        const ratio = percent / 100;
        const budget = createRetryBudget({ maxTokens: most, tokenRatio: ratio });
        let tokens = most;
        for (const ok of all) {
          if (ok) budget.succeeded();
          else budget.failed();
          tokens = ok ? Math.min(tokens + ratio, most) : Math.max(tokens - 1, 0);
          assert.equal(budget.allows(), tokens > most / 2);
          assert.equal(budget.tokens, tokens);
        }
      },
    ),
    { seed },
  );
});

test("under a lasting outage a budget holds retries to a few", async () => {
  const budget = createRetryBudget();
  const scheduler = createFakeScheduler();
  let tries = 0;
  for (let call = 0; call < 100; call++) {
    const work = () => {
      tries++;
      return Promise.reject(unavailable());
    };
    await after(retry(work, { scheduler, repeatable: true, budget }), scheduler);
  }
  assert.ok(tries >= 100 && tries <= 105, `${tries} tries of 100 calls`);
});
