import assert from "node:assert/strict";
import { ApiError, type HandlerContext } from "concordat";
import type { Actor, Question } from "../caller.ts";
import { closed, Specimen } from "../laboratory.ts";
import { group } from "../scenario.ts";
import { Outside, scripts } from "../scripts.ts";
import type { Json, Stage } from "../stage.ts";

/** A caller and a label whose script is the given work. */
async function prepare(stage: Stage, work: (context: HandlerContext, label: string) => unknown) {
  const as = await stage.stranger();
  const label = stage.word();
  const runs: unknown[] = [];
  scripts.set(label, (context) => {
    runs.push(context);
    return work(context, label);
  });
  return { as, label, runs, question: { input: { label }, as } };
}

/** Asks for an operation until it has ended. */
async function ended(stage: Stage, as: Actor, id: string): Promise<Json> {
  for (const end = Date.now() + 30_000; ; await new Promise((resolve) => setTimeout(resolve, 20))) {
    const operation = await stage.ok("operation.get", { id, as });
    if (operation.done || Date.now() > end) return operation;
  }
}

/** A script that stays inside until it is let go, and tells when it has been entered. */
function gate() {
  const entered = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const stay = async () => {
    entered.resolve();
    await released.promise;
  };
  return { entered: entered.promise, release: released.resolve, stay };
}

/** Work that waits in a step, so that no transaction is open meanwhile. */
const waitingInStep =
  (stay: () => Promise<void>) =>
  async ({ step, db }: HandlerContext, label: string) => {
    await step("wait", stay);
    await db.insert(Specimen, { label });
    return "waited";
  };

export const longRunning = group("long-running operations", {
  "a long-running command is answered with an operation, which ends with the command's result": async (
    stage,
  ) => {
    const { as, label, question } = await prepare(stage, ({ db }, name) =>
      db.insert(Specimen, { label: name }),
    );
    const answer = await stage.okAnswer("scriptLong", question);
    const operation = answer.value as Json;
    assert.deepEqual([answer.status, answer.kind], [202, "accepted"]);
    assert.match(operation.id, /^op_/);
    assert.deepEqual([operation.name, operation.status, operation.done], ["scriptLong", "running", false]);
    const done = await ended(stage, as, operation.id);
    assert.deepEqual([done.status, done.done, done.error], ["succeeded", true, undefined]);
    assert.equal(done.result.value.label, label);
    assert.equal(await stage.countSpecimens(as, label), 1);
  },

  "a repeated request gets the same operation, and the work is done once": async (stage) => {
    const { as, label, runs, question } = await prepare(stage, ({ db }, name) =>
      db.insert(Specimen, { label: name }),
    );
    const keyed = { ...question, idempotencyKey: stage.word("key-") };
    const first = await stage.okAnswer("scriptLong", keyed);
    const second = await stage.okAnswer("scriptLong", keyed);
    await ended(stage, as, (first.value as Json).id);
    const third = await stage.okAnswer("scriptLong", keyed);
    assert.deepEqual([first.replayed, second.replayed, third.replayed], [false, true, true]);
    assert.deepEqual([second.value, third.value, third.status], [first.value, first.value, 202]);
    assert.deepEqual([runs.length, await stage.countSpecimens(as, label)], [1, 1]);
    assert.equal((await stage.page("operation.list", { as })).data.length, 1);
  },

  "twenty duplicates at once: one operation": async (stage) => {
    const { as, label, question } = await prepare(stage, ({ db }, name) =>
      db.insert(Specimen, { label: name }),
    );
    const keyed = { ...question, idempotencyKey: stage.word("key-") };
    const answers = await Promise.all(Array.from({ length: 20 }, () => stage.call("scriptLong", keyed)));
    const ids = new Set(answers.flatMap(({ ok, value }) => (ok ? [(value as Json).id] : [])));
    assert.equal(ids.size, 1);
    for (const answer of answers) if (!answer.ok) assert.equal(answer.code, "idempotency_in_progress");
    await ended(stage, as, [...ids][0]);
    assert.equal(await stage.countSpecimens(as, label), 1);
  },

  "one who would rather wait gets the answer itself, or the operation if that takes too long": {
    skip: ({ caller }) =>
      caller === "client"
        ? "The client asks for the operation instead of waiting by a preference"
        : undefined,
    run: async (stage) => {
      const { stay, release } = gate();
      const quick = await prepare(stage, () => "at once");
      // Not a promise: a machine that is busy for nine seconds gets the operation, and asks again.
      const patiently = (operation: string, question: Question) =>
        stage.eventually(async () => {
          const answer = await stage.call(operation, { ...question, waitSeconds: 9 });
          assert.notEqual(answer.status, 202);
          return answer;
        });
      const answer = await patiently("scriptLong", quick.question);
      assert.deepEqual([answer.status, answer.value], [200, { value: "at once" }]);
      const failing = await prepare(stage, () => {
        throw closed({ until: "2030-01-01T00:00:00Z" });
      });
      const refusal = await patiently("scriptLong", failing.question);
      assert.deepEqual([refusal.status, refusal.code], [409, "laboratory_closed"]);
      const slow = await prepare(stage, waitingInStep(stay));
      const late = await stage.okAnswer("scriptLong", { ...slow.question, waitSeconds: 1 });
      assert.equal(late.status, 202);
      release();
      assert.equal((await ended(stage, slow.as, (late.value as Json).id)).status, "succeeded");
    },
  },

  "what is wrong with the request is told at once, and no operation is made": async (stage) => {
    const { as, label, question } = await prepare(stage, () => "never");
    await stage.refused("scriptLong", "invalid_input", { ...question, input: { label: 7 } });
    await stage.refused("scriptLong", "unauthenticated", { input: { label } });
    const { id } = await stage.specimen(as, { colour: "blue" });
    await stage.refused("specimen.scriptLong", "invalid_state", { ...question, id });
    await stage.refused("specimen.scriptLong", "not_found", { ...question, id: "spc_none" });
    assert.equal((await stage.page("operation.list", { as })).data.length, 0);
  },

  "an operation is its caller's only": async (stage) => {
    const { as, question } = await prepare(stage, () => "mine");
    const { id } = await stage.ok("scriptLong", question);
    await ended(stage, as, id);
    for (const other of [await stage.stranger(), await stage.admin()]) {
      await stage.refused("operation.get", ["not_found", "forbidden"], { id, as: other });
      await stage.refused("operation.cancel", ["not_found", "forbidden"], { id, as: other });
      assert.equal(
        (await stage.page("operation.list", { as: other })).data.filter((row) => row.id === id).length,
        0,
      );
    }
    await stage.refused("operation.get", "unauthenticated", { id });
    const page = await stage.page("operation.list", {
      list: { filter: { status: { in: ["succeeded"] } } },
      as,
    });
    assert.deepEqual(
      page.data.map((row) => row.id),
      [id],
    );
  },

  "unknown operations are not found, to ask for and to cancel": async (stage) => {
    const as = await stage.stranger();
    for (const id of ["op_01m7z5n1d1et0aa6ft8r0br984", "op_none", "spc_01m7z5n1d1et0aa6ft8r0br984", "%"]) {
      await stage.refused("operation.get", "not_found", { id, as });
      await stage.refused("operation.cancel", "not_found", { id, as });
    }
  },

  "the work is done as its caller": async (stage) => {
    const { as, question } = await prepare(stage, ({ principal, requestId }) => [
      principal.id,
      requestId !== "",
    ]);
    const { id } = await stage.ok("scriptLong", question);
    assert.deepEqual((await ended(stage, as, id)).result, { value: [as.id, true] });
  },

  "a declared error ends the operation with it, and nothing is kept": async (stage) => {
    const { as, label, runs, question } = await prepare(stage, async ({ db }, name) => {
      await db.insert(Specimen, { label: name });
      throw closed({ until: "2030-01-01T00:00:00Z" });
    });
    const { id } = await stage.ok("scriptLong", question);
    const { status, done, error, result } = await ended(stage, as, id);
    assert.deepEqual([status, done, result], ["failed", true, undefined]);
    assert.deepEqual(
      [error.code, error.status, error.data],
      ["laboratory_closed", 409, { until: "2030-01-01T00:00:00Z" }],
    );
    assert.deepEqual([runs.length, await stage.countSpecimens(as, label)], [1, 0]);
  },

  "an unknown exception ends the operation, masked": async (stage) => {
    const { as, label, question } = await prepare(stage, async ({ db }, name) => {
      await db.insert(Specimen, { label: name });
      throw new TypeError("password=hunter2");
    });
    const { id } = await stage.ok("scriptLong", question);
    const operation = await ended(stage, as, id);
    assert.deepEqual([operation.status, operation.error.code], ["failed", "internal"]);
    assert.doesNotMatch(JSON.stringify(operation), /hunter2/);
    assert.equal(await stage.countSpecimens(as, label), 0);
  },

  "what may succeed later is tried again, its steps are not": async (stage) => {
    const bank = new Outside();
    const { as, label, runs, question } = await prepare(stage, async ({ db, step }, name) => {
      await step("charge", ({ idempotencyKey }) => bank.charge(idempotencyKey));
      await db.insert(Specimen, { label: name });
      if (runs.length < 4) throw new ApiError("unavailable", "Not yet.");
      return runs.length;
    });
    const { id } = await stage.ok("scriptLong", question);
    const operation = await ended(stage, as, id);
    assert.deepEqual([operation.status, operation.result], ["succeeded", { value: 4 }]);
    assert.deepEqual([bank.calls.length, await stage.countSpecimens(as, label)], [1, 1]);
  },

  "what fails each time has failed after so many tries": async (stage) => {
    const { as, runs, question } = await prepare(stage, () => {
      throw new ApiError("unavailable", "Never.");
    });
    const { id } = await stage.ok("scriptLong", question);
    const operation = await ended(stage, as, id);
    assert.deepEqual([operation.status, operation.error.code, runs.length], ["failed", "unavailable", 3]);
  },

  "work that takes longer than it may has failed, and nothing is kept": async (stage) => {
    const { as, label, question } = await prepare(stage, async ({ db, signal }, name) => {
      await db.insert(Specimen, { label: name });
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
      return "too late";
    });
    const { id } = await stage.ok("scriptLongTimeout", question);
    const operation = await ended(stage, as, id);
    assert.deepEqual([operation.status, operation.error.code], ["failed", "deadline_exceeded"]);
    assert.equal(await stage.countSpecimens(as, label), 0);
  },

  "a running operation can be cancelled: its work is told, and nothing that it does afterwards is kept":
    async (stage) => {
      const { entered, stay, release } = gate();
      const told = Promise.withResolvers<void>();
      const { as, label, question } = await prepare(stage, async ({ step, db, signal }, name) => {
        signal.addEventListener("abort", () => told.resolve());
        if (signal.aborted) told.resolve();
        await step("wait", stay);
        await db.insert(Specimen, { label: name });
      });
      const { id } = await stage.ok("scriptLong", question);
      await entered;
      const cancelled = await stage.ok("operation.cancel", { id, as });
      assert.deepEqual([cancelled.status, cancelled.done], ["cancelled", true]);
      await told.promise;
      release();
      const again = await stage.refused("operation.cancel", "invalid_state", { id, as });
      assert.equal(again.status, 409);
      await new Promise((resolve) => setTimeout(resolve, 100));
      assert.equal((await stage.ok("operation.get", { id, as })).status, "cancelled");
      assert.equal(await stage.countSpecimens(as, label), 0);
    },

  "an operation that has ended cannot be cancelled": async (stage) => {
    const { as, question } = await prepare(stage, () => "done");
    const { id } = await stage.ok("scriptLong", question);
    await ended(stage, as, id);
    const answer = await stage.refused("operation.cancel", "invalid_state", { id, as });
    assert.equal(answer.status, 409);
    assert.equal((await stage.ok("operation.get", { id, as })).status, "succeeded");
  },

  "progress can be read while the work runs, from inside of its steps too": async (stage) => {
    const { entered, stay, release } = gate();
    const { as, question } = await prepare(stage, async ({ step, progress }) => {
      await step("count", async () => {
        progress({ done: 3, total: 12, message: "three of twelve" });
        await stay();
      });
      return "counted";
    });
    const { id } = await stage.ok("scriptLong", question);
    await entered;
    await stage.eventually(async () => {
      const { progress } = await stage.ok("operation.get", { id, as });
      assert.deepEqual(progress, { done: 3, total: 12, message: "three of twelve" });
    });
    release();
    const operation = await ended(stage, as, id);
    assert.deepEqual([operation.status, operation.progress.done], ["succeeded", 3]);
  },

  "progress that is none, or where nobody asks for it, is our error": async (stage) => {
    for (const odd of [
      2,
      Number.NaN,
      -1,
      { fraction: 1.5 },
      { done: -1 },
      { percent: 5 },
      { message: "x".repeat(501) },
    ]) {
      const { as, question } = await prepare(stage, ({ progress }) => progress(odd as number));
      const { id } = await stage.ok("scriptLong", question);
      assert.equal((await ended(stage, as, id)).error.code, "internal");
    }
    const { question } = await prepare(stage, ({ progress }) => progress(0.5));
    await stage.refused("scriptWithoutKey", "internal", question);
  },

  "an action on a row goes on where the row still allows it": async (stage) => {
    const { entered, stay, release } = gate();
    const { as, question } = await prepare(stage, async ({ step, db, id, current }) => {
      await step("wait", stay);
      return db.update(Specimen, id, { rank: (current as { rank: number }).rank + 1 });
    });
    const { id } = await stage.specimen(as, { colour: "red", rank: 1 });
    const operation = await stage.ok("specimen.scriptLong", { ...question, id });
    await entered;
    await stage.ok("specimen.patch", { id, input: { rank: 10 }, as });
    release();
    const done = await ended(stage, as, operation.id);
    assert.deepEqual([done.status, done.result.id, done.result.rank], ["succeeded", id, 11]);
    const second = gate();
    scripts.set(question.input.label, (context) => waitingInStep(second.stay)(context, ""));
    const other = await stage.ok("specimen.scriptLong", { ...question, id });
    await second.entered;
    await stage.ok("specimen.patch", { id, input: { colour: "blue" }, as });
    second.release();
    assert.equal((await ended(stage, as, other.id)).error.code, "invalid_state");
  },

  "many operations are all done, each once": async (stage) => {
    const { as, label, question } = await prepare(stage, ({ db }, name) =>
      db.insert(Specimen, { label: name }),
    );
    const accepted = await Promise.all(Array.from({ length: 12 }, () => stage.ok("scriptLong", question)));
    for (const { id } of accepted) assert.equal((await ended(stage, as, id)).status, "succeeded");
    assert.equal(await stage.countSpecimens(as, label), 12);
  },
});
