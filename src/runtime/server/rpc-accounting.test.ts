import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import * as grpc from "@grpc/grpc-js";
import {
  describeEcho,
  ECHO,
  type EchoServer,
  openEcho,
  textBytes,
} from "../../../test/support/echo-service.ts";
import { RpcError } from "../../wire/grpc/index.ts";

describe("RPCs in the log and the metrics", () => {
  const lines: { level: string; line: Record<string, unknown> }[] = [];
  const log = (level: string) => (line: object) => void lines.push({ level, line: { ...line } });
  let echo: EchoServer;
  let client: grpc.Client;

  before(async () => {
    echo = await openEcho(
      {
        Say: async (text, { signal }) => {
          if (text === "missing") throw new RpcError("NOT_FOUND", "There is none.");
          if (text === "crash") throw new TypeError("a fault of ours");
          if (text === "wait") await new Promise((resolve) => signal.addEventListener("abort", resolve));
          return text;
        },
        async *Count() {
          yield "1";
        },
      },
      { logger: { info: log("info"), warn: log("warn"), error: log("error") } },
    );
    client = new grpc.Client(`127.0.0.1:${echo.port}`, grpc.credentials.createInsecure());
  });
  after(async () => {
    client.close();
    await echo.close();
  });
  beforeEach(() => {
    lines.length = 0;
  });

  const say = (text: string, options: grpc.CallOptions = {}) =>
    new Promise((resolve) => {
      const { serialize, deserialize } = textBytes;
      const metadata = new grpc.Metadata();
      metadata.set("x-request-id", `mine-${text}`);
      client.makeUnaryRequest(`${ECHO}/Say`, serialize, deserialize, text, metadata, options, resolve);
    });

  async function lineOf(): Promise<{ level: string; line: Record<string, unknown> }> {
    for (let tries = 0; lines.length === 0; tries++) {
      assert.ok(tries < 200, "no line");
      await wait(5);
    }
    assert.equal(lines.length, 1);
    return lines[0] as (typeof lines)[0];
  }

  test("a call that went well, with the caller's request id", async () => {
    await say("hello");
    const { level, line } = await lineOf();
    assert.equal(level, "info");
    assert.deepEqual(
      { ...line, durationMs: 0 },
      {
        requestId: "mine-hello",
        operation: "Say",
        method: "POST",
        status: 200,
        durationMs: 0,
        bytes: 12,
        remoteAddress: "127.0.0.1",
        http: "2",
        traceId: undefined,
        rpc: "grpc",
        rpcStatus: "OK",
      },
    );
  });

  test("errors of callers, of ours, deadlines and cancellations, each with its severity", async () => {
    const cases = [
      ["missing", {}, "info", "NOT_FOUND"],
      ["crash", {}, "error", "INTERNAL"],
      ["wait", { deadline: () => Date.now() + 50 }, "error", "DEADLINE_EXCEEDED"],
    ] as const;
    for (const [text, options, level, status] of cases) {
      lines.length = 0;
      await say(text, "deadline" in options ? { deadline: options.deadline() } : {});
      const found = await lineOf();
      // grpc-js resets the stream at its own deadline, so that either may come first.
      const isLate = status === "DEADLINE_EXCEEDED" && found.line.rpcStatus === "CANCELLED";
      assert.equal(found.line.rpcStatus, isLate ? "CANCELLED" : status);
      assert.equal(found.level, isLate ? "warn" : level, text);
    }
    lines.length = 0;
    const { serialize, deserialize } = textBytes;
    const call = client.makeUnaryRequest(`${ECHO}/Say`, serialize, deserialize, "wait", () => {});
    await wait(50);
    call.cancel();
    const { level, line } = await lineOf();
    assert.equal(level, "warn");
    assert.equal(line.rpcStatus, "CANCELLED");
  });

  test("Connect's calls over HTTP/1.1 and calls that lead nowhere", async () => {
    const connect: any = createClient(
      describeEcho(),
      createConnectTransport({ baseUrl: echo.url, httpVersion: "1.1" }),
    );
    await connect.say({ value: "missing" }).catch(() => {});
    const { line } = await lineOf();
    assert.equal(line.status, 404);
    assert.equal(line.rpc, "connect");
    assert.equal(line.rpcStatus, "NOT_FOUND");
    lines.length = 0;
    await new Promise((resolve) => {
      client.makeUnaryRequest("/no.Service/Method", textBytes.serialize, textBytes.deserialize, "", resolve);
    });
    const found = await lineOf();
    assert.equal(found.line.operation, "none");
    assert.equal(found.line.rpcStatus, "UNIMPLEMENTED");
  });

  test("the metrics count by operation and gRPC's status, and nothing stays in flight", async () => {
    const text = await echo.server.metrics.text();
    assert.match(text, /^concordat_requests_total\{operation="Say",status="200",grpc_status="OK"\} 1$/m);
    assert.match(
      text,
      /^concordat_requests_total\{operation="Say",status="200",grpc_status="NOT_FOUND"\} 1$/m,
    );
    assert.match(
      text,
      /^concordat_requests_total\{operation="Say",status="404",grpc_status="NOT_FOUND"\} 1$/m,
    );
    assert.match(
      text,
      /^concordat_requests_total\{operation="none",status="200",grpc_status="UNIMPLEMENTED"\} 1$/m,
    );
    assert.match(text, /^concordat_requests_in_flight 0$/m);
    assert.equal(echo.server.requestsInFlight, 0);
  });
});
