import assert from "node:assert/strict";
import { test } from "node:test";
import { api, event, resource, service, t } from "../../index.ts";
import { startService } from "./start-service.ts";

const Door = resource("door", { id: t.id("door"), name: t.string() });
const versions = { v1: "2026-01-01" };

test("an API with events serves its AsyncAPI description and links to it", async (context) => {
  const house = api("house", { versions, resources: [Door], events: [event("door.opened", Door)] });
  const running = await startService(service(house, []), {
    mode: "dev",
    logLevel: "silent",
    publicUrl: "https://house.example",
  });
  context.after(() => running.close());
  const answer = await fetch(`${running.url}/asyncapi.json`);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("content-type"), "application/json");
  const document = Object(await answer.json());
  assert.equal(document.asyncapi, "3.0.0");
  assert.equal(document.servers.v1.host, "house.example");
  assert.ok(document.channels["door.opened"]);
  const catalog = Object(await (await fetch(`${running.url}/.well-known/api-catalog`)).json());
  assert.deepEqual(
    catalog.linkset[0]["service-desc"].map(({ href }: { href: string }) => href),
    ["https://house.example/openapi.json", "https://house.example/asyncapi.json"],
  );
});

test("an API without events and streams has nothing to describe", async (context) => {
  const shed = api("shed", { versions, resources: [Door] });
  const running = await startService(service(shed, []), { mode: "dev", logLevel: "silent" });
  context.after(() => running.close());
  assert.equal((await fetch(`${running.url}/asyncapi.json`)).status, 404);
});
