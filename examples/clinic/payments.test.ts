import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { createCaller, type TestService } from "concordat/testing";
import clinic from "./service.ts";

/** A payment provider: what it was asked, and what it made of it, by idempotency key. */
const asked: string[] = [];
const intents = new Map<string, string>();
let answers: (number | "cut")[] = [];
let provider: Server;
let service: TestService;
let appointment: string;

before(async () => {
  provider = createServer((request, response) => {
    const key = String(request.headers["idempotency-key"]);
    const answer = answers.shift() ?? 201;
    asked.push(key);
    if (answer !== 402) intents.set(key, intents.get(key) ?? `pi_${intents.size + 1}`);
    if (answer === "cut") return void request.socket.destroy();
    const body = answer === 402 ? { reason: "insufficient funds" } : { id: intents.get(key) };
    response.writeHead(answer, { "Content-Type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => provider.listen(0, "127.0.0.1", resolve));
  process.env.PAYMENTS_URL = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  service = await createCaller(clinic);
  const page = await service.as("ada").call("appointment.list");
  appointment = (page as unknown as { data: readonly { id: string }[] }).data[0]?.id ?? "";
});

after(async () => {
  delete process.env.PAYMENTS_URL;
  await service?.close();
  provider?.close();
  provider?.closeAllConnections();
});

const pay = (idempotencyKey: string, amount = "60.00") =>
  service.as("ada").execute("payment.create", { input: { appointment, amount }, idempotencyKey });

async function payments(): Promise<number> {
  const page = await service.as("ada").call("payment.list", { list: { limit: 100 } });
  return (page as unknown as { data: readonly unknown[] }).data.length;
}

test("a payment is asked for once and carries the provider's reference", async () => {
  asked.length = 0;
  const [first, second] = [await pay("one"), await pay("one")];
  assert.ok(first.ok && second.ok && second.replayed);
  assert.deepEqual(second.value, first.value);
  assert.equal((first.value as { providerReference: string }).providerReference, intents.get(asked[0] ?? ""));
  assert.equal(asked.length, 1);
});

test("a connection that breaks after the provider has acted: asked again with the same key, made once", async () => {
  asked.length = 0;
  answers = ["cut"];
  const [made, stored] = [intents.size, await payments()];
  assert.ok((await pay("two")).ok);
  assert.deepEqual([asked.length, new Set(asked).size], [2, 1]);
  assert.deepEqual([intents.size, await payments()], [made + 1, stored + 1]);
});

test("a provider that is down: 502, no payment, and the same key succeeds later", async () => {
  asked.length = 0;
  answers = [503];
  const stored = await payments();
  const refused = await pay("three");
  assert.ok(!refused.ok && refused.error.code === "upstream_failed" && refused.error.status === 502);
  assert.equal(await payments(), stored);
  assert.ok((await pay("three")).ok);
  assert.deepEqual([new Set(asked).size, await payments()], [1, stored + 1]);
});

test("a declined payment is refused with its reason, and stays refused under its key", async () => {
  asked.length = 0;
  answers = [402];
  const [first, second] = [await pay("four"), await pay("four")];
  assert.ok(!first.ok && first.error.code === "payment_declined");
  assert.deepEqual(first.error.data, { reason: "insufficient funds" });
  assert.ok(!second.ok && second.replayed);
  assert.equal(asked.length, 1);
});
