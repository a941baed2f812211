import { charge, shopPlan } from "../shop.ts";

/** Each charge is a durable step. */
export default shopPlan(async ({ step }, request) => {
  const made = await step("charge", async ({ idempotencyKey, signal }) => ({
    id: (await charge(request, idempotencyKey, signal)) ?? "",
  }));
  return made.id === "" ? undefined : made.id;
});
