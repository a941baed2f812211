import { anyone, api, error, resource, signedIn, t } from "concordat";

export const Task = resource(
  "task",
  {
    id: t.id("task"),
    title: t.string({ minLength: 1, maxLength: 120 }).example("Water the plants"),
    dueOn: t.date().optional().example("2026-12-24"),
    status: t.enum(["open", "done"]).default("open").readOnly(),
  },
  {
    description: "Something to do.",
    access: { read: [anyone], write: [signedIn] },
    list: { filter: ["status", "dueOn"], sort: ["dueOn"], search: ["title"] },
  },
);

export const tooManyOpen = error("too_many_open", {
  status: 409,
  data: t.object({ limit: t.int32() }),
  message: "Finish something first.",
});

export const createTask = Task.create({ errors: [tooManyOpen] });

/** Needs no handler: the contract says in which state it is allowed and what it sets. */
export const finishTask = Task.action("finish", { when: { status: ["open"] }, set: { status: "done" } });

export const tasks = api("tasks", {
  title: "Tasks",
  versions: { v1: "2026-01-01" },
  resources: [Task],
  operations: [createTask, finishTask],
});
