import { anyone, api, handle, resource, role, service, t } from "concordat";

/** A service of 3,000 operations: 500 resources with six operations each. */
const RESOURCES = 500;

const resources = Array.from({ length: RESOURCES }, (_, index) =>
  resource(
    `thing${index}`,
    {
      id: t.id(`t${index}`),
      name: t.string({ minLength: 1, maxLength: 120 }),
      size: t.int32().default(5),
      total: t.int64({ minimum: 0n }),
      price: t.money({ currency: "EUR" }),
      state: t.enum(["draft", "open", "closed"]).default("draft").readOnly(),
      next: t.ref(`thing${index}`).optional(),
      notes: t.text({ sensitive: true }).optional(),
      place: t.object({ city: t.string(), lines: t.list(t.string()) }),
      at: t.timestamp(),
    },
    {
      access: { read: [anyone], write: [role("admin")] },
      list: { filter: ["state", "at"], sort: ["name", "at"] },
    },
  ),
);

const opens = resources.map((thing) =>
  thing.action("open", {
    input: t.object({ note: t.string(), count: t.int32() }),
    when: { state: ["draft"] },
  }),
);

export const large = api("large", {
  versions: { v1: "2026-11-01" },
  resources,
  operations: opens,
  only: Object.fromEntries(
    resources.map(({ name }) => [name, ["list", "get", "create", "patch", "delete"] as const]),
  ),
});

export default service(
  large,
  resources.map((thing, index) =>
    handle(opens[index]!, ({ current, input, db }) =>
      db.update(thing, current.id, { state: "open", size: current.size + input.count }),
    ),
  ),
);
