import { setTimeout as sleep } from "node:timers/promises";
import { api, error, type HandlerContext, handle, resource, service, signedIn, t } from "concordat";
import { type CrashPlan, crashCommand, crashPlan } from "concordat/testing";
import { startPayments } from "./payments.ts";

const Order = resource(
  "order",
  { id: t.id("ord"), reference: t.string(), total: t.int32(), charge: t.string().readOnly() },
  { access: { read: [signedIn], create: [signedIn] } },
);
const declined = error("card_declined", { status: 409 });
const placeOrder = Order.create({ idempotency: "required", errors: [declined], deadlineMs: 20_000 });

/** What a payment is asked for. */
export interface ChargeRequest {
  readonly reference: string;
  readonly total: number;
}

/** How a handler pays; the id of the charge, or undefined where the card was declined. */
export type Pay = (
  context: Pick<HandlerContext, "step">,
  request: ChargeRequest,
) => Promise<string | undefined>;

/** A crash plan of a shop whose orders are paid at a payment server in the test's process. */
export function shopPlan(pay: Pay): CrashPlan {
  const shop = service(
    api("shop", { versions: { v1: "2026-01-01" }, resources: [Order], operations: [placeOrder] }),
    [
      handle(placeOrder, async ({ input, db, step }) => {
        const { reference, total } = input;
        const charge = await pay({ step }, { reference, total });
        if (charge === undefined) throw declined();
        return db.insert(Order, { reference, total, charge });
      }),
    ],
    { seed: async ({ apiKey }) => void (await apiKey("me", { principal: "me", roles: [] })) },
  );
  return crashPlan(shop, {
    commands: () => [
      crashCommand(placeOrder, {
        as: "me",
        input: ({ random, mark }) => ({ reference: mark, total: 1 + random.below(120) }),
        writes: { orders: 1 },
      }),
    ],
    outside: startPayments,
  });
}

/** Asks the payment server; throws where it fails. */
export async function charge(
  request: ChargeRequest,
  key: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const answer = await fetch(`${process.env.PAYMENTS_URL}/charges`, {
    method: "POST",
    headers: { "Idempotency-Key": key },
    body: JSON.stringify(request),
    ...(signal === undefined ? {} : { signal }),
  });
  const { id } = (await answer.json()) as { id: string };
  if (answer.status === 402) return undefined;
  if (!answer.ok) throw new Error(`payments answered ${answer.status}`);
  // A death falls into what comes after the answer more often than a fast network would let it.
  await sleep(20);
  return id;
}
