import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { databases, type TestStore } from "../../../../../test/support/databases.ts";
import { http1, type TestAnswer } from "../../../../../test/support/http-clients.ts";
import { anyone, api, command, compile, handle, resource, role, t } from "../../../../index.ts";
import { createEngine } from "../../../engine/index.ts";
import { createServer, type HttpServer } from "../../../server/index.ts";
import { createRestHandler } from "../index.ts";

const Note = resource(
  "note",
  { id: t.id("not"), text: t.string({ maxLength: 20 }), size: t.int64().optional() },
  { access: { read: [anyone], write: [anyone], delete: [role("admin")] } },
);
const call = command("call", {
  output: t.object({ done: t.bool() }),
  access: [anyone],
  idempotency: "required",
});
const contract = (batch?: object) =>
  api("notes", {
    versions: { v1: "2026-01-01" },
    resources: [Note],
    operations: [call],
    ...(batch === undefined ? {} : { batch }),
  });
const JSON_TYPE = { "content-type": "application/json" };

for (const database of databases()) {
  describe(`batches over REST on ${database.name}`, () => {
    let store: TestStore;
    let server: HttpServer;
    let url = "";
    before(async () => {
      const model = compile(contract({ maxParts: 5, maxBytes: 4096, deadlineMs: 20_000 }));
      store = await database.open(model);
      const engine = createEngine({
        model,
        store,
        handlers: [
          handle(call, async ({ step }) => {
            await step("outside", async () => true);
            return { done: true };
          }),
        ],
        authenticator: {
          authenticate: ({ key }) =>
            key === "admin" ? { id: "adm", roles: ["admin"], credentialId: "k", live: true } : undefined,
        },
      });
      const handler = createRestHandler({ engine, openApi: () => "{}" });
      server = createServer({ handler });
      ({ url } = await server.listen());
    });
    after(async () => {
      await server.close();
      await store.close();
    });

    const send = (body: unknown, headers: Record<string, string> = {}): Promise<TestAnswer> =>
      http1(`${url}/v1/batch`, {
        method: "POST",
        headers: { ...JSON_TYPE, ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      });
    const create = (text: string, more: object = {}) => ({
      method: "POST",
      path: "/v1/notes",
      body: { text },
      ...more,
    });
    const count = async () => (await http1(`${url}/v1/notes?limit=100`)).json().data.length;

    test("each part is answered as its own request would be: status, headers, body, to the digit", async () => {
      const body = `{"requests":[
        {"id":"a","method":"POST","path":"/v1/notes","body":{"text":"one","size":9007199254740993}},
        {"method":"GET","path":"/v1/notes?limit=1&fields=text"},
        {"id":"c","method":"GET","path":"/v1/nowhere"},
        {"id":"d","method":"PUT","path":"/v1/notes"},
        {"id":"e","method":"POST","path":"/v1/notes","headers":{"Content-Type":"application/hal+json"},"body":"x"}]}`;
      const answer = await send(body, { "x-request-id": "req-7" });
      assert.equal(answer.status, 200);
      assert.equal(answer.headers["x-request-id"], "req-7");
      const { responses } = answer.json();
      assert.deepEqual(
        responses.map(({ id, status }: { id?: string; status: number }) => [id, status]),
        [
          ["a", 201],
          [undefined, 200],
          ["c", 404],
          ["d", 405],
          ["e", 415],
        ],
      );
      const [made, listed, missing, refused] = responses;
      assert.equal(made.body.size, "9007199254740993");
      assert.equal(made.headers.location, `/v1/notes/${made.body.id}`);
      assert.match(made.headers.etag, /^"/);
      assert.deepEqual(listed.body.data, [{ text: "one" }]);
      assert.match(missing.headers["content-type"], /problem\+json/);
      assert.equal(missing.body.code, "not_found");
      assert.equal(refused.headers.allow, "GET, HEAD, POST, OPTIONS");
      const read = await http1(url + made.headers.location);
      assert.equal(read.headers.etag, made.headers.etag);
    });

    test("parts keep their conditions and forms: If-Match, JSON Patch, Prefer, If-None-Match", async () => {
      const [made] = (await send({ requests: [create("two")] })).json().responses;
      const path = made.headers.location;
      const patch = [{ op: "replace", path: "/text", value: "three" }];
      const { responses } = (
        await send({
          atomic: true,
          requests: [
            { method: "GET", path, headers: { "If-None-Match": made.headers.etag } },
            {
              method: "PATCH",
              path,
              headers: { "Content-Type": "application/json-patch+json", "If-Match": made.headers.etag },
              body: patch,
            },
            { method: "PATCH", path, headers: { Prefer: "return=minimal" }, body: { size: "5" } },
            { method: "GET", path },
          ],
        })
      ).json();
      assert.deepEqual(
        responses.map(({ status }: { status: number }) => status),
        [304, 200, 204, 200],
      );
      assert.equal(responses[3].body.text, "three");
      assert.equal(responses[3].body.size, "5");
      const stale = await send({
        atomic: true,
        requests: [
          create("never"),
          { method: "PATCH", path, headers: { "if-match": made.headers.etag }, body: {} },
        ],
      });
      assert.deepEqual(
        stale
          .json()
          .responses.map(({ status, body }: { status: number; body: { code: string } }) => [
            status,
            body.code,
          ]),
        [
          [424, "failed_dependency"],
          [412, "precondition_failed"],
        ],
      );
    });

    test("a part refused before it is a call undoes an atomic batch too", async () => {
      const before = await count();
      for (const bad of [
        { method: "GET", path: "/v1/nowhere" },
        { method: "POST", path: "/v1/notes", headers: { "content-type": "application/hal+json" }, body: "x" },
        { method: "DELETE", path: "/v1/notes/not_01arz3ndektsv4rrffq69g5fav" },
        { method: "POST", path: "/v1/call", headers: { "idempotency-key": "k" } },
      ]) {
        const { responses } = (
          await send({ atomic: true, requests: [create("x"), bad, create("y")] })
        ).json();
        assert.equal(responses[0].status, 424);
        assert.ok(responses[1].status >= 400 && responses[1].status !== 424, JSON.stringify(responses[1]));
        assert.equal(responses[2].status, 424);
      }
      assert.equal(await count(), before);
    });

    test("the batch's caller is that of each part", async () => {
      const [made] = (await send({ requests: [create("gone")] })).json().responses;
      const requests = [{ method: "DELETE", path: made.headers.location }];
      assert.equal((await send({ requests })).json().responses[0].status, 401);
      const wrong = await send({ requests }, { authorization: "Bearer nobody" });
      assert.equal(wrong.json().responses[0].body.code, "unauthenticated");
      const done = await send({ requests, atomic: true }, { authorization: "Bearer admin" });
      assert.equal(done.json().responses[0].status, 204);
    });

    test("a key for the whole batch: a repetition does nothing twice, and another batch under it is refused", async () => {
      const before = await count();
      for (const atomic of [true, false]) {
        const key = { "idempotency-key": `whole-${atomic}` };
        const requests = [create("k1"), create("k2"), { method: "GET", path: "/v1/notes?limit=1" }];
        const first = (await send({ atomic, requests }, key)).json().responses;
        const again = (await send({ atomic, requests }, key)).json().responses;
        assert.deepEqual(again[0].body, first[0].body);
        assert.equal(again[1].headers["idempotent-replayed"], "true");
        const other = (await send({ atomic, requests: [create("k3"), create("k2")] }, key)).json().responses;
        assert.equal(other[0].body.code, "idempotency_key_reused");
      }
      assert.equal(await count(), before + 4);
    });

    test("what is no batch is refused whole, with every place, and nothing is done", async () => {
      const before = await count();
      const pointers = async (body: unknown) => {
        const answer = await send(body);
        assert.equal(answer.status, 422, answer.text);
        return answer.json().errors.map(({ pointer }: { pointer: string }) => pointer);
      };
      assert.deepEqual(await pointers({}), ["/requests"]);
      assert.deepEqual(await pointers([]), [""]);
      assert.deepEqual(await pointers({ requests: [] }), ["/requests"]);
      assert.deepEqual(await pointers({ requests: Array(6).fill(create("x")) }), ["/requests"]);
      assert.deepEqual(await pointers({ requests: [create("x")], atomic: "yes", more: 1 }), [
        "/atomic",
        "/more",
      ]);
      assert.deepEqual(
        await pointers({
          requests: [
            create("x", { method: "TRACE" }),
            create("x", { path: "v1/notes" }),
            create("x", { path: "/v1/a b" }),
            create("x", { headers: { accept: 1 } }),
          ],
        }),
        ["/requests/0/method", "/requests/1/path", "/requests/2/path", "/requests/3/headers/accept"],
      );
      assert.deepEqual(
        await pointers({
          requests: [
            create("x", { id: "a" }),
            create("x", { id: "a" }),
            { method: "POST", path: "/v1/batch?x=1", body: { requests: [create("x")] } },
            create("x", {
              headers: {
                "content-type": "text/plain",
                Authorization: "Bearer admin",
                "Content-Length": "3",
                "a/b": "",
              },
            }),
          ],
        }),
        [
          "/requests/1/id",
          "/requests/2/path",
          "/requests/3/headers/content-type",
          "/requests/3/headers/Authorization",
          "/requests/3/headers/Content-Length",
          "/requests/3/headers/a~1b",
        ],
      );
      for (const [body, status] of [
        ["", 422],
        ["{", 400],
        ["null", 422],
        [JSON.stringify({ requests: [create("x".repeat(5000))] }), 413],
      ] as const) {
        assert.equal((await send(body)).status, status, body.slice(0, 20));
      }
      assert.equal((await send("{}", { "content-type": "text/plain" })).status, 415);
      assert.equal((await send({ requests: [create("x")] }, { "idempotency-key": "" })).status, 400);
      assert.equal((await http1(`${url}/v1/batch`)).headers.allow, "POST, OPTIONS");
      assert.equal(await count(), before);
    });
  });
}

test("an api that does not declare batches has none; its limits are checked", async () => {
  const handler = createRestHandler({
    engine: createEngine({
      model: compile(contract()),
      store: { open: () => assert.fail(), ready: async () => {}, close: async () => {}, steps: {} as never },
      handlers: [handle(call, () => ({ done: true }))],
    }),
    openApi: () => "{}",
  });
  const server = createServer({ handler });
  const { url } = await server.listen();
  assert.equal((await http1(`${url}/v1/batch`, { method: "POST" })).status, 404);
  await server.close();
  assert.throws(() => compile(contract({ maxParts: 0, parts: 1 })), /batch\.parts[\s\S]*batch\.maxParts/);
  assert.deepEqual(compile(contract({})).batch, { maxParts: 50, maxBytes: 1_048_576, deadlineMs: 30_000 });
});
