import { randomUUID } from "node:crypto";

/** What is asked of the payment provider. */
export interface PaymentOrder {
  readonly appointment: string;
  /** In EUR. */
  readonly amount: string;
}

/** How a provider is asked: once per key, whatever happens on the way. */
export interface PaymentCall {
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
}

/** The provider's answer: its own id for the payment, or why the patient must pay otherwise. */
export type PaymentIntent = { readonly reference: string } | { readonly declined: string };

/**
 * Asks the payment provider at `PAYMENTS_URL` to collect a payment; it tells the outcome later. Without that setting
 * a sandbox in this process takes every order.
 */
export async function createIntent(order: PaymentOrder, call: PaymentCall): Promise<PaymentIntent> {
  const url = process.env.PAYMENTS_URL;
  if (url === undefined) return sandbox(call.idempotencyKey);
  const answer = await fetch(`${url}/payment-intents`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": call.idempotencyKey },
    body: JSON.stringify({ ...order, currency: "EUR" }),
    signal: call.signal,
  });
  const body = (await answer.json()) as { readonly id?: string; readonly reason?: string };
  if (answer.status === 402) return { declined: body.reason ?? "declined" };
  if (!answer.ok || body.id === undefined) throw new Error(`the payment provider answered ${answer.status}`);
  return { reference: body.id };
}

const intents = new Map<string, PaymentIntent>();

function sandbox(key: string): PaymentIntent {
  const intent = intents.get(key) ?? { reference: `pi_${randomUUID()}` };
  intents.set(key, intent);
  return intent;
}
