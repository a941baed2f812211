import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createFakeScheduler } from "../../../test/support/fake-scheduler.ts";
import { ApiError } from "../errors/index.ts";
import { createBreaker, Refusal, type ResilienceEvent } from "./index.ts";

const seed = Number(process.env.SEED ?? 1);
const down = new ApiError("unavailable", "Down.");
const fail = () => Promise.reject(down);
const succeed = () => Promise.resolve("up");

/** Calls and says what became of it. */
async function outcomeOf(run: Promise<unknown>): Promise<"up" | "failed" | "refused"> {
  try {
    await run;
    return "up";
  } catch (error) {
    return error instanceof Refusal ? "refused" : "failed";
  }
}

test("opens when half of the calls fail, refuses, lets one through to see, and closes again", async () => {
  const scheduler = createFakeScheduler();
  const events: ResilienceEvent[] = [];
  const observer = (event: ResilienceEvent) => events.push(event);
  const breaker = createBreaker({ name: "bank", minimumCalls: 4, scheduler, observer });
  for (const work of [succeed, succeed, fail]) await outcomeOf(breaker.run(work));
  assert.equal(breaker.state, "closed");
  await outcomeOf(breaker.run(fail));
  assert.equal(breaker.state, "open");
  await scheduler.advance(1000);
  await assert.rejects(breaker.run(assert.fail), (error: unknown) => {
    assert.ok(error instanceof Refusal && error.code === "unavailable" && error.retryAfterSeconds === 4);
    return true;
  });
  await scheduler.advance(4000);
  assert.equal(await outcomeOf(breaker.run(fail)), "failed");
  assert.equal(breaker.state, "open");
  await scheduler.advance(5000);
  assert.equal(await outcomeOf(breaker.run(succeed)), "up");
  assert.equal(breaker.state, "closed");
  const changes = events.flatMap((event) => (event.kind === "breaker" ? [event.to] : [event.kind]));
  assert.deepEqual(changes, ["open", "refused", "half-open", "open", "half-open", "closed"]);
});

test("answers about the request and calls that were called off are no failures", async () => {
  const breaker = createBreaker({ minimumCalls: 1, scheduler: createFakeScheduler() });
  for (const error of [new ApiError("not_found", "No."), new DOMException("Off.", "AbortError")]) {
    await assert.rejects(breaker.run(() => Promise.reject(error)));
  }
  assert.equal(breaker.state, "closed");
});

test("only so many calls are let through to see; one that never comes back does not keep the others out", async () => {
  const scheduler = createFakeScheduler();
  const breaker = createBreaker({ minimumCalls: 1, probes: 2, openMs: 100, scheduler });
  await outcomeOf(breaker.run(fail));
  await scheduler.advance(100);
  const never = () => new Promise<never>(() => undefined);
  void breaker.run(never);
  assert.equal(await outcomeOf(breaker.run(succeed)), "up");
  assert.equal(breaker.state, "half-open");
  assert.equal(await outcomeOf(breaker.run(succeed)), "refused");
  await scheduler.advance(100);
  assert.equal(await outcomeOf(breaker.run(succeed)), "up");
  assert.equal(await outcomeOf(breaker.run(succeed)), "up");
  assert.equal(breaker.state, "closed");
});

test("a probe that is called off gives its place back", async () => {
  const scheduler = createFakeScheduler();
  const breaker = createBreaker({ minimumCalls: 1, openMs: 100, scheduler });
  await outcomeOf(breaker.run(fail));
  await scheduler.advance(100);
  await assert.rejects(breaker.run(() => Promise.reject(new DOMException("Off.", "AbortError"))));
  assert.equal(breaker.state, "half-open");
  assert.equal(await outcomeOf(breaker.run(succeed)), "up");
  assert.equal(breaker.state, "closed");
});

test("what began before the breaker opened says nothing about the time after", async () => {
  const scheduler = createFakeScheduler();
  const breaker = createBreaker({ minimumCalls: 1, openMs: 100, scheduler });
  const slow = Promise.withResolvers<string>();
  const late = breaker.run(() => slow.promise);
  await outcomeOf(breaker.run(fail));
  await scheduler.advance(100);
  const probe = Promise.withResolvers<string>();
  const seeing = breaker.run(() => probe.promise);
  slow.resolve("late");
  await late;
  assert.equal(breaker.state, "half-open", "the late success closes nothing");
  probe.resolve("up");
  await seeing;
  assert.equal(breaker.state, "closed");
});

test("does what a list of all outcomes says it should", async () => {
  const steps = fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant("pass" as const), ms: fc.integer({ min: 0, max: 400 }) }),
      fc.record({ kind: fc.constant("call" as const), ok: fc.boolean() }),
    ),
    { maxLength: 60 },
  );
  const settings = fc.record({
    minimumCalls: fc.integer({ min: 1, max: 5 }),
    failureRatio: fc.constantFrom(0.25, 0.5, 1),
    probes: fc.integer({ min: 1, max: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(steps, settings, async (all, options) => {
      const scheduler = createFakeScheduler();
      const breaker = createBreaker({ ...options, windowMs: 1000, openMs: 300, scheduler });
      const model = slowBreaker({ ...options, windowMs: 1000, openMs: 300 });
      for (const step of all) {
        if (step.kind === "pass") {
          await scheduler.advance(step.ms);
          continue;
        }
        const expected = model.call(scheduler.now(), step.ok);
        assert.equal(await outcomeOf(breaker.run(step.ok ? succeed : fail)), expected);
        assert.equal(breaker.state, model.state());
      }
    }),
    { seed, numRuns: 200 },
  );
});

/** The slow, obvious reading: keeps every outcome. */
function slowBreaker(options: {
  minimumCalls: number;
  failureRatio: number;
  probes: number;
  windowMs: number;
  openMs: number;
}) {
  let state: "closed" | "open" | "half-open" = "closed";
  let outcomes: { at: number; ok: boolean }[] = [];
  let openedAt = 0;
  let seen = 0;
  const bucket = (at: number) => Math.floor(at / (options.windowMs / 10));
  const open = (now: number) => {
    state = "open";
    openedAt = now;
  };
  return {
    state: () => state,
    call(now: number, ok: boolean): "up" | "failed" | "refused" {
      if (state === "open") {
        if (now - openedAt < options.openMs) return "refused";
        state = "half-open";
        seen = 0;
      }
      if (state === "half-open") {
        if (!ok) open(now);
        else if (++seen === options.probes) {
          state = "closed";
          outcomes = [];
        }
      } else {
        outcomes.push({ at: now, ok });
        const recent = outcomes.filter(({ at }) => bucket(at) > bucket(now) - 10);
        const failures = recent.filter((outcome) => !outcome.ok).length;
        if (recent.length >= options.minimumCalls && failures / recent.length >= options.failureRatio)
          open(now);
      }
      return ok ? "up" : "failed";
    },
  };
}

test("options that do not exist are refused", () => {
  assert.throws(() => createBreaker(Object({ ratio: 1 })), { name: "UsageError" });
  assert.throws(() => createBreaker({ failureRatio: 0 }), { name: "UsageError" });
});
