import assert from "node:assert/strict";
import { until } from "../../support/until.ts";
import { gates } from "../laboratory.ts";
import { group, isProtobuf } from "../scenario.ts";

const ONE_CONNECTION = "PGlite is one connection: calls wait for each other instead of running side by side";

/** Keeps the handler that meets this label inside; the function lets it go on and waits until it has done so. */
export function holdHandler(label: string): () => Promise<void> {
  const released = Promise.withResolvers<void>();
  gates.set(label, { entered: () => {}, released: released.promise });
  return async () => {
    released.resolve();
    await new Promise((resolve) => setTimeout(resolve, 50));
  };
}

export const failures = group("failures", {
  "a handler that is too slow is 504 at the deadline, and nothing of it is kept, not even later": async (
    stage,
  ) => {
    const as = await stage.stranger();
    const label = stage.word();
    const release = holdHandler(label);
    const answer = await stage.refused("stall", "deadline_exceeded", { input: { label }, as });
    assert.equal(answer.status, 504);
    assert.equal(await stage.countSpecimens(as, label), 0, "while the handler still runs");
    await release();
    assert.equal(await stage.countSpecimens(as, label), 0, "after the handler has gone on");
  },

  "an error says whether a retry can help, one that the contract declares too": {
    skip: ({ caller }) =>
      ["rest", "cbor", "client", "existing"].includes(caller)
        ? "problems name the code, whose page says it"
        : undefined,
    run: async (stage) => {
      const { slot } = await stage.appointment();
      assert.equal((await stage.book(await stage.patient(), slot.id)).retry, "no");
      const as = await stage.stranger();
      const label = stage.word();
      assert.equal(
        (await stage.refused("refuse", "laboratory_closed", { input: { label }, as })).retry,
        "no",
      );
      const release = holdHandler(label);
      const late = await stage.refused("stall", "deadline_exceeded", { input: { label }, as });
      assert.equal(late.retry, "same-key");
      await release();
    },
  },

  "after a 504 other calls go through while the late handler still runs": async (stage) => {
    const as = await stage.stranger();
    const label = stage.word();
    const release = holdHandler(label);
    await stage.refused("stall", "deadline_exceeded", { input: { label }, as });
    const { id } = await stage.specimen(as);
    await stage.ok("specimen.patch", { id, input: { rank: 1 }, as });
    await release();
  },

  "a statement that is too slow is cancelled in the database": {
    skip: ({ database }) =>
      database === "pglite"
        ? "PGlite runs a statement in this thread: nothing can cancel it from beside"
        : undefined,
    run: async (stage) => {
      const as = await stage.stranger();
      await stage.refused("sleepInSql", "deadline_exceeded", { input: { label: stage.word() }, as });
      await until("nothing sleeps", async () => (await stage.ok("asleep", { as })).count === "0");
    },
  },

  "a call that waits for a connection is answered at its deadline": {
    skip: ({ database }) => (database === "pglite" ? ONE_CONNECTION : undefined),
    run: async (stage) => {
      const as = await stage.stranger();
      const released = Promise.withResolvers<void>();
      const holds: Promise<unknown>[] = [];
      const entered: Promise<void>[] = [];
      for (let at = 0; at < 10; at++) {
        const label = stage.word();
        const inside = Promise.withResolvers<void>();
        entered.push(inside.promise);
        gates.set(label, { entered: () => inside.resolve(), released: released.promise });
        holds.push(stage.okAnswer("hold", { input: { label }, as }));
      }
      try {
        await Promise.all(entered);
        await stage.refused("specimen.list", "deadline_exceeded", { timeoutMs: 200, as });
      } finally {
        released.resolve();
      }
      await Promise.all(holds);
      await stage.ok("specimen.list", { as });
    },
  },

  "two commands that wait for each other: one is done, the other told to try again": {
    skip: ({ database }) => (database === "pglite" ? ONE_CONNECTION : undefined),
    run: async (stage) => {
      const as = await stage.stranger();
      const [one, two] = [await stage.specimen(as), await stage.specimen(as)];
      const label = stage.word();
      const both = Promise.withResolvers<void>();
      let inside = 0;
      gates.set(label, { entered: () => ++inside === 2 && both.resolve(), released: both.promise });
      const answers = await Promise.all([
        stage.call("lockBoth", { input: { label, first: one.id, second: two.id }, as }),
        stage.call("lockBoth", { input: { label, first: two.id, second: one.id }, as }),
      ]);
      const [lost] = answers.filter((answer) => !answer.ok);
      assert.equal(answers.filter((answer) => answer.ok).length, 1);
      assert.ok(["conflict", "unavailable"].includes(lost!.code), lost!.code);
    },
  },

  "a broken constraint that a handler catches: the whole command or nothing": async (stage) => {
    const as = await stage.stranger();
    const [label, slug] = [stage.word(), stage.word("ensure")];
    await stage.ok("ensure", { input: { label: "x", slug }, as });
    for (const operation of ["ensure", "swallow"]) {
      const answer = await stage.call(operation, { input: { label, slug }, as });
      const kept = operation === "swallow" && answer.ok ? 1 : 0;
      assert.equal(await stage.countSpecimens(as, label), kept, `${operation}: ${answer.code}`);
    }
  },

  "a late handler leaves no claim behind": async (stage) => {
    const as = await stage.stranger();
    const label = stage.word();
    const release = holdHandler(label);
    const question = { input: { label }, idempotencyKey: stage.word("key-"), as };
    await stage.refused("stall", "deadline_exceeded", question);
    // The caller is answered before the transaction is rolled back, so a repeat may still meet the claim for a moment.
    let again = await stage.call("stall", question);
    for (let tries = 0; again.code === "idempotency_in_progress" && tries < 100; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      again = await stage.call("stall", question);
    }
    assert.deepEqual([again.code, again.replayed], ["deadline_exceeded", false]);
    await release();
    await stage.okAnswer("hold", { input: { label: stage.word() }, idempotencyKey: stage.word("key-"), as });
  },

  "a caller may ask for less time": {
    skip: (place) =>
      place.caller === "client" || isProtobuf(place)
        ? "The client ends a call at its own deadline, whatever the service answers"
        : undefined,
    run: async (stage) => {
      const as = await stage.stranger();
      const label = stage.word();
      const release = holdHandler(label);
      await stage.refused("hold", "deadline_exceeded", { input: { label }, timeoutMs: 200, as });
      await release();
      assert.equal(await stage.countSpecimens(as, label), 0);
    },
  },

  "a caller that goes away: the work is undone": async (stage) => {
    const as = await stage.stranger();
    const label = stage.word();
    const entered = Promise.withResolvers<AbortSignal>();
    const released = Promise.withResolvers<void>();
    gates.set(label, { entered: entered.resolve, released: released.promise });
    const gone = new AbortController();
    const call = stage.call("hold", { input: { label }, signal: gone.signal, as }).catch(() => undefined);
    const noticed = await entered.promise;
    gone.abort();
    await until("the handler's signal is aborted", () => noticed.aborted);
    released.resolve();
    const answer = await call;
    if (answer !== undefined) assert.equal(answer.code, "cancelled");
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(await stage.countSpecimens(as, label), 0);
  },

  "an unknown exception is masked and its effects undone": async (stage) => {
    const as = await stage.stranger();
    const label = stage.word();
    const answer = await stage.refused("crash", "internal", { input: { label }, as });
    assert.equal(answer.status, 500);
    assert.doesNotMatch(JSON.stringify(answer), /hunter2|TypeError|laboratory\.ts|\bat \//);
    assert.equal(await stage.countSpecimens(as, label), 0);
  },

  "a declared error carries its data and its effects are undone": async (stage) => {
    const as = await stage.stranger();
    const label = stage.word();
    const answer = await stage.refused("refuse", "laboratory_closed", { input: { label }, as });
    assert.deepEqual([answer.status, answer.data], [409, { until: "2030-01-01T00:00:00Z" }]);
    assert.equal(await stage.countSpecimens(as, label), 0);
  },

  "a handler that breaks its own contract is our error, never a wrong answer": async (stage) => {
    const answer = await stage.refused("mislead", "internal");
    assert.equal(answer.status, 500);
  },

  "every failure has a request id of its own": {
    skip: ({ caller }) =>
      caller === "memory" ? "In memory the caller makes the request id itself" : undefined,
    run: async (stage) => {
      const ids = new Set<string>();
      for (let at = 0; at < 3; at++) {
        ids.add((await stage.refused("specimen.list", "unauthenticated")).requestId);
      }
      assert.equal(ids.size, 3);
    },
  },

  "a sensitive value never comes back in an error": async (stage) => {
    const as = await stage.admin();
    for (const input of [
      { name: "x", email: "not an email but secret", birthDate: "1990-01-01" },
      { name: "x", email: "a@example.com", birthDate: "secret-date" },
      { name: "x", email: "a@example.com", birthDate: "1990-01-01", phone: "secret-phone" },
    ]) {
      const answer = await stage.refused("patient.create", "invalid_input", { input, as });
      assert.doesNotMatch(JSON.stringify(answer), /secret/);
    }
  },
});
