import assert from "node:assert/strict";
import { ApiError, type HandlerContext } from "concordat";
import type { Actor } from "../caller.ts";
import { closed, Specimen } from "../laboratory.ts";
import { group } from "../scenario.ts";
import { Outside, scripts } from "../scripts.ts";
import type { Stage } from "../stage.ts";

/** A command whose script is given, with its label, a key, and a service outside. */
async function prepare(
  stage: Stage,
  work: (context: HandlerContext, bank: Outside, label: string) => unknown,
) {
  const as = await stage.stranger();
  const label = stage.word();
  const bank = new Outside();
  const runs: unknown[] = [];
  scripts.set(label, (context) => {
    runs.push(context);
    return work(context, bank, label);
  });
  return { as, label, bank, runs, question: { input: { label }, idempotencyKey: stage.word("key-"), as } };
}

/** Inserts a specimen, charges, and answers with the charge. */
async function charge({ db, step }: HandlerContext, bank: Outside, label: string): Promise<unknown> {
  await db.insert(Specimen, { label });
  return step("charge", ({ idempotencyKey }) => bank.charge(idempotencyKey));
}

/** How many steps are recorded under a key. */
async function recorded(stage: Stage, as: Actor, key: string): Promise<number> {
  const label = stage.word();
  scripts.set(label, async ({ db }) => {
    const rows = await db.sql`select 1 from concordat.steps where "key" = ${key}`;
    return rows.length;
  });
  return (await stage.ok("scriptWithoutKey", { input: { label }, as })).value;
}

/** Calls with a deadline, again and again, until the deadline strikes inside of the step. */
async function callUntilEntered(entered: Promise<void>, call: () => Promise<unknown>): Promise<void> {
  let isEntered = false;
  while (!isEntered) {
    const answer = call();
    isEntered = await Promise.race([entered.then(() => true), answer.then(() => false)]);
    await answer;
  }
}

const kept = (stage: Stage, as: Actor, label: string) => stage.countSpecimens(as, label);

export const steps = group("durable steps", {
  "a step is done once, its result is the handler's, and what the handler wrote is kept once": async (
    stage,
  ) => {
    const { as, label, bank, runs, question } = await prepare(stage, charge);
    assert.deepEqual(await stage.ok("script", question), { value: { charge: 1 } });
    assert.deepEqual([bank.calls.length, runs.length, await kept(stage, as, label)], [1, 2, 1]);
    assert.equal((await stage.okAnswer("script", question)).replayed, true);
    assert.deepEqual([bank.calls.length, runs.length], [1, 2]);
  },

  "the command fails after a step: nothing of it is kept but the step, and the next try goes on from there":
    async (stage) => {
      let failing = true;
      const { as, label, bank, question } = await prepare(stage, async (...given) => {
        const value = await charge(...given);
        if (failing) throw new TypeError("after the step");
        return value;
      });
      await stage.refused("script", "internal", question);
      await stage.refused("script", "internal", question);
      assert.deepEqual([bank.calls.length, await kept(stage, as, label)], [1, 0]);
      failing = false;
      const answer = await stage.okAnswer("script", question);
      assert.deepEqual([answer.value, answer.replayed], [{ value: { charge: 1 } }, false]);
      assert.deepEqual([bank.calls.length, await kept(stage, as, label)], [1, 1]);
    },

  "a step that fails is 502, nothing is kept, and the next try calls again with the same key": async (
    stage,
  ) => {
    const { as, label, bank, question } = await prepare(stage, charge);
    bank.after = () => {
      bank.after = () => {};
      throw new Error("connection reset after the charge");
    };
    const answer = await stage.refused("script", "upstream_failed", question);
    assert.equal(answer.status, 502);
    assert.doesNotMatch(JSON.stringify(answer), /connection reset/);
    assert.equal(await kept(stage, as, label), 0);
    assert.deepEqual(await stage.ok("script", question), { value: { charge: 1 } });
    const [first, second] = bank.calls;
    assert.deepEqual([bank.calls.length, first, bank.done.size], [2, second, 1]);
  },

  "a step that throws a declared error: the refusal is the answer, and is replayed": async (stage) => {
    const { as, label, bank, question } = await prepare(stage, charge);
    bank.before = () => {
      throw closed({ until: "2030-01-01T00:00:00Z" });
    };
    const first = await stage.refused("script", "laboratory_closed", question);
    const second = await stage.refused("script", "laboratory_closed", question);
    assert.deepEqual([first.replayed, second.replayed, bank.calls.length], [false, true, 1]);
    assert.deepEqual(first.data, { until: "2030-01-01T00:00:00Z" });
    assert.equal(await kept(stage, as, label), 0);
  },

  "a handler may catch what a step throws and go on, with another step too": async (stage) => {
    const other = new Outside();
    const { bank, question } = await prepare(stage, async ({ step }, first) => {
      try {
        return await step("first", ({ idempotencyKey }) => first.charge(idempotencyKey));
      } catch (error) {
        assert.match(String(error), /no money/);
        return await step("second", ({ idempotencyKey }) => other.charge(idempotencyKey));
      }
    });
    bank.before = () => {
      throw new Error("no money");
    };
    assert.deepEqual(await stage.ok("script", question), { value: { charge: 1 } });
    assert.deepEqual([bank.calls.length, other.calls.length], [1, 1]);
  },

  "a step that hangs ends at its timeout; what it returns later is recorded all the same": async (stage) => {
    const released = Promise.withResolvers<void>();
    const { as, label, bank, question } = await prepare(stage, async ({ db, step }, outside, name) => {
      await db.insert(Specimen, { label: name });
      return step("charge", ({ idempotencyKey }) => outside.charge(idempotencyKey), { timeoutMs: 100 });
    });
    bank.before = () => released.promise;
    const answer = await stage.refused("script", "deadline_exceeded", question);
    assert.equal(answer.status, 504);
    assert.equal(await kept(stage, as, label), 0);
    released.resolve();
    await stage.eventually(async () => assert.equal(await recorded(stage, as, question.idempotencyKey), 1));
    assert.deepEqual(await stage.ok("script", question), { value: { charge: 1 } });
    assert.deepEqual([bank.calls.length, await kept(stage, as, label)], [1, 1]);
  },

  "the deadline passes during a step: 504, and the next try finds what it did": async (stage) => {
    const released = Promise.withResolvers<void>();
    const entered = Promise.withResolvers<void>();
    const { as, label, bank, question } = await prepare(stage, charge);
    bank.before = async () => {
      entered.resolve();
      await released.promise;
    };
    await callUntilEntered(entered.promise, () =>
      // A busy machine may still be undoing the try before.
      stage.refused("script", ["deadline_exceeded", "idempotency_in_progress"], {
        ...question,
        timeoutMs: 300,
      }),
    );
    await stage.refused("script", "idempotency_in_progress", question);
    released.resolve();
    await stage.eventually(async () => assert.ok((await stage.call("script", question)).ok));
    assert.deepEqual([bank.calls.length, await kept(stage, as, label)], [1, 1]);
  },

  "the caller leaves during a step: what it did is recorded, nothing else is": async (stage) => {
    const entered = Promise.withResolvers<void>();
    const { as, label, bank, question } = await prepare(stage, async ({ db, step }, outside, name) => {
      await db.insert(Specimen, { label: name });
      return step("charge", async ({ idempotencyKey, signal }) => {
        entered.resolve();
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        return outside.charge(idempotencyKey);
      });
    });
    const gone = new AbortController();
    const first = stage.call("script", { ...question, signal: gone.signal }).catch(() => undefined);
    await entered.promise;
    gone.abort();
    await first;
    await stage.eventually(async () => assert.equal(await recorded(stage, as, question.idempotencyKey), 1));
    assert.equal(await kept(stage, as, label), 0);
    await stage.eventually(async () => assert.ok((await stage.call("script", question)).ok));
    assert.deepEqual([bank.calls.length, await kept(stage, as, label)], [1, 1]);
  },

  "a result that JSON does not carry unchanged is our error, and nothing is kept": async (stage) => {
    const circular: unknown[] = [];
    circular.push(circular);
    const values = [
      new Date(0),
      Number.NaN,
      10n,
      { a: undefined },
      () => 1,
      Symbol("x"),
      circular,
      new Map(),
      "\ud800",
    ];
    for (const value of [...values, "x".repeat(300_000), new Uint8Array(2), -0]) {
      const { as, label, question } = await prepare(stage, async ({ db, step }, _bank, name) => {
        await db.insert(Specimen, { label: name });
        try {
          await step("odd", () => value as string);
        } catch {
          return "the handler went on";
        }
        return "stored";
      });
      const answer = await stage.refused("script", "internal", question);
      assert.equal(answer.status, 500);
      assert.equal(await kept(stage, as, label), 0);
    }
  },

  "results come back as they were: text, numbers beyond 2^53, lists, objects, null and nothing": async (
    stage,
  ) => {
    for (const value of [
      "é\u0000\n",
      0.1,
      2n ** 60n,
      [],
      {},
      { a: [null, true, { b: "" }] },
      null,
      undefined,
    ]) {
      const { runs, question } = await prepare(stage, async ({ step }) => {
        const result = await step("echo", async () => value);
        assert.deepEqual(result, value);
        return "same";
      });
      assert.deepEqual(await stage.ok("script", question), { value: "same" });
      assert.equal(runs.length, 2);
    }
  },

  "two steps of one name are refused, whatever the handler makes of it": async (stage) => {
    const { bank, question } = await prepare(stage, async ({ step }, outside) => {
      await step("charge", ({ idempotencyKey }) => outside.charge(idempotencyKey));
      await step("charge", ({ idempotencyKey }) => outside.charge(idempotencyKey)).catch(() => undefined);
    });
    await stage.refused("script", "internal", question);
    assert.equal(bank.calls.length, 1);
  },

  "names, options and work that cannot be are refused before anything is called": async (stage) => {
    const odd: readonly (readonly unknown[])[] = [
      ["", () => 1],
      ["x".repeat(201), () => 1],
      ["nul\0", () => 1],
      [7, () => 1],
      ["work", "not a function"],
      ["time", () => 1, { timeoutMs: 0 }],
      ["tries", () => 1, { retries: 1.5 }],
      ["option", () => 1, { retry: 1 }],
    ];
    for (const [name, work, options] of odd) {
      const { question } = await prepare(stage, ({ step }) =>
        step(name as string, work as () => number, options as object),
      );
      await stage.refused("script", "internal", question);
    }
  },

  "a step in a query, or in a command that needs no key, is refused": async (stage) => {
    const { as, label, bank, question } = await prepare(stage, charge);
    await stage.refused("scriptWithoutKey", "internal", question);
    scripts.set(label, ({ step }) => step("charge", ({ idempotencyKey }) => bank.charge(idempotencyKey)));
    await stage.refused("scriptQuery", "internal", { input: { label }, as });
    assert.equal(bank.calls.length, 0);
  },

  "a step that is not awaited is refused": async (stage) => {
    const { question } = await prepare(stage, ({ step }, bank) => {
      void step("charge", ({ idempotencyKey }) => bank.charge(idempotencyKey));
      return "gone on";
    });
    await stage.refused("script", "internal", question);
  },

  "the database and other steps are not to be used in a step's work": async (stage) => {
    const inside = [
      ({ db }: HandlerContext) => db.find(Specimen, "spc_none"),
      ({ step }: HandlerContext) => step("inner", () => 1),
    ];
    for (const use of inside) {
      const { question } = await prepare(stage, (context) =>
        context.step("outer", async () => {
          await use(context);
          return null;
        }),
      );
      await stage.refused("script", ["internal", "upstream_failed"], question);
    }
  },

  "other input under the key of a command whose step is done: refused": async (stage) => {
    let failing = true;
    const { bank, question } = await prepare(stage, async (...given) => {
      const value = await charge(...given);
      if (failing) throw new TypeError("after the step");
      return value;
    });
    await stage.refused("script", "internal", question);
    failing = false;
    const other = { ...question, input: { ...question.input, amount: 2 } };
    const answer = await stage.refused("script", "idempotency_key_reused", other);
    assert.equal(answer.status, 422);
    assert.ok((await stage.call("script", question)).ok);
    assert.equal(bank.calls.length, 1);
  },

  "twenty duplicates of a command with a step at once: the other side is called once": async (stage) => {
    const { as, label, bank, question } = await prepare(stage, charge);
    bank.before = () => new Promise((resolve) => setTimeout(resolve, 20));
    const answers = await Promise.all(Array.from({ length: 20 }, () => stage.call("script", question)));
    for (const answer of answers) {
      if (!answer.ok) assert.equal(answer.code, "idempotency_in_progress");
    }
    assert.ok(answers.filter((answer) => answer.ok && !answer.replayed).length <= 1);
    await stage.eventually(async () => assert.ok((await stage.call("script", question)).ok));
    assert.deepEqual([bank.calls.length, await kept(stage, as, label)], [1, 1]);
  },

  "a duplicate while a step runs is told to wait, and others are served meanwhile": async (stage) => {
    const released = Promise.withResolvers<void>();
    const entered = Promise.withResolvers<void>();
    const { as, label, bank, question } = await prepare(stage, charge);
    bank.before = async () => {
      entered.resolve();
      await released.promise;
    };
    const first = stage.call("script", question);
    await entered.promise;
    const second = await stage.refused("script", "idempotency_in_progress", question);
    assert.deepEqual([second.status, second.retryAfterSeconds], [409, 1]);
    await stage.specimen(as);
    released.resolve();
    assert.ok((await first).ok);
    assert.equal((await stage.okAnswer("script", question)).replayed, true);
    assert.deepEqual([bank.calls.length, await kept(stage, as, label)], [1, 1]);
  },

  "steps that are begun together are done together": async (stage) => {
    const both = Promise.withResolvers<void>();
    let inside = 0;
    const { runs, question } = await prepare(stage, ({ step }) => {
      const meet = async () => {
        if (++inside === 2) both.resolve();
        await both.promise;
        return inside;
      };
      return Promise.all([step("one", meet), step("two", meet)]);
    });
    assert.deepEqual(await stage.ok("script", question), { value: [2, 2] });
    assert.equal(runs.length, 2);
  },

  "steps keep their results when the next try takes them in another order": async (stage) => {
    const order = ["one", "two", "three"];
    const { bank, question } = await prepare(stage, async ({ step }, outside) => {
      const results: Record<string, number> = {};
      for (const name of order) {
        if (name === "three" && outside.calls.length === 2) throw new TypeError("before the third");
        results[name] = (await step(name, ({ idempotencyKey }) => outside.charge(idempotencyKey))).charge;
      }
      return results;
    });
    await stage.refused("script", "internal", question);
    order.sort();
    bank.calls.push("so that the third is done");
    assert.deepEqual(await stage.ok("script", question), { value: { one: 1, three: 3, two: 2 } });
    assert.equal(bank.done.size, 3);
  },

  "each principal, command and step has a key of its own for the other side": async (stage) => {
    const { label, bank, question } = await prepare(stage, async ({ step }, outside) => {
      for (const name of ["one", "two"]) {
        await step(name, ({ idempotencyKey }) => outside.charge(idempotencyKey));
      }
    });
    await stage.ok("script", question);
    await stage.ok("script", { ...question, as: await stage.stranger() });
    await stage.ok("script", { ...question, idempotencyKey: stage.word("key-") });
    assert.deepEqual([bank.calls.length, new Set(bank.calls).size], [6, 6]);
    for (const key of bank.calls) assert.match(key, /^[\w-]{43}$/, label);
  },

  "a step with retries is tried again in the same call, with the same key": async (stage) => {
    const attempts: number[] = [];
    const { bank, question } = await prepare(stage, ({ step }, outside) =>
      step(
        "charge",
        ({ idempotencyKey, attempt }) => {
          attempts.push(attempt);
          return outside.charge(idempotencyKey);
        },
        { retries: 2 },
      ),
    );
    bank.before = () => {
      if (attempts.length < 3) throw new ApiError("unavailable", "Not yet.");
    };
    assert.deepEqual(await stage.ok("script", question), { value: { charge: 1 } });
    assert.deepEqual([attempts, new Set(bank.calls).size], [[1, 2, 3], 1]);
  },

  "after a step the row is read, locked and checked anew": async (stage) => {
    const as = await stage.stranger();
    const label = stage.word();
    const { id } = await stage.specimen(as, { colour: "red", rank: 1 });
    const seen: unknown[] = [];
    let next: object = { rank: 2 };
    scripts.set(label, async ({ current, step, db }) => {
      const { rank } = current as { rank: number };
      seen.push(rank);
      await step("look away", async () => {
        await stage.ok("specimen.patch", { id, input: next, as });
      });
      return db.update(Specimen, id, { rank: rank + 10 });
    });
    const question = { id, input: { label }, as };
    const row = await stage.ok("specimen.script", { ...question, idempotencyKey: stage.word("key-") });
    assert.deepEqual([row.rank, seen], [12, [1, 2]]);
    next = { colour: "blue" };
    await stage.refused("specimen.script", "invalid_state", {
      ...question,
      idempotencyKey: stage.word("key-"),
    });
    assert.equal((await stage.ok("specimen.get", { id, as })).rank, 12);
  },
});
