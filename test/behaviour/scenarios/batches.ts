import assert from "node:assert/strict";
import { until } from "../../support/until.ts";
import type { Answer, Part } from "../caller.ts";
import { Specimen } from "../laboratory.ts";
import { group, type Scenario } from "../scenario.ts";
import { scripts } from "../scripts.ts";
import { holdHandler } from "./failures.ts";

const specimen = (label: string): Part => ({ operation: "specimen.create", question: { input: { label } } });
const codesOf = (answers: readonly Answer[]) => answers.map(({ ok, code }) => (ok ? "ok" : code));

/** Scenarios that callers who send calls one by one cannot play. */
const oneByOne = (run: Scenario["run"]): Omit<Scenario, "name" | "group"> => ({
  skip: ({ caller }) =>
    caller === "client"
      ? "The client sends its calls one by one"
      : caller === "mcp"
        ? "MCP has no batches: a message is one call"
        : undefined,
  run,
});

export const batches = group("batches", {
  "independent parts have their own answers, in order: one that fails leaves the others alone": oneByOne(
    async (stage) => {
      const as = await stage.stranger();
      const label = stage.word();
      const parts: Part[] = [
        specimen(label),
        { operation: "specimen.get", question: { id: "spc_01arz3ndektsv4rrffq69g5fav" } },
        specimen("a label that is much too long"),
        { operation: "add", question: { input: { left: 1, right: 2 } } },
        specimen(label),
      ];
      const answers = await stage.batch(parts, { atomic: false, as });
      assert.deepEqual(codesOf(answers), ["ok", "not_found", "invalid_input", "ok", "ok"]);
      assert.deepEqual(
        answers.map(({ kind }) => kind),
        ["created", "failed", "failed", "ok", "created"],
      );
      assert.deepEqual(answers[3]?.value, { sum: "3" });
      assert.equal(answers[2]?.violations[0]?.pointer, "/label");
      assert.equal(await stage.countSpecimens(as, label), 2);
    },
  ),

  "an atomic batch is done whole, and later parts see what earlier ones did": oneByOne(async (stage) => {
    const as = await stage.stranger();
    const label = stage.word();
    const { id } = await stage.specimen(as, { label });
    const parts: Part[] = [
      specimen(label),
      { operation: "specimen.patch", question: { id, input: { rank: 7 } } },
      { operation: "specimen.get", question: { id } },
    ];
    const answers = await stage.batch(parts, { atomic: true, as });
    assert.deepEqual(codesOf(answers), ["ok", "ok", "ok"]);
    assert.partialDeepStrictEqual(answers[2]?.value, { id, rank: 7 });
    assert.equal(await stage.countSpecimens(as, label), 2);
  }),

  "a part that fails undoes its atomic batch: it says why, the others that they depended on it": oneByOne(
    async (stage) => {
      const as = await stage.stranger();
      const label = stage.word();
      for (const [bad, code] of [
        [specimen("a label that is much too long"), "invalid_input"],
        [{ operation: "specimen.get", question: { id: "spc_01arz3ndektsv4rrffq69g5fav" } }, "not_found"],
        [{ operation: "crash", question: { input: { label } } }, "internal"],
        [{ operation: "refuse", question: { input: { label } } }, "laboratory_closed"],
      ] as const) {
        const answers = await stage.batch([specimen(label), bad, specimen(label)], { atomic: true, as });
        assert.deepEqual(codesOf(answers), ["failed_dependency", code, "failed_dependency"]);
        assert.equal(answers[0]?.status, 424);
      }
      assert.equal(await stage.countSpecimens(as, label), 0);
    },
  ),

  "what a caller may not do it may not do in a batch": oneByOne(async (stage) => {
    const [ada, eve] = [await stage.stranger(), await stage.stranger()];
    const label = stage.word();
    const { id } = await stage.ok("note.create", { input: { body: "mine" }, as: ada });
    const parts: Part[] = [
      specimen(label),
      { operation: "note.patch", question: { id, input: { body: "hers" } } },
    ];
    for (const atomic of [false, true]) {
      const answers = await stage.batch(parts, { atomic, as: eve });
      assert.match(String(answers[1]?.code), /^(?:not_found|precondition_required)$/);
    }
    assert.equal(await stage.countSpecimens(eve, label), 1);
    const nobody = await stage.batch(
      [specimen(label), { operation: "add", question: { input: { left: 1 } } }],
      {
        atomic: false,
      },
    );
    assert.deepEqual(codesOf(nobody), ["unauthenticated", "ok"]);
  }),

  "a repeated atomic batch with a key for each part is answered again, and done once": oneByOne(
    async (stage) => {
      const as = await stage.stranger();
      const label = stage.word();
      const [one, two] = [stage.word("key-"), stage.word("key-")];
      const keyed = (idempotencyKey: string): Part => ({
        operation: "specimen.create",
        question: { input: { label }, idempotencyKey },
      });
      const failed = await stage.batch([keyed(one), specimen("a label that is much too long")], {
        atomic: true,
        as,
      });
      assert.deepEqual(codesOf(failed), ["failed_dependency", "invalid_input"]);
      const first = await stage.batch([keyed(one), keyed(two)], { atomic: true, as });
      assert.deepEqual(
        first.map(({ code, replayed }) => [code, replayed]),
        [
          ["", false],
          ["", false],
        ],
      );
      const again = await stage.batch([keyed(one), keyed(two)], { atomic: true, as });
      assert.deepEqual(
        again.map(({ replayed }) => replayed),
        [true, true],
      );
      assert.deepEqual(
        again.map(({ value }) => value),
        first.map(({ value }) => value),
      );
      assert.equal(await stage.countSpecimens(as, label), 2);
    },
  ),

  "an atomic batch whose time is over is undone, and a late handler of it can do nothing": oneByOne(
    async (stage) => {
      const as = await stage.stranger();
      const label = stage.word();
      const parts: Part[] = [
        specimen(label),
        { operation: "stall", question: { input: { label } } },
        specimen(label),
      ];
      const release = holdHandler(label);
      const answers = await stage.batch(parts, { atomic: true, as });
      assert.deepEqual(codesOf(answers), ["failed_dependency", "deadline_exceeded", "failed_dependency"]);
      assert.equal(await stage.countSpecimens(as, label), 0);
      await release();
      assert.equal(await stage.countSpecimens(as, label), 0);
    },
  ),

  "a deadline is that of the whole batch": oneByOne(async (stage) => {
    const as = await stage.stranger();
    const label = stage.word();
    const release = holdHandler(label);
    const parts: Part[] = [{ operation: "hold", question: { input: { label } } }, specimen(label)];
    const answers = await stage.batch(parts, { atomic: false, timeoutMs: 300, as });
    assert.deepEqual(codesOf(answers), ["deadline_exceeded", "deadline_exceeded"]);
    await release();
    assert.equal(await stage.countSpecimens(as, label), 0);
  }),

  "a command that outlives its answer is accepted with its batch, or not at all": oneByOne(async (stage) => {
    const as = await stage.stranger();
    const label = stage.word();
    scripts.set(label, ({ db }) => db.insert(Specimen, { label }));
    const long: Part = { operation: "scriptLong", question: { input: { label } } };
    const undone = await stage.batch([long, specimen("a label that is much too long")], { atomic: true, as });
    assert.deepEqual(codesOf(undone), ["failed_dependency", "invalid_input"]);
    assert.deepEqual((await stage.page("operation.list", { as })).data, []);
    const done = await stage.batch([specimen(label), long], { atomic: true, as });
    assert.deepEqual(codesOf(done), ["ok", "ok"]);
    await until("its work is done", async () => (await stage.countSpecimens(as, label)) === 2);
  }),

  "a durable step is refused in an atomic batch, since it would outlive the transaction": oneByOne(
    async (stage) => {
      const as = await stage.stranger();
      const label = stage.word();
      let isCalled = false;
      scripts.set(label, ({ step }) =>
        step("outside", async () => {
          isCalled = true;
        }),
      );
      const parts: Part[] = [
        specimen(label),
        { operation: "script", question: { input: { label }, idempotencyKey: stage.word("key-") } },
      ];
      const answers = await stage.batch(parts, { atomic: true, as });
      assert.deepEqual(codesOf(answers), ["failed_dependency", "not_implemented"]);
      assert.equal(isCalled, false);
      assert.equal(await stage.countSpecimens(as, label), 0);
      assert.deepEqual(codesOf(await stage.batch(parts, { atomic: false, as })), ["ok", "ok"]);
    },
  ),
});
