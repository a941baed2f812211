import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { create } from "@bufbuild/protobuf";
import { StringValueSchema } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import {
  compressionGzip,
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import * as web from "@connectrpc/connect-web";
import * as grpc from "@grpc/grpc-js";
import {
  describeEcho,
  ECHO,
  type EchoServer,
  openEcho,
  textBytes,
} from "../../../../test/support/echo-service.ts";
import { RpcError } from "../../../wire/grpc/index.ts";

let echo: EchoServer;
/** What methods saw of their callers' leaving. */
const left: string[] = [];
const service = describeEcho();

before(async () => {
  echo = await openEcho({
    Say: async (text, context) => {
      context.setHeader("x-said", "before");
      context.setTrailer("x-after", "a");
      context.setTrailer("x-after", "b");
      context.setTrailer("x-raw-bin", Uint8Array.of(0, 255, 7));
      if (text === "echo headers") return JSON.stringify(context.headers);
      if (text === "how long") return String(context.timeoutMs);
      if (text === "refuse") {
        throw new RpcError("FAILED_PRECONDITION", "Nein — 100 % nicht.", {
          details: [{ typeUrl: "type.googleapis.com/test.v1.Why", value: Uint8Array.of(10, 1, 65) }],
        });
      }
      if (text === "crash") throw new Error("the secret behind it");
      if (text === "wait") await leaving(context.signal, "say");
      return text;
    },
    async *Count(text, context) {
      if (text === "forever") {
        for (let at = 0; ; at++) {
          if (context.signal.aborted) break;
          yield "x".repeat(10_000);
          if (at === 1) await leaving(context.signal, "count");
        }
        return;
      }
      for (let at = 1; at <= Number(text); at++) yield String(at);
    },
    Sum: async (texts) => {
      let sum = 0;
      for await (const text of texts) sum += Number(text);
      return String(sum);
    },
    async *Chat(texts) {
      for await (const text of texts) {
        if (text === "stop") return;
        yield `${text}!`;
      }
    },
  });
});
after(() => echo.close());

async function leaving(signal: AbortSignal, name: string): Promise<void> {
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  left.push(name);
}

async function untilLeft(name: string): Promise<void> {
  for (let tries = 0; !left.includes(name); tries++) {
    assert.ok(tries < 100, `${name} was not told`);
    await wait(10);
  }
  left.length = 0;
}

describe("@grpc/grpc-js", () => {
  let client: grpc.Client;
  const { serialize, deserialize } = textBytes;

  before(() => {
    client = new grpc.Client(`127.0.0.1:${echo.port}`, grpc.credentials.createInsecure());
  });
  after(() => client.close());

  const say = (text: string, metadata = new grpc.Metadata(), options: grpc.CallOptions = {}) =>
    new Promise<{ text: string; headers: grpc.Metadata; trailers: grpc.Metadata }>((resolve, reject) => {
      let headers = new grpc.Metadata();
      let answer = "";
      const call = client.makeUnaryRequest(
        `${ECHO}/Say`,
        serialize,
        deserialize,
        text,
        metadata,
        options,
        (error, value) => {
          if (error !== null) reject(error);
          else answer = value ?? "";
        },
      );
      call.on("metadata", (given) => {
        headers = given;
      });
      call.on("status", (status) => {
        if (status.code === 0) resolve({ text: answer, headers, trailers: status.metadata });
      });
    });

  test("a unary call with headers and trailers, text and binary", async () => {
    const metadata = new grpc.Metadata();
    metadata.add("x-mine", "1");
    metadata.add("x-mine", "2");
    metadata.add("mine-bin", Buffer.from([1, 2, 255]));
    const { headers, trailers } = await say("hello", metadata);
    assert.deepEqual(headers.get("x-said"), ["before"]);
    assert.match(String(headers.get("x-request-id")[0]), /^req_/);
    assert.equal(trailers.get("x-after").join(), "a, b");
    assert.deepEqual(trailers.get("x-raw-bin"), [Buffer.from([0, 255, 7])]);
    const seen = JSON.parse((await say("echo headers", metadata)).text);
    assert.equal(seen["x-mine"], "1, 2");
    assert.equal(seen["mine-bin"], Buffer.from([1, 2, 255]).toString("base64"));
  });

  test("messages of all sizes up to the limit, and the limit", async () => {
    for (const size of [0, 1, 1000, 16_384, 70_000]) {
      assert.equal((await say("ä".repeat(size / 2))).text.length, Math.floor(size / 2));
    }
    await assert.rejects(say("x".repeat(100_001)), { code: grpc.status.RESOURCE_EXHAUSTED });
  });

  test("compressed messages both ways", async () => {
    const zipped = new grpc.Client(`127.0.0.1:${echo.port}`, grpc.credentials.createInsecure(), {
      "grpc.default_compression_algorithm": grpc.compressionAlgorithms.gzip,
    });
    const text = "abc".repeat(20_000);
    const answer = await new Promise((resolve, reject) => {
      zipped.makeUnaryRequest(`${ECHO}/Say`, serialize, deserialize, text, (error, value) =>
        error === null ? resolve(value) : reject(error),
      );
    });
    zipped.close();
    assert.equal(answer, text);
  });

  test("an error with its message and details; an exception is masked", async () => {
    const refused = await say("refuse").then(
      () => assert.fail("answered"),
      (error: grpc.ServiceError) => error,
    );
    assert.equal(refused.code, grpc.status.FAILED_PRECONDITION);
    assert.equal(refused.details, "Nein — 100 % nicht.");
    const [details] = refused.metadata.get("grpc-status-details-bin");
    assert.ok(details instanceof Buffer && details.includes(Buffer.from("type.googleapis.com/test.v1.Why")));
    await assert.rejects(say("crash"), (error: grpc.ServiceError) => {
      assert.equal(error.code, grpc.status.INTERNAL);
      assert.doesNotMatch(error.details, /secret/);
      return true;
    });
    assert.match(String(echo.errors.at(-1)), /secret/);
  });

  test("the deadline is told, and ends the call with its method", async () => {
    const left = Number((await say("how long", new grpc.Metadata(), { deadline: Date.now() + 5000 })).text);
    assert.ok(left > 4000 && left <= 5000, `${left} ms`);
    await assert.rejects(say("wait", new grpc.Metadata(), { deadline: Date.now() + 100 }), {
      code: grpc.status.DEADLINE_EXCEEDED,
    });
    await untilLeft("say");
  });

  test("a call that is cancelled aborts its method at once", async () => {
    const call = client.makeUnaryRequest(`${ECHO}/Say`, serialize, deserialize, "wait", () => {});
    await wait(50);
    call.cancel();
    await untilLeft("say");
    const stream = client.makeServerStreamRequest(`${ECHO}/Count`, serialize, deserialize, "forever");
    stream.on("error", () => {});
    await new Promise((resolve) => stream.once("data", resolve));
    stream.cancel();
    await untilLeft("count");
  });

  test("streams of all kinds", async () => {
    const counted: string[] = [];
    for await (const text of client.makeServerStreamRequest(`${ECHO}/Count`, serialize, deserialize, "500")) {
      counted.push(text);
    }
    assert.equal(counted.length, 500);
    assert.equal(counted.at(-1), "500");

    const sum = await new Promise((resolve, reject) => {
      const call = client.makeClientStreamRequest(`${ECHO}/Sum`, serialize, deserialize, (error, value) =>
        error === null ? resolve(value) : reject(error),
      );
      for (let at = 1; at <= 100; at++) call.write(String(at));
      call.end();
    });
    assert.equal(sum, "5050");

    const chat = client.makeBidiStreamRequest(`${ECHO}/Chat`, serialize, deserialize);
    const answers = chat[Symbol.asyncIterator]();
    for (const text of ["a", "b"]) {
      chat.write(text);
      assert.equal((await answers.next()).value, `${text}!`);
    }
    chat.write("stop");
    assert.equal((await answers.next()).done, true);
  });

  test("a method that is not there is UNIMPLEMENTED", async () => {
    await assert.rejects(
      new Promise((resolve, reject) => {
        client.makeUnaryRequest("/test.v1.EchoService/Shout", serialize, deserialize, "", (error, value) =>
          error === null ? resolve(value) : reject(error),
        );
      }),
      { code: grpc.status.UNIMPLEMENTED },
    );
  });
});

describe("clients of Connect", () => {
  const at = () => ({ baseUrl: echo.url });
  const transports: Readonly<Record<string, () => Transport>> = {
    "connect-node, gRPC": () => createGrpcTransport(at()),
    "connect-node, gRPC-Web over HTTP/1.1": () => createGrpcWebTransport({ ...at(), httpVersion: "1.1" }),
    "connect-node, gRPC-Web over HTTP/2": () => createGrpcWebTransport({ ...at(), httpVersion: "2" }),
    "connect-node, Connect over HTTP/1.1": () => createConnectTransport({ ...at(), httpVersion: "1.1" }),
    "connect-node, Connect over HTTP/2, compressed": () =>
      createConnectTransport({
        ...at(),
        httpVersion: "2",
        useBinaryFormat: true,
        sendCompression: compressionGzip,
        compressMinBytes: 0,
      }),
    "connect-web, Connect by GET": () => web.createConnectTransport({ ...at(), useHttpGet: true }),
    "connect-web, Connect in binary": () => web.createConnectTransport({ ...at(), useBinaryFormat: true }),
    "connect-web, gRPC-Web": () => web.createGrpcWebTransport(at()),
  };
  const text = (value: string) => create(StringValueSchema, { value });

  for (const [name, open] of Object.entries(transports)) {
    const isWeb = name.startsWith("connect-web");
    test(`${name}: calls, errors, deadlines${isWeb ? " and server streams" : " and streams"}`, async () => {
      const client: any = createClient(service, open());
      const seen: Record<string, string | null> = {};
      const options = {
        headers: { "x-mine": "1" },
        onHeader: (headers: Headers) => {
          seen.header = headers.get("x-said");
        },
        onTrailer: (trailers: Headers) => {
          seen.trailer = trailers.get("x-after");
        },
      };
      assert.equal((await client.say(text("grüße"), options)).value, "grüße");
      assert.deepEqual(seen, { header: "before", trailer: "a, b" });
      assert.equal(JSON.parse((await client.say(text("echo headers"), options)).value)["x-mine"], "1");
      const error = await client.say(text("refuse")).then(() => assert.fail("answered"), ConnectError.from);
      assert.equal(error.code, Code.FailedPrecondition);
      assert.equal(error.rawMessage, "Nein — 100 % nicht.");
      assert.equal(error.details.length, 1);
      assert.equal(error.details[0].type, "test.v1.Why");
      const late = await client
        .say(text("wait"), { timeoutMs: 80 })
        .then(() => assert.fail("answered"), ConnectError.from);
      assert.equal(late.code, Code.DeadlineExceeded);
      await untilLeft("say");

      const counted: string[] = [];
      for await (const { value } of client.count(text("50"))) counted.push(value);
      assert.equal(counted.length, 50);
      if (isWeb) return;
      const sum = await client.sum(
        (async function* () {
          for (const value of ["1", "2", "3"]) yield text(value);
        })(),
      );
      assert.equal(sum.value, "6");
      const chat: string[] = [];
      const half = (async function* () {
        for (const value of ["x", "y"]) yield text(value);
      })();
      for await (const { value } of client.chat(half)) chat.push(value);
      assert.deepEqual(chat, ["x!", "y!"]);
    });
  }
});
