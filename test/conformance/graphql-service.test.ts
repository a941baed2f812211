import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { anyone, api, resource, service, t } from "concordat";
import { type StartOptions, startService } from "concordat/server";
import { http1 } from "../support/http-clients.ts";

const Song = resource("song", { id: t.id("sng"), title: t.string() }, { access: { read: [anyone] } });
const Chart = resource("chart", { id: t.id("chr"), name: t.string() }, { access: { read: [anyone] } });
const Secret = resource("secret", { id: t.id("sec"), text: t.string() }, { access: { read: [anyone] } });

const radio = service(
  api("radio", {
    versions: { v1: "2026-01-01" },
    resources: [Song, Chart, Secret],
    operations: [
      Song.list({ cacheControl: "public, max-age=300" }),
      Chart.list({ cacheControl: "public, max-age=60" }),
    ],
  }),
);

const QUIET = { info: () => {}, warn: () => {}, error: () => {} };

async function start(t: { after(fn: () => unknown): void }, options: StartOptions) {
  const running = await startService(radio, { logger: QUIET, ...options });
  t.after(() => running.close());
  const get = (query: string, headers: Record<string, string> = {}) =>
    http1(`${running.url}/graphql?${new URLSearchParams({ query })}`, { headers });
  return { ...running, get };
}

test("an answer to GET may be kept as the strictest of its operations says, and not at all where anything failed", async (t) => {
  const { get } = await start(t, { mode: "dev", dataDir: "memory" });
  const cacheOf = async (query: string) => (await get(query)).headers["cache-control"];
  const songs = "songs { nodes { title } }";
  assert.equal(await cacheOf(`{ ${songs} }`), "public, max-age=300");
  assert.match(String(await cacheOf(`{ ${songs} charts { nodes { name } } }`)), /\bmax-age=60\b/);
  assert.equal(await cacheOf(`{ ${songs} secrets { nodes { text } } }`), "private, no-cache");
  assert.equal(await cacheOf(`{ ${songs} song(id: "sng_1") { title } }`), "no-store");
  assert.equal(await cacheOf("{ songs(first: 1, last: 1) { nodes { title } } }"), "no-store");

  const first = await get(`{ ${songs} }`);
  const again = await get(`{ ${songs} }`, { "if-none-match": String(first.headers.etag) });
  assert.equal(again.status, 304);
});

test("in production the schema is read by nobody and GraphiQL is not there; queries run as before", async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), "gqlhttp-"));
  t.after(() => rmSync(dataDir, { recursive: true, force: true }));
  const dev = await startService(radio, { logger: QUIET, mode: "dev", dataDir });
  assert.equal((await http1(`${dev.url}/graphql`, { headers: { accept: "text/html" } })).status, 200);
  await dev.close();

  const { get, url } = await start(t, { dataDir });
  const introspection = await get("{ __schema { types { name } } }");
  assert.match(introspection.json().errors[0].message, /introspection/i);
  assert.equal(introspection.json().data, undefined);
  const guess = await get("{ song { nodes { title } } }");
  assert.ok(guess.json().errors.length > 0);
  assert.ok(!/did you mean/i.test(guess.text), guess.text);
  const browser = await http1(`${url}/graphql`, { headers: { accept: "text/html" } });
  assert.equal(browser.status, 406);
  assert.deepEqual((await get("{ songs { nodes { title } } }")).json(), { data: { songs: { nodes: [] } } });
});

test("a service that serves no GraphQL has nothing at its path", async (t) => {
  const { url } = await start(t, { mode: "dev", dataDir: "memory", graphql: false });
  assert.equal((await http1(`${url}/graphql?query=%7B__typename%7D`)).status, 404);
});
