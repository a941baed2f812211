import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { generate } from "selfsigned";
import { http1, http2, openRaw } from "../../../../test/support/http-clients.ts";
import { openLibrary } from "../../../../test/support/library.ts";
import { anyone, api, handle, query, service } from "../../../index.ts";
import type { StartOptions } from "../start-options.ts";
import { type RunningService, startService } from "../start-service.ts";
import { formatHsts } from "./hsts.ts";

const hello = query("hello", { access: [anyone] });
const greeter = service(
  api("greeter", { versions: { v1: "2026-01-01" }, resources: [], operations: [hello] }),
  [handle(hello, () => undefined)],
);
const SILENT = { info: () => {}, warn: () => {}, error: () => {} };

async function start(options: StartOptions): Promise<RunningService> {
  return startService(greeter, { mode: "dev", dataDir: "memory", logger: SILENT, ...options });
}

async function makeTls() {
  const { cert, private: key } = await generate([{ name: "commonName", value: "localhost" }], {
    keySize: 2048,
  });
  return { cert, key };
}

describe("the port that leads to TLS", () => {
  let running: RunningService;
  let plain: string;

  before(async () => {
    running = await start({ tls: await makeTls(), redirectPort: 0 });
    plain = `http://127.0.0.1:${running.redirectPort}`;
  });
  after(() => running.close());

  test("leads reads to the same path, at the host that was named", async () => {
    for (const method of ["GET", "HEAD"]) {
      const answer = await http1(`${plain}/v1/hello?a=b%20c`, {
        method,
        headers: { host: "api.example.com:80" },
      });
      assert.equal(answer.status, 308);
      assert.equal(answer.headers.location, `https://api.example.com:${running.port}/v1/hello?a=b%20c`);
      assert.equal(answer.headers["strict-transport-security"], undefined, "RFC 6797 section 7.2");
    }
    const followed = await fetch(`${plain}/livez`, { redirect: "manual" });
    assert.equal(followed.headers.get("location"), `https://127.0.0.1:${running.port}/livez`);
  });

  test("refuses what changes something or brings credentials", async () => {
    for (const request of [
      { method: "POST", body: "{}" },
      { method: "DELETE" },
      { headers: { authorization: "Bearer ck_live_x" } },
      { headers: { "x-api-key": "ck_live_x" } },
    ]) {
      const answer = await http1(`${plain}/v1/hello`, request);
      assert.equal(answer.status, 403);
      assert.equal(answer.headers["content-type"], "application/problem+json");
      assert.equal(answer.headers.location, undefined);
      const replace = /Replace the credentials/.test(answer.json().detail);
      assert.equal(replace, request.headers !== undefined);
    }
  });

  test("leads nowhere that was not meant", async () => {
    for (const host of ["evil.example/path", "a b", "a@b", "", "x".repeat(300), "http://evil.example"]) {
      const answer = await openRaw(
        running.redirectPort ?? 0,
        `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
      ).closed();
      assert.match(answer, /^HTTP\/1\.1 400 /, host);
    }
    const odd = await openRaw(
      running.redirectPort ?? 0,
      "GET http://evil.example/x HTTP/1.1\r\nHost: api.example.com\r\nConnection: close\r\n\r\n",
    ).closed();
    assert.match(odd, new RegExp(`Location: https://api.example.com:${running.port}/\r\n`));
  });
});

test("with a public URL everybody is led there", async (context) => {
  const running = await start({ publicUrl: "https://api.example.com", redirectPort: 0 });
  context.after(() => running.close());
  const answer = await http1(`http://127.0.0.1:${running.redirectPort}/v1/hello`, {
    headers: { host: "other.example" },
  });
  assert.equal(answer.headers.location, "https://api.example.com/v1/hello");
});

test("a port that leads to TLS needs TLS", async () => {
  await assert.rejects(start({ redirectPort: 0 }), /redirectPort.*TLS to lead to/s);
  await assert.rejects(start({ redirectPort: 70_000, publicUrl: "https://a.example" }), /0 to 65535/);
});

describe("Strict-Transport-Security", () => {
  const YEAR = "max-age=31536000";

  test("is on every answer where the port speaks TLS, errors and probes too", async (context) => {
    const library = await openLibrary({ server: { tls: await makeTls() } });
    context.after(() => library.close());
    for (const send of [http1, http2]) {
      for (const path of ["/livez", "/v1/books", "/nowhere", "/openapi.json"]) {
        const answer = await send(library.url + path);
        assert.equal(answer.headers["strict-transport-security"], YEAR, path);
      }
      const posted = await send(`${library.url}/v1/measure`, { method: "POST", body: "x" });
      assert.equal(posted.headers["strict-transport-security"], YEAR);
    }
  });

  test("is on answers of a service that the outside reaches by https, and not in cleartext otherwise", async (context) => {
    const behind = await start({ publicUrl: "https://api.example.com" });
    const bare = await start({});
    const off = await start({ publicUrl: "https://api.example.com", hsts: false });
    context.after(() => Promise.all([behind, bare, off].map((running) => running.close())));
    const header = async ({ url }: RunningService) =>
      (await http1(`${url}/livez`)).headers["strict-transport-security"];
    assert.equal(await header(behind), YEAR);
    assert.equal(await header(bare), undefined);
    assert.equal(await header(off), undefined);
  });

  test("says what it is told to", () => {
    assert.equal(formatHsts(false), undefined);
    assert.equal(
      formatHsts({ maxAgeSeconds: 60, includeSubDomains: true, preload: true }),
      "max-age=60; includeSubDomains; preload",
    );
    assert.throws(() => formatHsts({ maxAgeSeconds: -1 }), /hsts\.maxAgeSeconds/);
  });
});

test("Upgrade: h2c is passed over: HTTP/2 in cleartext begins with prior knowledge (RFC 9113 section 3.1)", async (context) => {
  const library = await openLibrary();
  context.after(() => library.close());
  const seen = await openRaw(
    library.port,
    "GET /livez HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n",
  ).closed();
  assert.match(seen, /^HTTP\/1\.1 200 /);
  assert.doesNotMatch(seen, /101|upgrade: h2c/i);
});
