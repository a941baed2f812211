import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { http1 } from "../support/http-clients.ts";
import { type ServedClinic, serveClinic } from "../support/serve-clinic.ts";

/** Processor time of client and server together for one refused request, warmed up. */
const MAX_CPU_MS = 250;

let clinic: ServedClinic;
before(async () => {
  clinic = await serveClinic();
  for (let at = 0; at < 20; at++) await post({ query: `{ a${at}: providers(first: 1) { nodes { id } } }` });
});
after(() => clinic?.close());

const headers = { "content-type": "application/json", accept: "application/graphql-response+json" };
const post = (request: unknown, more: Record<string, string> = {}) =>
  http1(`${clinic.url}/graphql`, {
    method: "POST",
    headers: { ...headers, ...more },
    body: JSON.stringify(request),
  });
const times = (count: number, make: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => make(index)).join(" ");

/** The one error of a request that is refused before anything runs; which limit it passed. */
async function limitOf(request: { query: string; variables?: unknown }): Promise<string> {
  const cpu = process.cpuUsage();
  const answer = await post(request);
  const { user, system } = process.cpuUsage(cpu);
  assert.ok((user + system) / 1000 < MAX_CPU_MS, `${(user + system) / 1000} ms`);
  assert.equal(answer.status, 400, answer.text.slice(0, 300));
  const [{ extensions }] = answer.json().errors;
  assert.equal(extensions.code, "too_complex", answer.text.slice(0, 300));
  assert.match(extensions.requestId, /^req_/);
  return extensions.data.limit;
}

test("rows that lead to each other in circles are refused by depth, and by what they would cost before that", async () => {
  const circle = (levels: number, first: number) =>
    `{ providers(first: ${first}) { nodes { ${`slots(first: ${first}) { nodes { provider { `.repeat(levels)} id ${"} } } ".repeat(levels)} } } }`;
  assert.equal(await limitOf({ query: circle(7, 1) }), "maxDepth");
  assert.equal(await limitOf({ query: circle(3, 100) }), "maxCost");
  assert.equal((await post({ query: circle(3, 2) })).status, 200);
});

test("cost cannot be hidden in variables, fragments, aliases or lists of ids", async () => {
  const query = `query ($n: Int) { providers(first: $n) { nodes { ...P } } } fragment P on Provider { slots(first: $n) { nodes { id } } }`;
  assert.equal(await limitOf({ query, variables: { n: 100 } }), "maxCost");
  const aliased = `{ ${times(15, (at) => `a${at}: providers(first: 100) { nodes { slots(first: 7) { nodes { id } } } }`)} }`;
  assert.equal(await limitOf({ query: aliased }), "maxCost");
  const wide =
    "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Provider { slots(first: 100) { nodes { id } } } } }";
  assert.equal(await limitOf({ query: wide, variables: { ids: Array(100).fill("prv_0") } }), "maxCost");
});

test("bombs of aliases, fields and fragments are refused", async () => {
  assert.equal(await limitOf({ query: `{ ${times(25, (at) => `a${at}: __typename`)} }` }), "maxRootFields");
  const names = `{ providers { nodes { ${times(200, (at) => `a${at}: name`)} } } }`;
  assert.equal(await limitOf({ query: names }), "maxAliases");
  const doubling = `{ providers { nodes { ...F0 } } } ${times(30, (at) => `fragment F${at} on Provider { a: slots { nodes { provider { ...F${at + 1} } } } b: slots { nodes { provider { ...F${at + 1} } } } }`)} fragment F30 on Provider { id }`;
  assert.ok(["maxFields", "maxDepth"].includes(await limitOf({ query: doubling })));
});

test("values that are too large, too many or of another type are the field's errors, and nobody else's", async () => {
  for (const [args, code] of [
    ["first: 101", "invalid_parameter"],
    ["first: -1", "invalid_parameter"],
    ["first: 1, last: 1", "invalid_parameter"],
    ['after: "nonsense"', "invalid_cursor"],
    [`search: "${"x".repeat(5000)}"`, "invalid_parameter"],
  ] as const) {
    const query = `{ bad: providers(${args}) { nodes { id } } good: providers(first: 1) { nodes { id } } }`;
    const { data, errors } = (await post({ query })).json();
    assert.equal(data.bad, null, args);
    assert.equal(data.good.nodes.length, 1);
    assert.equal(errors[0].extensions.code, code, args);
  }
  assert.equal(await limitOf({ query: "{ providers(first: 100000) { nodes { id } } }" }), "maxCost");
});

test("a heavy document that is allowed takes no more than a bounded time to be made ready and run", async () => {
  const fields = "id name specialty bio createdAt updatedAt";
  const query = `{ ${times(15, (at) => `a${at}: providers(first: 2) { nodes { ${fields} slots(first: 2) { nodes { id startsAt endsAt status provider { ${fields} } } } } }`)} }`;
  const cpu = process.cpuUsage();
  const answer = await post({ query });
  const { user, system } = process.cpuUsage(cpu);
  assert.equal(answer.status, 200, answer.text.slice(0, 300));
  assert.equal(answer.json().errors, undefined);
  assert.ok((user + system) / 1000 < 1000, `${(user + system) / 1000} ms`);
});

test("a hundred bombs and good requests at once: the bombs are refused, the others answered", async () => {
  const bomb = `{ providers { nodes { ${"name ".repeat(2500)} } } }`;
  const good = "{ providers(first: 1) { nodes { name } } }";
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, at) => post({ query: at % 2 === 0 ? bomb : good })),
  );
  for (const [at, { status }] of answers.entries()) assert.equal(status, at % 2 === 0 ? 400 : 200);
});

test("fields and fragments that must be compared with each other are few, or the comparison ends", async () => {
  const lists = `{ providers { nodes { ${"slots { nodes { id } } ".repeat(600)} } } }`;
  assert.equal(await limitOf({ query: lists }), "repeats");
  const spread = `{ providers { nodes { ${times(300, (at) => `...F${at}`)} } } } ${times(300, (at) => `fragment F${at} on Provider { id }`)}`;
  assert.equal(await limitOf({ query: spread }), "repeats");
  const nested = `{ ${times(10, () => `providers { ${"nodes { name } ".repeat(90)} }`)} }`;
  const answer = await post({ query: nested });
  const [{ message, extensions }] = answer.json().errors;
  assert.equal(extensions.code, "too_complex", answer.text.slice(0, 300));
  assert.match(message, /compared with each other/);
});
