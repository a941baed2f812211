import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { http1, openRaw } from "../../../test/support/http-clients.ts";
import { BOOK, openLibrary } from "../../../test/support/library.ts";
import { until } from "../../../test/support/until.ts";
import { ApiError } from "../../base/errors/index.ts";
import { createLogger } from "./create-logger.ts";
import { createServer } from "./create-server.ts";
import { metricsHandler } from "./operational.ts";

describe("health", () => {
  test("alive is not ready: 503 while what requests need is missing", async () => {
    let works = true;
    let looks = 0;
    const ready = async () => {
      looks++;
      if (!works) throw new ApiError("unavailable", "No database.");
    };
    const library = await openLibrary({ server: { ready } });
    const probe = (path: string) => http1(library.url + path);
    assert.deepEqual((await probe("/livez")).json(), { status: "ok" });
    await Promise.all(Array.from({ length: 20 }, () => probe("/readyz")));
    // One, where the machine answers them all while a look counts.
    assert.ok(looks < 10, `many probes cost few looks, not ${looks}`);
    works = false;
    await until("a new look", async () => (await probe("/readyz")).status === 503);
    const missing = await probe("/readyz");
    assert.equal(missing.status, 503);
    assert.deepEqual(missing.json(), { status: "unavailable" });
    assert.equal(missing.headers["retry-after"], "1");
    assert.equal((await probe("/livez")).status, 200);
    assert.equal(
      (await http1(`${library.url}/livez`, { method: "POST" })).headers.allow,
      "GET, HEAD, OPTIONS",
    );
    await library.close();
  });

  test("a look that does not end counts as failed", async () => {
    const library = await openLibrary({ server: { ready: () => new Promise(() => {}) } });
    assert.equal((await http1(`${library.url}/readyz`)).status, 503);
    await library.close();
  });
});

describe("metrics", () => {
  test("count requests by operation and status, never by path", async () => {
    const library = await openLibrary();
    for (const path of [`/v1/books/${BOOK}`, `/v1/books/${BOOK}`, "/v1/books/boo_2", "/a", "/b/c", "/v1/x"]) {
      await http1(library.url + path);
    }
    await openRaw(library.port, "NONSENSE\r\n\r\n").closed();
    await until("the connections before are gone", async () =>
      /^concordat_connections 1$/m.test((await http1(`${library.url}/metrics`)).text),
    );
    const answer = await http1(`${library.url}/metrics`);
    assert.equal(answer.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    assert.match(answer.text, /^concordat_requests_total\{operation="book\.get",status="200"\} 2$/m);
    assert.match(answer.text, /^concordat_requests_total\{operation="book\.get",status="404"\} 1$/m);
    assert.match(answer.text, /^concordat_requests_total\{operation="none",status="404"\} 3$/m);
    assert.match(answer.text, /^concordat_requests_total\{operation="none",status="400"\} 1$/m);
    assert.match(answer.text, /^concordat_request_duration_seconds_count\{operation="book\.get"\} 3$/m);
    assert.match(answer.text, /^concordat_requests_in_flight 1$/m);
    assert.match(answer.text, /^nodejs_eventloop_lag_seconds /m);
    await library.close();
  });

  test("that cannot be had are a 500, and asked for again", async () => {
    const failures: unknown[] = [];
    const fault = new Error("too many open files");
    let asked = 0;
    const text = async () => {
      if (++asked === 1) throw fault;
      return "fine 1";
    };
    const answer = metricsHandler({ contentType: "text/plain", text }, "anyone", (_, thrown) => {
      failures.push(thrown);
    });
    const server = createServer({ handler: (exchange) => void answer(exchange) });
    const { url } = await server.listen();
    assert.equal((await http1(url)).status, 500);
    assert.deepEqual(failures, [fault]);
    assert.equal((await http1(url)).text, "fine 1");
    await server.close();
  });

  test("are for this machine and private networks, for who has the token, for all, or for none", async () => {
    const statusWith = async (metrics: false | "private" | "anyone" | { token: string }, headers = {}) => {
      const library = await openLibrary({ server: { metrics } });
      const { status } = await http1(`${library.url}/metrics`, { headers });
      await library.close();
      return status;
    };
    assert.equal(await statusWith("private"), 200);
    assert.equal(await statusWith("private", { "x-forwarded-for": "203.0.113.1" }), 403);
    assert.equal(await statusWith("anyone", { "x-forwarded-for": "203.0.113.1" }), 200);
    assert.equal(await statusWith({ token: "s3cret" }), 401);
    assert.equal(await statusWith({ token: "s3cret" }, { authorization: "Bearer s3cret" }), 200);
    assert.equal(await statusWith(false), 404);
  });
});

describe("log", () => {
  test("one line for each request, with what finds it and without what must not be there", async () => {
    const lines: Record<string, unknown>[] = [];
    const logger = createLogger("info", { write: (line) => void lines.push(JSON.parse(line)) });
    const library = await openLibrary({
      server: { logger },
      execute: ({ id }) => (id === "boo_throws" ? Promise.reject(new Error("boom")) : undefined),
    });
    const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    await http1(`${library.url}/v1/greet?name=secretname`, {
      headers: { authorization: "Bearer admin", "x-request-id": "req-1", traceparent },
    });
    await http1(`${library.url}/livez`);
    await http1(`${library.url}/v1/books/boo_throws`);
    await library.close();
    assert.equal(lines.length, 2);
    const [{ time, durationMs, ...first } = {}, second] = lines;
    assert.match(String(time), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    assert.equal(typeof durationMs, "number");
    assert.deepEqual(first, {
      level: "info",
      requestId: "req-1",
      operation: "greet",
      method: "GET",
      status: 200,
      bytes: 27,
      remoteAddress: "127.0.0.1",
      http: "1.1",
      traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
      msg: "request",
    });
    assert.equal(second?.level, "error");
    assert.equal(second?.status, 500);
    assert.ok(!JSON.stringify(lines).includes("secretname") && !JSON.stringify(lines).includes("Bearer"));
  });
});
