import { ApiError, api, handle, resource, role, service, signedIn, t } from "concordat";
import { memory } from "./servers/shared.ts";

const fields = {
  name: t.string(),
  description: t.string({ maxLength: 500 }),
  price: t.money({ currency: "EUR" }),
  quantity: t.int32({ minimum: 0 }),
  active: t.bool(),
};

/** A resource in PostgreSQL. */
export const Widget = resource(
  "widget",
  { id: t.id("wid"), ...fields },
  {
    access: { read: [signedIn], write: [role("admin")] },
  },
);

/** The same shape answered from memory by a handler. */
export const Memory = resource(
  "memory",
  { id: t.id("mem"), ...fields },
  {
    plural: "memories",
    access: { read: [signedIn], write: [] },
  },
);

const getMemory = Memory.get();

export const bench = api("bench", {
  versions: { v1: "2026-11-01" },
  resources: [Widget, Memory],
  operations: [getMemory],
  only: { memory: ["get"] },
});

export default service(bench, [
  handle(getMemory, ({ id }) => {
    const found = memory.get(id);
    if (found === undefined) throw new ApiError("not_found", "There is no such row.");
    return found;
  }),
]);
