import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { auditServer } from "graphql-http";
import { http1, http2 } from "../support/http-clients.ts";
import { type ServedClinic, serveClinic } from "../support/serve-clinic.ts";

describe("GraphQL of the clinic over HTTP", () => {
  let clinic: ServedClinic;
  let url: string;
  before(async () => {
    clinic = await serveClinic();
    url = `${clinic.url}/graphql`;
  });
  after(() => clinic.close());

  const post = (body: unknown, headers: Record<string, string> = {}) =>
    http1(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/graphql-response+json",
        ...headers,
      },
      body: JSON.stringify(body),
    });
  const as = (name: string) => ({ authorization: `Bearer ${clinic.keys[name]}` });

  test("every audit of graphql-http passes: what must, should and may be", async (t) => {
    const results = await auditServer({ url });
    const failed = results.filter(({ status }) => status !== "ok");
    assert.deepEqual(
      failed.map(({ id, name, ...rest }) => `${id} ${name} ${"reason" in rest ? rest.reason : ""}`),
      [],
    );
    assert.ok(results.length >= 61);
    t.diagnostic(`${results.length} of ${results.length} audits`);
  });

  test("a page of providers is read by anyone, over HTTP/1.1 and HTTP/2", async () => {
    const query =
      "{ providers(first: 2) { nodes { id name specialty } pageInfo { hasNextPage endCursor } } }";
    for (const send of [http1, http2]) {
      const { status, json } = await send(`${url}?${new URLSearchParams({ query })}`);
      assert.equal(status, 200);
      assert.equal(json().data.providers.nodes.length, 2);
      assert.match(json().data.providers.nodes[0].id, /^prv_/);
    }
  });

  test("an answer to GET is asked for again with its entity tag, and not sent again", async () => {
    const query = "{ providers(first: 1) { nodes { name } } }";
    const ask = (more: Record<string, string> = {}) =>
      http1(`${url}?${new URLSearchParams({ query })}`, { headers: more });
    const first = await ask();
    assert.equal(first.headers["cache-control"], "private, no-cache");
    assert.equal((await ask({ "if-none-match": String(first.headers.etag) })).status, 304);
    const wrong = await http1(
      `${url}?${new URLSearchParams({ query: '{ provider(id: "prv_0") { name } }' })}`,
    );
    assert.equal(wrong.headers["cache-control"], "no-store");
  });

  test("who is not known gets 401 with a challenge for what nobody unknown may read; unknown keys too", async () => {
    const query = "{ appointments { nodes { id } } }";
    const stranger = await post({ query });
    assert.equal(stranger.status, 401, stranger.text);
    assert.match(String(stranger.headers["www-authenticate"]), /^Bearer realm="clinic"$/);
    assert.equal(stranger.json().errors[0].extensions.code, "unauthenticated");
    const wrong = await post({ query }, { authorization: "Bearer ck_test_nobody" });
    assert.equal(wrong.status, 401);
    assert.match(String(wrong.headers["www-authenticate"]), /error="invalid_token"/);
    assert.equal((await post({ query }, as("ada"))).status, 200);
    const partly = await post({
      query: "{ providers(first: 1) { nodes { id } } appointments { nodes { id } } }",
    });
    assert.equal(partly.status, 200);
  });

  test("what a request costs is told before and after", async () => {
    const query = "{ providers(first: 3) { nodes { name slots(first: 2) { nodes { startsAt } } } } }";
    const { json } = await post({ query, extensions: { cost: true } });
    assert.equal(json().errors, undefined, JSON.stringify(json().errors));
    const { estimated, max, rowsRead } = json().extensions.cost;
    assert.equal(estimated, 3 * (1 + 2));
    assert.equal(max, 10_000);
    assert.ok(rowsRead > 3 && rowsRead <= estimated, `${rowsRead}`);
  });

  test("a mutation with the request's key is done once", async () => {
    const slots = await post({
      query: "{ slots(first: 1, filter: { status: { in: [OPEN] } }) { nodes { id } } }",
    });
    const [slot] = slots.json().data.slots.nodes;
    const query = `mutation ($slot: ID!) { createAppointment(input: { slot: $slot, reason: "Once" }) { appointment { id } replayed } }`;
    const ask = () =>
      post({ query, variables: { slot: slot.id } }, { ...as("ada"), "idempotency-key": "gqlhttp-once" });
    const first = (await ask()).json();
    assert.equal(first.data.createAppointment.replayed, false, JSON.stringify(first));
    const again = (await ask()).json();
    assert.equal(again.data.createAppointment.replayed, true);
    assert.equal(again.data.createAppointment.appointment.id, first.data.createAppointment.appointment.id);
  });
});
