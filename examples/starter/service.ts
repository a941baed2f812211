import { handle, service } from "concordat";
import { createTask, Task, tasks, tooManyOpen } from "./contract.ts";

export const OPEN_LIMIT = 50;

export default service(
  tasks,
  [
    handle(createTask, async ({ input, db }) => {
      const open = await db.list(Task, {
        filter: [{ field: "status", operator: "in", values: ["open"] }],
        limit: OPEN_LIMIT,
      });
      if (open.data.length === OPEN_LIMIT) throw tooManyOpen({ limit: OPEN_LIMIT });
      return db.insert(Task, input);
    }),
  ],
  {
    seed: async ({ db, apiKey }) => {
      await db.insert(Task, { title: "Read the contract" });
      await db.insert(Task, { title: "Add a field", dueOn: "2026-12-24" });
      await apiKey("me", { principal: "me", roles: ["member"] });
    },
  },
);
