import assert from "node:assert/strict";
import { connect } from "node:http2";
import { after, before, describe, test } from "node:test";
import {
  create,
  type DescMethodStreaming,
  type DescMethodUnary,
  fromJson,
  type JsonValue,
  type Message,
  toJson,
} from "@bufbuild/protobuf";
import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { anyone, api, channel, command, error, handle, query, resource, service, stream, t } from "concordat";
import { type RunningService, startService } from "concordat/server";
import postgres from "postgres";
import { databases } from "../../../../../test/support/databases.ts";
import {
  createRpcRegistry,
  type RpcRegistry,
  readDetails,
} from "../../../../../test/support/rpc-registry.ts";
import { until } from "../../../../../test/support/until.ts";
import { ApiError } from "../../../../base/errors/index.ts";

const Room = resource(
  "room",
  { id: t.id("room"), name: t.string({ maxLength: 20 }), size: t.int32({ minimum: 1 }) },
  { access: { read: [anyone], write: [anyone] } },
);
const full = error("room_full", { status: 409, data: t.object({ room: t.string(), left: t.int64() }) });
const enter = command("enter", { input: t.object({ room: t.string() }), access: [anyone], errors: [full] });
const members = query("members", { output: t.object({ n: t.int32() }) });
const limited = command("limited", { access: [anyone] });
const broken = command("broken", { access: [anyone] });
const cached = query("cached", {
  output: t.object({ n: t.int32() }),
  access: [anyone],
  cacheControl: "public, max-age=60",
});
const sleep = command("sleep", {
  input: t.object({ label: t.string() }),
  access: [anyone],
  deadlineMs: 60_000,
});
const sleepMany = stream("sleepMany", {
  input: t.object({ label: t.string() }),
  output: t.object({ n: t.int32() }),
  access: [anyone],
});
const count = stream("count", {
  input: t.object({ to: t.int32({ minimum: 1 }) }),
  output: t.object({ n: t.int32() }),
  access: [anyone],
});
const addUp = stream("addUp", {
  direction: "client",
  input: t.object({ n: t.int32({ minimum: 0 }) }),
  output: t.object({ total: t.int32() }),
  access: [anyone],
  maxBodyBytes: 100,
});
const word = t.object({ text: t.string({ maxLength: 5 }) });
const talk = channel("talk", { key: Room, send: word, receive: word, access: [anyone] });

const halls = service(
  api("halls", {
    versions: { v1: "2026-01-01" },
    resources: [Room],
    operations: [enter, members, limited, broken, cached, sleep, sleepMany, count, addUp, talk],
  }),
  [
    handle(enter, ({ input }) => {
      throw full({ room: input.room, left: 9007199254740993n });
    }),
    handle(members, () => ({ n: 1 })),
    handle(limited, () => {
      throw new ApiError("rate_limited", "Too many calls.", { retryAfterSeconds: 7 });
    }),
    handle(broken, () => {
      throw new TypeError("the password is hunter2");
    }),
    handle(cached, () => ({ n: 1 })),
    handle(sleep, async ({ input, db }) => {
      await db.sql`select pg_sleep(30), ${input.label}::text`;
    }),
    handle(sleepMany, async function* ({ input, db }) {
      yield { n: 1 };
      await db.sql`select pg_sleep(30), ${input.label}::text`;
    }),
    handle(count, async function* ({ input }) {
      for (let n = 1; n <= input.to; n++) yield { n };
    }),
    handle(addUp, async ({ input }) => {
      let total = 0;
      for await (const { n } of input) total += n;
      return { total };
    }),
    handle(talk, async function* ({ input, current }) {
      for await (const { text } of input) yield { text: `${current.name.slice(0, 1)}${text}`.slice(0, 5) };
    }),
  ],
);

for (const database of databases()) {
  describe(`an api over the gRPC family, on ${database.name}`, () => {
    let running: RunningService;
    let registry: RpcRegistry;
    let transports: Readonly<Record<string, Transport>>;
    let room: string;
    const logged: object[] = [];
    const url = database.serverUrl;
    const name = `concordat_rpc_${process.pid}`;

    before(async () => {
      if (url !== undefined) await admin(url, `create database ${name} template template0`);
      const databaseUrl = url && Object.assign(new URL(url), { pathname: `/${name}` }).href;
      running = await startService(halls, {
        mode: "dev",
        logger: { info: () => {}, warn: () => {}, error: (fields) => logged.push(fields) },
        ...(databaseUrl === undefined ? { dataDir: "memory" } : { databaseUrl }),
      });
      registry = createRpcRegistry(running.model);
      const { url: baseUrl } = running;
      transports = {
        gRPC: createGrpcTransport({ baseUrl }),
        "gRPC-Web": createGrpcWebTransport({ baseUrl, httpVersion: "2" }),
        Connect: createConnectTransport({ baseUrl, httpVersion: "2", useBinaryFormat: true }),
        "Connect in JSON": createConnectTransport({ baseUrl, httpVersion: "2", useBinaryFormat: false }),
      };
      room = await running.engine.transaction(
        async (db) => (await db.insert(Room, { name: "Blue", size: 2 })).id,
      );
    });
    after(async () => {
      await running.close();
      if (url !== undefined) await admin(url, `drop database ${name} with (force)`);
    });

    const each = (sentence: string, run: (transport: Transport) => Promise<void>) => {
      for (const protocol of ["gRPC", "gRPC-Web", "Connect", "Connect in JSON"]) {
        test(`${protocol}: ${sentence}`, () => run(transports[protocol]!));
      }
    };
    const unary = async (
      transport: Transport,
      operation: string,
      input: JsonValue,
      timeoutMs?: number,
      signal?: AbortSignal,
    ) => {
      const method = registry.method(operation);
      assert.ok(method?.methodKind === "unary");
      const answer = await transport.unary(
        method as DescMethodUnary,
        signal,
        timeoutMs,
        undefined,
        fromJson(method.input, input),
      );
      return { json: toJson(method.output, answer.message), header: answer.header };
    };
    const streamed = async (
      transport: Transport,
      operation: string,
      inputs: AsyncIterable<JsonValue>,
      signal?: AbortSignal,
    ) => {
      const method = registry.method(operation);
      assert.ok(method !== undefined && method.methodKind !== "unary");
      async function* messages(): AsyncGenerator<Message> {
        for await (const input of inputs) yield fromJson(method!.input, input);
      }
      const answer = await transport.stream(
        method as DescMethodStreaming,
        signal,
        undefined,
        undefined,
        messages(),
      );
      return (async function* () {
        for await (const message of answer.message) yield toJson(method.output, message);
      })();
    };
    const failure = async (work: Promise<unknown>) => {
      const thrown = await work.then(
        () => assert.fail("it succeeded"),
        (reason: unknown) => ConnectError.from(reason),
      );
      const incoming = thrown.details.flatMap((detail) => ("type" in detail ? [detail] : []));
      return { error: thrown, details: readDetails(registry, incoming) };
    };

    each("a row's version comes as etag and goes back as if-match", async (transport) => {
      const made = await unary(transport, "room.create", { name: "Green", size: 1 });
      const { id } = (made.json as { room: { id: string } }).room;
      const etag = made.header.get("etag");
      assert.match(String(etag), /^"v1\./);
      const method = registry.method("room.patch");
      assert.ok(method?.methodKind === "unary");
      const patch = (size: number) =>
        transport.unary(
          method as DescMethodUnary,
          undefined,
          undefined,
          { "if-match": String(etag) },
          fromJson(method.input, { id, size }),
        );
      await patch(2);
      const { error, details } = await failure(patch(3));
      assert.equal(error.code, Code.FailedPrecondition);
      assert.equal(details.get("google.rpc.ErrorInfo").reason, "PRECONDITION_FAILED");
    });

    each("every violation is told at once, by the field of the request", async (transport) => {
      const { error, details } = await failure(
        unary(transport, "room.create", { name: "x".repeat(21), size: 0 }),
      );
      assert.equal(error.code, Code.InvalidArgument);
      const { fieldViolations } = details.get("google.rpc.BadRequest");
      assert.deepEqual(
        fieldViolations.map(({ field, reason }: { field: string; reason: string }) => [field, reason]),
        [
          ["name", "TOO_LONG"],
          ["size", "TOO_SMALL"],
        ],
      );
      const requestId = details.get("google.rpc.RequestInfo").requestId;
      assert.equal(requestId, error.metadata.get("x-request-id"));
    });

    each("a declared error brings its data as a message of its own", async (transport) => {
      const { error, details } = await failure(unary(transport, "enter", { room: "Blue" }));
      assert.equal(error.code, Code.Aborted);
      assert.deepEqual(details.get("google.rpc.ErrorInfo"), {
        reason: "ROOM_FULL",
        domain: "halls",
        metadata: { retry: "no" },
      });
      assert.deepEqual(details.get("halls.v1.RoomFullError"), { room: "Blue", left: "9007199254740993" });
    });

    each("a limit says which quota, and when to try again", async (transport) => {
      const { error, details } = await failure(unary(transport, "limited", {}));
      assert.equal(error.code, Code.ResourceExhausted);
      assert.deepEqual(details.get("google.rpc.RetryInfo"), { retryDelay: "7s" });
      assert.deepEqual(details.get("google.rpc.QuotaFailure"), {
        violations: [{ subject: "halls", description: "Too many calls." }],
      });
      assert.equal(error.metadata.get("retry-after"), "7");
    });

    each("what nobody declared is masked, and logged once under its request id", async (transport) => {
      logged.splice(0);
      const { error, details } = await failure(unary(transport, "broken", {}));
      assert.equal(error.code, Code.Internal);
      assert.doesNotMatch(JSON.stringify([error.rawMessage, [...details]]), /hunter2/);
      const { requestId } = details.get("google.rpc.RequestInfo");
      const lines = logged.filter((fields) => "requestId" in fields && fields.requestId === requestId);
      assert.equal(lines.filter((fields) => /hunter2/.test(JSON.stringify(fields))).length, 1);
    });

    each("streams go both ways, and a wrong message ends one by its number", async (transport) => {
      assert.deepEqual(await collect(await streamed(transport, "count", of({ to: 3 }))), [
        { n: 1 },
        { n: 2 },
        { n: 3 },
      ]);
      assert.deepEqual(await collect(await streamed(transport, "addUp", of({ n: 1 }, { n: 2 }))), [
        { total: 3 },
      ]);
      const wrong = streamed(transport, "addUp", of({ n: 1 }, { n: -1 })).then(collect);
      const { error, details } = await failure(wrong);
      assert.equal(error.code, Code.InvalidArgument);
      assert.equal(details.get("google.rpc.BadRequest").fieldViolations[0].field, "[1].n");
    });

    each("a channel is about the row that its first message names", async (transport) => {
      const all = async (messages: JsonValue[]) =>
        collect(await streamed(transport, "talk", of(...messages)));
      assert.deepEqual(await all([{ id: room, text: "hi" }, { text: "ho" }]), [
        { text: "Bhi" },
        { text: "Bho" },
      ]);
      const nowhere = await failure(all([{ id: "room_none", text: "hi" }]));
      assert.equal(nowhere.error.code, Code.NotFound);
      const other = await failure(
        all([
          { id: room, text: "hi" },
          { id: "room_none", text: "ho" },
        ]),
      );
      assert.equal(other.error.code, Code.InvalidArgument);
      assert.equal((await failure(all([{ id: room, text: "too long" }]))).error.code, Code.InvalidArgument);
    });

    test("gRPC: a message of a stream that is too large is told as such, and is no fault of ours", async () => {
      logged.splice(0);
      const large = registry.method("addUp");
      assert.ok(large?.methodKind === "client_streaming");
      const message = create(large.input);
      message.$unknown = [{ no: 99, wireType: 2, data: new Uint8Array(200).fill(1) }];
      const call = async () => {
        const messages = (async function* () {
          yield message;
        })();
        const answer = await transports.gRPC!.stream(
          large as DescMethodStreaming,
          undefined,
          undefined,
          undefined,
          messages,
        );
        return collect(answer.message);
      };
      const { error, details } = await failure(call());
      assert.equal(error.code, Code.ResourceExhausted);
      assert.equal(details.get("google.rpc.ErrorInfo").reason, "PAYLOAD_TOO_LARGE");
      assert.deepEqual(logged, []);
    });

    test("Connect: a query may be asked by GET, and cached as the contract says", async () => {
      const path = `${running.url}/halls.v1.HallsService/Cached?connect=v1&encoding=json&message=%7B%7D`;
      const response = await fetch(path);
      assert.deepEqual([response.status, await response.json()], [200, { n: 1 }]);
      assert.equal(response.headers.get("cache-control"), "public, max-age=60");
      const command = await fetch(path.replace("Cached", "Limited"));
      assert.equal(command.status, 405);
    });

    test("Connect: who has no credentials, or wrong ones, is told with HTTP's 401 how to come with some", async () => {
      for (const [headers, challenge] of [
        [{}, 'Bearer realm="halls"'],
        [{ authorization: "Bearer wrong" }, 'Bearer realm="halls", error="invalid_token"'],
      ] as const) {
        const response = await fetch(`${running.url}/halls.v1.HallsService/Members`, {
          method: "POST",
          headers: { "content-type": "application/json", ...headers },
          body: "{}",
        });
        assert.equal(response.status, 401);
        assert.equal(response.headers.get("www-authenticate"), challenge);
      }
    });

    test("Connect: asked about a service that is not there, health says so, and that it is no fault of ours", async () => {
      const response = await fetch(`${running.url}/grpc.health.v1.Health/Check`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: '{"service":"nope"}',
      });
      assert.equal(response.status, 404);
      const { details } = (await response.json()) as Record<string, any>;
      const { debug } = details.find(({ type }: { type: string }) => type === "google.rpc.ErrorInfo");
      assert.deepEqual([debug.reason, debug.metadata.retry], ["NOT_FOUND", "no"]);
    });

    test("Connect: bad JSON and unknown fields are refused with their details", async () => {
      const post = (body: string) =>
        fetch(`${running.url}/halls.v1.RoomService/CreateRoom`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body,
        }).then((response) => response.json() as Promise<Record<string, any>>);
      const malformed = await post('{"name":');
      assert.equal(malformed.code, "invalid_argument");
      const info = malformed.details.find(({ type }: { type: string }) => type === "google.rpc.ErrorInfo");
      assert.equal(info.debug.reason, "MALFORMED_REQUEST");
      const unknown = await post('{"name":"A","size":1,"colour":"red"}');
      const bad = unknown.details.find(({ type }: { type: string }) => type === "google.rpc.BadRequest");
      assert.deepEqual(bad.debug.fieldViolations[0].field, "colour");
    });

    const statements = async (label: string): Promise<number> => {
      const sql = postgres(String(url && Object.assign(new URL(url), { pathname: `/${name}` }).href), {
        max: 1,
      });
      const [row] = await sql`select count(*)::int as n from pg_stat_activity where state = 'active'
        and datname = ${name} and query like '%pg_sl' || 'eep(30)%' and query not like '%pg_stat%'`;
      await sql.end();
      assert.ok(label !== "");
      return row?.n ?? -1;
    };

    const real = {
      skip: url === undefined ? "PGlite runs one statement at a time, and none can be seen" : false,
    };

    test("a deadline of 200 ms cancels the statement that sleeps", real, async () => {
      for (const [protocol, transport] of Object.entries(transports)) {
        const startedAt = Date.now();
        const { error } = await failure(unary(transport, "sleep", { label: protocol }, 200));
        assert.equal(error.code, Code.DeadlineExceeded);
        assert.ok(Date.now() - startedAt < 10_000);
        await until("the statement is cancelled", async () => (await statements(protocol)) === 0);
      }
    });

    test(
      "a caller who goes cancels the statement that sleeps, of a unary call and of a stream",
      real,
      async () => {
        for (const [protocol, transport] of Object.entries(transports)) {
          const gone = new AbortController();
          const call = failure(unary(transport, "sleep", { label: protocol }, undefined, gone.signal));
          await until("it sleeps", async () => (await statements(protocol)) === 1);
          gone.abort();
          assert.equal((await call).error.code, Code.Canceled);
          await until("the statement is cancelled", async () => (await statements(protocol)) === 0);
          const left = new AbortController();
          const many = await streamed(transport, "sleepMany", of({ label: protocol }), left.signal);
          const iterator = many[Symbol.asyncIterator]();
          assert.deepEqual(await iterator.next(), { done: false, value: { n: 1 } });
          const next = iterator.next().catch(() => undefined);
          await until("it sleeps", async () => (await statements(protocol)) === 1);
          left.abort();
          await next;
          await until("the statement is cancelled", async () => (await statements(protocol)) === 0);
        }
        assert.equal(running.engine.active, 0);
      },
    );

    test("a stream that is reset cancels the statement that sleeps", real, async () => {
      const session = connect(running.url);
      const request = session.request({
        ":method": "POST",
        ":path": "/halls.v1.HallsService/Sleep",
        "content-type": "application/grpc+json",
        te: "trailers",
      });
      request.on("error", () => {});
      const body = Buffer.from('\0\0\0\0\u000d{"label":"r"}');
      request.end(body);
      await until("it sleeps", async () => (await statements("r")) === 1);
      request.close(8);
      await until("the statement is cancelled", async () => (await statements("r")) === 0);
      session.close();
    });
  });
}

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

async function* of(...messages: JsonValue[]): AsyncGenerator<JsonValue> {
  yield* messages;
}

async function admin(url: string, text: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  await sql.unsafe(text).finally(() => sql.end());
}
