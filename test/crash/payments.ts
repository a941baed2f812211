import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { CommandOutcome, Outside } from "concordat/testing";
import type { ChargeRequest } from "./shop.ts";

/** Totals above are declined. */
const LIMIT = 100;

/**
 * A payment server as real ones are: charges once per Idempotency-Key, is slow, fails before a charge and, worse, after
 * one. Its check wants one charge for each order that is there, and none for one that is not.
 */
export async function startPayments(): Promise<Outside> {
  const charges = new Map<string, { readonly id: string; readonly reference: string }>();
  let calls = 0;
  const server = createServer(async (request, response) => {
    const call = ++calls;
    const key = String(request.headers["idempotency-key"]);
    const { reference, total }: ChargeRequest = JSON.parse(await text(request));
    const answer = (status: number, id: string) => response.writeHead(status).end(JSON.stringify({ id }));
    if (call % 11 === 0) return answer(503, "");
    if (total > LIMIT) return answer(402, "");
    let charge = charges.get(key);
    if (charge === undefined) {
      charge = { id: `ch_${charges.size + 1}`, reference };
      charges.set(key, charge);
      if (call % 7 === 0) return request.socket.destroy();
    }
    return answer(200, charge.id);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    env: { PAYMENTS_URL: `http://127.0.0.1:${port}` },
    check: (commands) => checkCharges([...charges.values()], commands),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function checkCharges(
  charges: readonly { readonly id: string; readonly reference: string }[],
  commands: readonly CommandOutcome[],
): void {
  for (const { mark, status, body } of commands) {
    const made = charges.filter(({ reference }) => reference === mark).map(({ id }) => id);
    const order: { readonly charge?: string } = body === "" ? {} : JSON.parse(body);
    assert.deepEqual(
      made,
      status === 201 ? [order.charge] : [],
      `charges of ${mark}, answered ${status} ${body}`,
    );
  }
}
