import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import {
  answer,
  type Behaviour,
  type FlakyServer,
  halfBody,
  problem,
  reset,
  silence,
  startFlakyServer,
} from "../../../test/support/flaky-server.ts";
import { api, command, error, query, resource, t } from "../../index.ts";
import {
  CallError,
  type ClientEvent,
  type ClientOptions,
  createClient,
  type FetchRequest,
  isError,
} from "./index.ts";

const Thing = resource("thing", {
  id: t.id("thg"),
  name: t.string(),
  big: t.int64(),
  ratio: t.float64().optional(),
  seal: t.bytes().optional(),
  free: t.json().optional(),
  parts: t.list(t.object({ weight: t.int64() })).optional(),
  shape: t.union("kind", { round: t.object({ area: t.int64() }) }).optional(),
});
const tooBig = error("too_big", { status: 409, data: t.object({ most: t.int64() }) });
const grow = Thing.action("grow", { input: t.object({ by: t.int64() }), errors: [tooBig] });
const once = command("once", { idempotency: "none", input: t.object({ n: t.int32() }) });
const ping = query("ping", { output: t.object({ at: t.timestamp() }) });
const things = api("things", {
  versions: { v1: "2026-01-01" },
  resources: [Thing],
  operations: [grow, once, ping],
});

const ID = "thg_00000000000000000000000000";
const row = (values: object = {}) =>
  JSON.stringify({ id: ID, name: "x", big: "9007199254740993", ...values });
const good = answer(200, row(), { ETag: '"v1.x"' });

let server: FlakyServer;
let events: ClientEvent[];
before(async () => {
  server = await startFlakyServer();
});
after(() => server?.close());
beforeEach(() => {
  events = [];
});

const client = (options: Partial<ClientOptions> = {}) =>
  createClient(things, {
    url: server.url,
    apiKey: "secret",
    random: () => 0,
    observer: (event) => events.push(event),
    ...options,
  });

/** The CallError that a call fails with. */
async function failure(call: Promise<unknown>): Promise<CallError> {
  const thrown = await call.then(
    () => assert.fail("succeeded"),
    (error: unknown) => error,
  );
  assert.ok(thrown instanceof CallError, String(thrown));
  return thrown;
}

test("reads are tried again after broken connections, half answers, nonsense, 429, 502 and 503", async () => {
  const html = answer(502, "<html>Bad gateway</html>", { "Content-Type": "text/html" });
  const bad: Record<string, Behaviour> = {
    reset,
    halfBody,
    html,
    notJson: answer(200, "{oops"),
    notUtf8: (_, response) =>
      response.writeHead(200, { "Content-Type": "application/json" }).end(Buffer.from([0xff])),
    otherType: answer(200, row(), { "Content-Type": "text/plain" }),
    limited: problem(429, "rate_limited", { "Retry-After": "0" }),
    unavailable: problem(503, "unavailable"),
    internal: problem(500, "internal"),
  };
  for (const [name, behaviour] of Object.entries(bad)) {
    server.script(behaviour, good);
    assert.equal((await client().thing.get(ID)).big, 9007199254740993n, name);
    assert.equal(server.seen.length, 2, name);
  }
});

test("a command is tried again under one key; without a key only what surely was not done", async () => {
  server.script(reset, problem(503, "unavailable"), good);
  await client().thing.grow(ID, { by: 1n });
  const keys = new Set(server.seen.map(({ headers }) => headers["idempotency-key"]));
  assert.equal(keys.size, 1);
  assert.match(String([...keys][0]), /^[0-9a-f-]{36}$/);
  assert.deepEqual(new Set(server.seen.map(({ body }) => body)), new Set(['{"by":"1"}']));
  assert.equal(new Set(server.seen.map(({ headers }) => headers["x-request-id"])).size, 3);
  const { idempotencyKey } = events.find(({ kind }) => kind === "request") as { idempotencyKey?: string };
  assert.equal(keys.has(idempotencyKey), true, "the caller can persist it");

  server.script(reset, good);
  assert.equal(
    (await failure(client().thing.grow(ID, { by: 1n }, { idempotencyKey: null }))).reason,
    "connection",
  );
  assert.equal(server.seen.length, 1);
  server.script(reset, answer(204));
  assert.equal((await failure(client().once({ n: 1 }))).reason, "connection");
  assert.equal(server.seen[0]?.headers["idempotency-key"], undefined);
  server.script(problem(429, "rate_limited", { "Retry-After": "0" }), answer(204));
  assert.equal(await client().once({ n: 1 }), undefined);
  assert.equal(server.seen.length, 2);
});

test("a service that is not there: nothing was sent, so anything is tried again", async () => {
  let tries = 0;
  const refused = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
  const fetch = () => {
    tries++;
    return Promise.reject(new TypeError("fetch failed", { cause: refused }));
  };
  const error = await failure(client({ fetch }).once({ n: 1 }));
  assert.equal(error.reason, "connection");
  assert.equal(tries, 3);
});

test("refusals are final, and carry what the service says", async () => {
  const body = JSON.stringify({
    code: "too_big",
    title: "Too big",
    status: 409,
    detail: "It does not fit.",
    data: { most: "9007199254740993" },
  });
  server.script(answer(409, body));
  const error = await failure(client().thing.grow(ID, { by: 1n }));
  assert.equal(server.seen.length, 1);
  assert.ok(isError(tooBig, error));
  assert.equal(error.data.most, 9007199254740993n);
  assert.deepEqual([error.message, error.title, error.status], ["It does not fit.", "Too big", 409]);
  server.script(answer(404, "not here", { "Content-Type": "text/plain" }));
  const plain = await failure(client().thing.get(ID));
  assert.deepEqual([plain.code, plain.status, plain.reason], ["not_found", 404, "answer"]);
});

test("Retry-After is waited for, and one beyond the deadline ends the call with the answer", async () => {
  server.script(problem(503, "unavailable", { "Retry-After": "7" }));
  const controller = new AbortController();
  const call = client({
    observer: (event) => {
      events.push(event);
      if (event.kind === "retry") controller.abort("enough");
    },
  }).thing.get(ID, { signal: controller.signal });
  await assert.rejects(call, (reason) => reason === "enough");
  const retry = events.find((event) => event.kind === "retry");
  assert.equal(retry?.delayMs, 7000);
  server.script(problem(503, "unavailable", { "Retry-After": "50" }));
  const error = await failure(client().thing.get(ID));
  assert.deepEqual([error.code, error.retryAfterSeconds, error.reason], ["unavailable", 50, "answer"]);
});

test("the deadline ends it, is told to the service, and is told apart", async () => {
  const told: (string | undefined)[] = [];
  const fetch = (_url: string, { headers }: FetchRequest) => {
    told.push(headers["X-Request-Timeout-Ms"]);
    return new Promise<never>(() => undefined);
  };
  const error = await failure(client({ fetch }).thing.grow(ID, { by: 1n }, { timeoutMs: 60 }));
  assert.deepEqual([error.reason, error.code], ["deadline", "deadline_exceeded"]);
  assert.ok(error.idempotencyKey && error.requestId);
  assert.ok(Number(told[0]) > 0 && Number(told[0]) <= 54);
});

test("the caller's signal ends it with its own reason, before and during", async () => {
  server.script(silence);
  const controller = new AbortController();
  const call = client().thing.get(ID, { signal: controller.signal });
  const abort = setInterval(() => server.seen.length > 0 && controller.abort("gone"), 5);
  await assert.rejects(call, (reason) => reason === "gone");
  clearInterval(abort);
  server.script(good);
  await assert.rejects(
    client().thing.get(ID, { signal: AbortSignal.abort("before") }),
    (reason) => reason === "before",
  );
  assert.equal(server.seen.length, 0);
});

test("a redirect is not followed: the key stays where it was sent", async () => {
  const elsewhere = await startFlakyServer();
  elsewhere.script(good);
  for (const status of [301, 302, 303, 307, 308]) {
    server.script(answer(status, "", { Location: `${elsewhere.url}/v1/things/${ID}` }));
    const error = await failure(client().thing.get(ID));
    assert.equal(error.reason, "redirect");
    assert.equal(server.seen.length, 1);
  }
  assert.equal(elsewhere.seen.length, 0);
  await elsewhere.close();
});

test("an answer that is too large is given up, not read to its end", async () => {
  server.script(answer(200, row({ name: "x".repeat(100_000) })));
  const error = await failure(client({ maxResponseBytes: 10_000 }).thing.get(ID));
  assert.equal(error.reason, "too-large");
  assert.equal(server.seen.length, 1);
});

test("304 is answered from what the client has; a 304 that nobody asked for is no answer", async () => {
  const one = client();
  server.script(good, answer(304, "", { ETag: '"v1.x"' }));
  const [first, second] = [await one.thing.get(ID), await one.thing.get(ID)];
  assert.deepEqual(second, first);
  assert.equal(server.seen[1]?.headers["if-none-match"], '"v1.x"');
  server.script(answer(304));
  assert.equal((await failure(one.thing.get(ID.replace(/0$/, "1")))).reason, "bad-answer");
});

test("the cache holds so many answers and so much text, the ones last used", async () => {
  const one = client({ maxCacheEntries: 2 });
  const ids = ["a", "b", "c"].map((letter) => ID.replace(/0$/, letter));
  server.script(good);
  for (const id of [...ids, ids[2] ?? "", ids[0] ?? ""]) await one.thing.get(id);
  const asked = server.seen.map(({ headers }) => headers["if-none-match"] !== undefined);
  assert.deepEqual(asked, [false, false, false, true, false]);
  const none = client({ maxCacheEntries: 0 });
  for (const id of [ids[0], ids[0]]) await none.thing.get(id ?? "");
  assert.equal(server.seen.at(-1)?.headers["if-none-match"], undefined);
});

test("what another key was answered is not shown to this one", async () => {
  let key = "one";
  const both = client({ apiKey: () => key });
  server.script(good);
  await both.thing.get(ID);
  key = "two";
  await both.thing.get(ID);
  assert.deepEqual(
    server.seen.map(({ headers }) => [headers.authorization, headers["if-none-match"]]),
    [
      ["Bearer one", undefined],
      ["Bearer two", undefined],
    ],
  );
});

test("values come and go exactly, and what the contract does not know yet stays as it came", async () => {
  const wire = {
    ratio: 0.1,
    seal: "AQL/",
    parts: [{ weight: "-9223372036854775808", colour: "new" }],
    shape: { kind: "square", side: 1 },
    later: { added: "in the next version" },
  };
  server.script(answer(200, `${row(wire).slice(0, -1)},"free":{"n":123456789012345678901}}`));
  const got: object = await client().thing.get(ID);
  assert.deepEqual(got, {
    id: ID,
    name: "x",
    big: 9007199254740993n,
    ...wire,
    seal: new Uint8Array([1, 2, 255]),
    parts: [{ weight: -(2n ** 63n), colour: "new" }],
    free: { n: 123456789012345678901n },
  });
  server.script(answer(201, row()));
  await client().thing.create({
    name: "ü",
    big: 2n ** 63n - 1n,
    seal: new Uint8Array([1, 2, 255]),
    free: { n: 123456789012345678901n, list: [1.5, null] },
    parts: [{ weight: 5n }],
    shape: { kind: "round", area: 7n },
  });
  assert.equal(
    server.seen[0]?.body,
    '{"name":"ü","big":"9223372036854775807","seal":"AQL/","free":{"n":123456789012345678901,"list":[1.5,null]},' +
      '"parts":[{"weight":"5"}],"shape":{"kind":"round","area":"7"}}',
  );
  server.script(answer(200, row({ big: "1e3" })));
  assert.equal((await failure(client({ maxAttempts: 1 }).thing.get(ID))).reason, "bad-answer");
});

test("it warns once of each operation that will go away", async () => {
  const headers = {
    Deprecation: "@1688169599",
    Sunset: "Sun, 30 Jun 2030 23:59:59 GMT",
    Link: '</docs>; rel="deprecation"',
  };
  server.script(answer(200, '{"at":"2026-01-01T00:00:00Z"}', headers));
  const one = client();
  await one.ping();
  await one.ping();
  assert.deepEqual(
    events.filter(({ kind }) => kind === "deprecated"),
    [
      {
        kind: "deprecated",
        operation: "ping",
        since: "2023-06-30T23:59:59Z",
        sunset: "2030-06-30T23:59:59Z",
        link: "/docs",
      },
    ],
  );
});

test("the trace of the caller and the client's own headers go along; it cannot be made to follow", async () => {
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  server.script(answer(200, '{"at":"2026-01-01T00:00:00Z"}'));
  await client({ traceparent: () => traceparent, headers: { "User-Agent": "desk/1" } }).ping();
  const { headers } = server.seen[0] ?? assert.fail();
  assert.deepEqual([headers.traceparent, headers["user-agent"]], [traceparent, "desk/1"]);
});

test("pages that go in a circle end with an error", async () => {
  const page = { data: [], page: { nextCursor: "again", prevCursor: null, hasMore: true } };
  server.script(answer(200, JSON.stringify(page)));
  const read = async () => {
    for await (const _ of client().thing.list()) assert.fail("no rows");
  };
  assert.equal((await failure(read())).reason, "bad-answer");
});

test("what rows say of files is there; only a file itself is sent as one", async () => {
  const Paper = resource("paper", { id: t.id("pap"), scan: t.file().optional(), text: t.text() });
  const papers = api("papers", { versions: { v1: "2026-01-01" }, resources: [Paper] });
  const scan = { id: "file_1", name: "a.pdf", mediaType: "application/pdf", size: 3, sha256: "00" };
  server.script(answer(200, JSON.stringify({ id: "pap_1", text: "x", scan })));
  const { paper } = createClient(papers, { url: server.url });
  assert.deepEqual((await paper.get("pap_1")).scan, scan);
  await paper.patch("pap_1", { scan: null, text: "y" });
  assert.equal(server.seen[1]?.body, '{"scan":null,"text":"y"}');
  await assert.rejects(paper.patch("pap_1", { scan: Object(scan) }), { name: "UsageError" });
  server.script(answer(200, "x".repeat(1000)));
  const small = createClient(papers, { url: server.url, maxResponseBytes: 100 }).paper;
  assert.equal((await failure(small.downloadScan("pap_1"))).reason, "too-large");
  server.script(problem(404, "not_found"));
  assert.equal((await failure(small.downloadScan("pap_1"))).code, "not_found");
});
