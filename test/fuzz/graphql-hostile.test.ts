import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { serveShop } from "../support/graphql-shop.ts";
import { http1, openRaw, type TestAnswer } from "../support/http-clients.ts";

/** A document that is refused may take so much processor time of client and server together, warmed up. */
const MAX_CPU_MS = 250;
const MAX_HEAP_BYTES = 64 * 1024 * 1024;

let shop: Awaited<ReturnType<typeof serveShop>>;
before(async () => {
  shop = await serveShop();
  for (let i = 0; i < 20; i++) await post({ query: `{ shop { name } a${i}: __typename }` });
});
after(() => shop.close());

const headers = { "content-type": "application/json", accept: "application/graphql-response+json" };
const send = (body: string | Uint8Array) => http1(shop.url, { method: "POST", headers, body });
const post = (request: unknown) => send(JSON.stringify(request));

const times = (count: number, make: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => make(i)).join(" ");

/** Sends what should be refused, and bounds what that takes. */
async function refused(work: () => Promise<TestAnswer>): Promise<TestAnswer> {
  globalThis.gc?.();
  const heap = process.memoryUsage().heapUsed;
  const cpu = process.cpuUsage();
  const answer = await work();
  const { user, system } = process.cpuUsage(cpu);
  const ms = (user + system) / 1000;
  assert.ok(ms < MAX_CPU_MS, `${ms} ms`);
  assert.ok(process.memoryUsage().heapUsed - heap < MAX_HEAP_BYTES, "the heap grew");
  assert.equal(answer.status >= 400 && answer.status < 500, true, answer.text.slice(0, 300));
  const { errors } = answer.json();
  assert.ok(errors.length > 0 && errors.length <= 101);
  for (const { message, extensions } of errors) {
    assert.ok(message.length > 10 && message.length < 5000);
    assert.ok(extensions.code && extensions.requestId);
  }
  return answer;
}

const excess = (answer: TestAnswer) => answer.json().errors[0].extensions.data?.limit;

test("depth bombs are refused by depth, deeper ones by their brackets before they are parsed", async () => {
  const deep = (levels: number) => `{ shop { ${"shelf { ".repeat(levels)} label ${"} ".repeat(levels)} } }`;
  assert.equal(excess(await refused(() => post({ query: deep(50) }))), "maxDepth");
  assert.equal(excess(await refused(() => post({ query: deep(1000) }))), "nesting");
  const lists = `{ kept(text: ${"[".repeat(2000)}${"]".repeat(2000)}) }`;
  assert.equal(excess(await refused(() => post({ query: lists }))), "nesting");
  assert.equal(excess(await refused(() => post({ query: "{".repeat(400_000) }))), "nesting");
});

test("alias bombs are refused, at the root and below, by name or through fragments", async () => {
  const root = `{ ${times(1000, (i) => `a${i}: __typename`)} }`;
  assert.equal(excess(await refused(() => post({ query: root }))), "maxRootFields");
  const below = `{ shop { ${times(1000, (i) => `a${i}: name`)} } }`;
  assert.equal(excess(await refused(() => post({ query: below }))), "maxAliases");
  const spread = `{ shop { ${"...F ".repeat(30)} } } fragment F on Shop { ${times(10, (i) => `a${i}: name`)} }`;
  assert.equal(excess(await refused(() => post({ query: spread }))), "maxAliases");
});

test("fragments that spread themselves, in short and long circles, are refused", async () => {
  const circle = (length: number) =>
    `{ shop { ...F0 } } ${times(length, (i) => `fragment F${i} on Shop { name ...F${(i + 1) % length} }`)}`;
  for (const length of [1, 2, 300]) {
    const answer = await refused(() => post({ query: circle(length) }));
    assert.match(answer.json().errors[0].message, /within itself/);
  }
  const all = `{ shop { ...F0 } } ${times(30, (i) => `fragment F${i} on Shop { ${times(30, (j) => `...F${j}`)} name }`)}`;
  await refused(() => post({ query: all }));
});

test("fragments that double are refused before anything grows with them", async () => {
  const doubling = (count: number) =>
    `{ shop { shelf { ...F0 } } } ${times(count, (i) => `fragment F${i} on Shelf { a: shelf { ...F${i + 1} } b: shelf { ...F${i + 1} } }`)} fragment F${count} on Shelf { label }`;
  assert.equal(excess(await refused(() => post({ query: doubling(15) }))), "maxFields");
  await refused(() => post({ query: doubling(200) }));
  const flat = `{ shop { ...F0 } } ${times(200, (i) => `fragment F${i} on Shop { ...F${i + 1} ...F${i + 1} }`)} fragment F200 on Shop { name }`;
  assert.equal(excess(await refused(() => post({ query: flat }))), "maxFields");
});

test("what the rules compare field by field stays bounded", async () => {
  await refused(() => post({ query: `{ shop { ${"name ".repeat(4900)} } }` }));
  await refused(() =>
    post({ query: `{ shop { ${times(900, (i) => `name: id @include(if: ${i % 2 === 0})`)} } }` }),
  );
  await refused(() =>
    post({
      query: `{ ${times(19, (i) => `shop: shop(name: "${i}") { ${"name ".repeat(100)} id: name }`)} }`,
    }),
  );
  await refused(() => post({ query: `{ shop { ${times(1900, (i) => `unknown${i}`)} } }` }));
  const unused = `query (${times(1200, (i) => `$v${i}: Int`)}) { __typename }`;
  await refused(() => post({ query: unused }));
  await refused(() => post({ query: `{ __typename ${"@include(if: true) ".repeat(500)} }` }));
});

test("what the rules compare field by field stays bounded where it is allowed", async () => {
  const cpu = process.cpuUsage();
  const { status } = await post({ query: `{ ${`shop { ${"name ".repeat(60)} } `.repeat(19)} }` });
  const { user, system } = process.cpuUsage(cpu);
  assert.ok(status === 200 || status === 400);
  assert.ok((user + system) / 1000 < MAX_CPU_MS, `${(user + system) / 1000} ms`);
});

test("introspection cannot be nested into a bomb", async () => {
  const types = "__schema { types { fields { type { fields { type { fields { type { name } } } } } } } }";
  await refused(() => post({ query: `{ ${types} }` }));
});

test("a document of 10 MB and variables of 10 MB are refused by their size", async () => {
  for (const request of [
    { query: `{ shop { name } } #${"x".repeat(10_000_000)}` },
    { query: "query ($t: String) { kept(text: $t) }", variables: { t: "x".repeat(10_000_000) } },
  ]) {
    const body = JSON.stringify(request);
    const answer = await refused(() => send(body));
    assert.equal(answer.status, 413);
    assert.equal(answer.json().errors[0].extensions.code, "payload_too_large");
  }
});

test("a document as large as a body may be is read to its limit of tokens and no further", async () => {
  const answer = await refused(() => post({ query: `{ ${"a ".repeat(500_000)} }` }));
  assert.equal(excess(answer), "maxTokens");
});

test("JSON that nests deep, has a key twice, a prototype's key or half a character is refused with its place", async () => {
  const nested = `{"query":"{ __typename }","variables":{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}}`;
  for (const body of [
    nested,
    '{"query":"{ __typename }","query":"{ shop { name } }"}',
    '{"query":"{ __typename }","variables":{"__proto__":{"polluted":true}}}',
    '{"query":"{ kept(text: \\"\\ud800\\") }"}',
    '{"query":"{ __typename }"',
    '{"query":"{ __typename }"} {}',
    "",
    "null",
  ]) {
    const answer = await refused(() => send(body));
    assert.equal(answer.status, 400);
    assert.equal(answer.json().errors[0].extensions.code, "malformed_request");
  }
  assert.equal(({} as { polluted?: boolean }).polluted, undefined);
});

test("bytes that are not UTF-8 are refused, characters of every plane come back as they went", async () => {
  await refused(() =>
    send(Buffer.from([...Buffer.from('{"query":"{ kept(text: \\"'), 0xff, 0xfe, ...Buffer.from('\\") }"}')])),
  );
  await refused(() => http1(`${shop.url}?query=%7B%20kept(text%3A%20%22%ff%22)%20%7D`, { headers }));
  const text = '𝒳 \u0000 \u2028 é é 家 👩‍👩‍👧 \\ "';
  const answer = await post({ query: "query ($t: String) { kept(text: $t) }", variables: { t: text } });
  assert.equal(answer.json().data.kept, text);
});

test("names of a prototype are names like others", async () => {
  for (const name of ["constructor", "__proto__", "toString", "hasOwnProperty"]) {
    await refused(() => post({ query: `{ ${name} }` }));
    await refused(() => post({ query: `{ ...${name} }` }));
    assert.equal((await post({ query: "query Q { __typename }", operationName: name })).status, 400);
  }
});

test("a body that ends too soon ends its request alone", async () => {
  const connection = openRaw(
    shop.port,
    'POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"query":',
  );
  await connection.until(/^$/, 200).catch(() => {});
  connection.socket.destroy();
  assert.equal((await post({ query: "{ __typename }" })).status, 200);
  assert.deepEqual(shop.errors, []);
});

test("two hundred hostile documents at once leave the server answering", async () => {
  const query = `{ shop { ${"name ".repeat(2500)} } }`;
  const answers = await Promise.all(Array.from({ length: 200 }, () => post({ query })));
  assert.ok(answers.every(({ status }) => status === 400));
  assert.equal((await post({ query: "{ shop { name } }" })).status, 200);
});
