import assert from "node:assert/strict";
import { it } from "node:test";
import { cpuMs } from "../../../test/support/cpu-time.ts";
import { anyone, api, compile, resource, role, t } from "../../index.ts";

const RESOURCES = 300;

/** 3,000 operations: six standard ones and four actions of each resource. */
function largeContract() {
  const resources = Array.from({ length: RESOURCES }, (_, index) =>
    resource(
      `thing${index}`,
      {
        id: t.id(`t${index}`),
        name: t.string(),
        size: t.int32().default(5),
        price: t.money({ currency: "EUR" }),
        state: t.enum(["draft", "open", "closed"]).default("draft").readOnly(),
        next: t.ref(`thing${(index + 1) % RESOURCES}`).optional(),
        notes: t.text({ sensitive: true }).optional(),
        place: t.object({ city: t.string(), lines: t.list(t.string()) }),
        at: t.timestamp(),
      },
      {
        owner: "next",
        access: { read: [anyone], write: [role("admin")] },
        list: { filter: ["state", "next", "at", "next.at"], sort: ["name", "at"], search: ["name"] },
      },
    ),
  );
  const input = t.object({ note: t.string(), count: t.int32() });
  const operations = resources.flatMap((thing) =>
    ["open", "close", "lift", "drop"].map((name) =>
      thing.action(name, { input, when: { state: ["draft"] }, set: { state: "open" } }),
    ),
  );
  return api("large", { versions: { v1: "2026-11-01" }, resources, operations });
}

it("compiles 3,000 operations in a fraction of a second", (t) => {
  const contract = largeContract();
  const times = [1, 2, 3, 4, 5].map(() =>
    cpuMs(() => {
      const model = compile(contract);
      assert.equal(Object.keys(model.operations).length, 3000);
    }),
  );
  const measured = `${times.map(Math.round).join(", ")} ms`;
  t.diagnostic(measured);
  // An idle core takes 150 ms. Ten times that tells a slip of the algorithm from a slow or shared core.
  assert.ok(Math.min(...times) < 1500, measured);
});
