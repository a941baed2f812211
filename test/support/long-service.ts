import { api, command, handle, resource, type Service, service, signedIn, t } from "concordat";

const Entry = resource(
  "entry",
  { id: t.id("ent"), job: t.string() },
  { access: { read: [signedIn], write: [signedIn] }, list: { filter: ["job"] } },
);

/** Asks somebody outside twice, then writes one row. */
export const runJob = command("runJob", {
  input: t.object({ job: t.string({ maxLength: 40 }) }),
  output: t.object({ receipts: t.list(t.string()) }),
  longRunning: true,
});

/** A service with one long-running command, which asks `outside(step, idempotencyKey, job)` for a receipt in each step. */
export function longService(outside: (step: string, key: string, job: string) => Promise<string>): Service {
  return service(api("jobs", { versions: { v1: "2026-01-01" }, resources: [Entry], operations: [runJob] }), [
    handle(runJob, async ({ input: { job }, db, step, progress }) => {
      const receipts: string[] = [];
      for (const name of ["first", "second"]) {
        progress({ done: receipts.length, total: 2 });
        receipts.push(await step(name, ({ idempotencyKey }) => outside(name, idempotencyKey, job)));
      }
      await db.insert(Entry, { job });
      return { receipts };
    }),
  ]);
}
