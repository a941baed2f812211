import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createCaller, type TestService } from "concordat/testing";
import { createTask, finishTask, Task } from "./contract.ts";
import service, { OPEN_LIMIT } from "./service.ts";

let tasks: TestService;
before(async () => {
  tasks = await createCaller(service);
});
after(() => tasks.close());

test("anyone may list tasks", async () => {
  const page = await tasks.call(Task.list());
  assert.equal(page.data.length, 2);
});

test("nobody may add one without a key", async () => {
  await assert.rejects(tasks.call(createTask, { input: { title: "Sneak in" } }), { code: "unauthenticated" });
});

test("a task is open until it is finished, once", async () => {
  const me = tasks.as("me");
  const task = await me.call(createTask, { input: { title: "Water the plants" } });
  assert.equal(task.status, "open");
  const finished = await me.call(finishTask, { id: task.id });
  assert.equal(finished.status, "done");
  await assert.rejects(me.call(finishTask, { id: task.id }), { code: "invalid_state" });
});

test("a wrong input is refused with every violation", async () => {
  await assert.rejects(tasks.as("me").call("task.create", { input: { title: "", dueOn: "tomorrow" } }), {
    code: "invalid_input",
    status: 422,
  });
});

test("there is an end to open tasks", async () => {
  const me = tasks.as("me");
  await assert.rejects(
    async () => {
      for (let count = 0; count <= OPEN_LIMIT; count++)
        await me.call(createTask, { input: { title: `Task ${count}` } });
    },
    { code: "too_many_open", data: { limit: OPEN_LIMIT } },
  );
});
