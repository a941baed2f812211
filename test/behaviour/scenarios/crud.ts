import assert from "node:assert/strict";
import type { Actor } from "../caller.ts";
import { group, type Scenario } from "../scenario.ts";
import type { Json, Stage } from "../stage.ts";

/** How a resource's rows are made, changed and read in the general scenarios. */
interface Subject {
  readonly as: (stage: Stage) => Promise<Actor>;
  readonly create: (stage: Stage, as: Actor) => Promise<Json>;
  /** A whole new body that leaves out every optional field. */
  readonly replace?: (stage: Stage, row: Json) => Promise<Json>;
  readonly patch?: Json;
  /** An optional field that `create` sets. */
  readonly optional?: string;
  readonly deletes: boolean;
  readonly key?: boolean;
}

const admin = (stage: Stage) => stage.admin();

const SUBJECTS: Readonly<Record<string, Subject>> = {
  provider: {
    as: admin,
    create: async () => ({ name: "Dr. A", specialty: "family", bio: "Likes walks." }),
    replace: async () => ({ name: "Dr. B", specialty: "cardiology" }),
    patch: { name: "Dr. C" },
    optional: "bio",
    deletes: true,
  },
  patient: {
    as: admin,
    create: async (stage) => ({
      name: "Ada",
      email: `${stage.word()}@example.com`,
      phone: "+4420794600",
      birthDate: "1985-12-10",
    }),
    replace: async (stage) => ({
      name: "Bea",
      email: `${stage.word()}@example.com`,
      birthDate: "1985-12-11",
    }),
    patch: { birthDate: "2000-02-29" },
    optional: "phone",
    deletes: true,
  },
  slot: {
    as: (stage) => stage.provider(),
    create: async (_, as) => ({
      provider: as.id,
      startsAt: "2031-01-01T10:00:00Z",
      endsAt: "2031-01-01T10:30:00Z",
    }),
    replace: async (_, row) => ({
      provider: row.provider,
      startsAt: "2031-01-02T10:00:00Z",
      endsAt: "2031-01-02T10:30:00Z",
    }),
    patch: { endsAt: "2031-01-03T11:00:00Z" },
    deletes: true,
  },
  appointment: {
    as: (stage) => stage.patient(),
    create: async (stage) => ({ slot: (await stage.slot(await stage.provider())).id, reason: "cough" }),
    patch: { reason: "a worse cough" },
    deletes: false,
    key: true,
  },
  payment: {
    as: (stage) => stage.admin(),
    create: async (stage) => ({ appointment: (await stage.appointment()).id, amount: "60.00" }),
    deletes: false,
    key: true,
  },
  specimen: {
    as: (stage) => stage.stranger(),
    create: async (stage) => ({ label: stage.word(), memo: "green" }),
    replace: async (stage) => ({ label: stage.word() }),
    patch: { flag: true, rank: 4 },
    optional: "memo",
    deletes: true,
  },
  note: {
    as: (stage) => stage.stranger(),
    create: async () => ({ body: "one", diary: "secret" }),
    replace: async () => ({ body: "two" }),
    optional: "diary",
    deletes: true,
  },
};

/** The standard operations of every resource. */
export const crud: Scenario[] = Object.entries(SUBJECTS).flatMap(([resource, subject]) =>
  group("resources", {
    [`${resource}: create answers the whole row, get the same one`]: async (stage) => {
      const { as, row, input } = await make(stage, resource, subject);
      for (const [field, value] of Object.entries(input)) assert.deepEqual(row[field], value, field);
      assert.match(row.id, /^[a-z]+_[0-9a-hjkmnp-tv-z]{26}$/);
      assert.match(row.createdAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3}|\.\d{6})?Z$/);
      assert.equal(row.updatedAt, row.createdAt);
      assert.deepEqual(await stage.ok(`${resource}.get`, { id: row.id, as }), row);
    },

    [`${resource}: an unknown id is 404`]: async (stage) => {
      const as = await subject.as(stage);
      const { prefix } = stage.model.resources[resource]!;
      for (const id of [
        `${prefix}_01arz3ndektsv4rrffq69g5fav`,
        `other_01arz3ndektsv4rrffq69g5fav`,
        "x",
        "0",
        "%00",
      ]) {
        const answer = await stage.refused(`${resource}.get`, "not_found", { id, as });
        assert.equal(answer.status, 404);
      }
    },

    [`${resource}: the list has the row once`]: async (stage) => {
      const { as, row } = await make(stage, resource, subject);
      const list = { sort: "-createdAt", limit: stage.model.resources[resource]!.list.maxLimit };
      const { data } = await stage.page(`${resource}.list`, { list, as });
      const found = data.filter((item) => item.id === row.id);
      assert.deepEqual(found, [row]);
    },

    ...(subject.replace && {
      [`${resource}: replace sets every field, removes what it leaves out, and converges`]: async (
        stage: Stage,
      ) => {
        const { as, row } = await make(stage, resource, subject);
        const input = await subject.replace!(stage, row);
        const first = await stage.ok(`${resource}.replace`, { id: row.id, input, as });
        const second = await stage.ok(`${resource}.replace`, { id: row.id, input, as });
        for (const [field, value] of Object.entries(input)) assert.deepEqual(first[field], value, field);
        if (subject.optional) assert.ok(!(subject.optional in first), `${subject.optional} is removed`);
        assert.equal(first.id, row.id);
        assert.equal(first.createdAt, row.createdAt);
        assert.deepEqual({ ...second, updatedAt: "" }, { ...first, updatedAt: "" });
        assert.deepEqual(await stage.ok(`${resource}.get`, { id: row.id, as }), second);
        const unknown = `${stage.model.resources[resource]!.prefix}_01arz3ndektsv4rrffq69g5fav`;
        await stage.refused(`${resource}.replace`, "not_found", { id: unknown, input, as });
      },
    }),

    ...(subject.patch && {
      [`${resource}: patch changes what it names and nothing else`]: async (stage: Stage) => {
        const { as, row } = await make(stage, resource, subject);
        const changed = await stage.ok(`${resource}.patch`, { id: row.id, input: subject.patch!, as });
        assert.deepEqual({ ...changed, updatedAt: "" }, { ...row, ...subject.patch, updatedAt: "" });
        assert.ok(changed.updatedAt >= row.updatedAt);
        assert.deepEqual(await stage.ok(`${resource}.get`, { id: row.id, as }), changed);
      },
    }),

    ...(subject.patch &&
      subject.optional && {
        [`${resource}: patch removes an optional field with null, and null for a required one is refused`]:
          async (stage: Stage) => {
            const { as, row } = await make(stage, resource, subject);
            const input = { [subject.optional!]: null };
            const changed = await stage.ok(`${resource}.patch`, { id: row.id, input, as });
            assert.ok(!(subject.optional! in changed));
            const [required] = Object.keys((await subject.replace?.(stage, row)) ?? {});
            const wrong = { [required!]: null };
            const answer = await stage.refused(`${resource}.patch`, "invalid_input", {
              id: row.id,
              input: wrong,
              as,
            });
            assert.equal(answer.violations[0]?.pointer, `/${required}`);
          },
      }),

    ...(subject.deletes && {
      [`${resource}: delete answers nothing, then the row is gone`]: async (stage: Stage) => {
        const { as, row } = await make(stage, resource, subject);
        const answer = await stage.okAnswer(`${resource}.delete`, { id: row.id, as });
        assert.equal(answer.kind, "none");
        assert.equal(answer.value, undefined);
        await stage.refused(`${resource}.get`, "not_found", { id: row.id, as });
        await stage.refused(`${resource}.delete`, "not_found", { id: row.id, as });
      },
    }),
  }),
);

async function make(stage: Stage, resource: string, subject: Subject) {
  const as = await subject.as(stage);
  const input = await subject.create(stage, as);
  const answer = await stage.okAnswer(`${resource}.create`, {
    input,
    as,
    ...(subject.key ? { idempotencyKey: stage.word("key-") } : {}),
  });
  assert.equal(answer.kind, "created");
  return { as, input, row: answer.value as Json };
}
