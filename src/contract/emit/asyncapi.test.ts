import assert from "node:assert/strict";
import { test } from "node:test";
import { Parser } from "@asyncapi/parser";
import { clinic } from "../../../examples/clinic/contract.ts";
import { api, channel, event, resource, stream, t } from "../../index.ts";
import { compile, type Model } from "../model/index.ts";
import { emitAsyncApi } from "./index.ts";

const Room = resource("room", {
  id: t.id("room"),
  name: t.string(),
  state: t.union("kind", { open: t.object({}), shut: t.object({ since: t.timestamp() }) }).optional(),
});
const house = compile(
  api("house", {
    versions: { v1: "2026-01-01" },
    resources: [Room],
    events: [event("room.shut", Room), event("door.opened", t.object({ by: t.string().nullable() }))],
    operations: [
      stream("watchDoors", { input: t.object({ since: t.timestamp() }), output: t.object({ n: t.int64() }) }),
      stream("countSteps", {
        direction: "client",
        input: t.object({ n: t.int32() }),
        output: t.object({ n: t.int32() }),
      }),
      channel("talk", {
        key: Room,
        send: t.object({ text: t.text() }),
        receive: t.object({ text: t.text() }),
      }),
    ],
  }),
);

/** What the parser of the AsyncAPI initiative says, remarks aside. */
async function complaints(model: Model, url?: string): Promise<string[]> {
  const document = JSON.stringify(emitAsyncApi(model, url === undefined ? {} : { url }));
  const { diagnostics, document: parsed } = await new Parser().parse(document);
  assert.ok(parsed, diagnostics.map(({ message }) => message).join("\n"));
  const WARNING = 1;
  return diagnostics
    .filter(({ severity }) => severity <= WARNING)
    .map(({ code, message, path }) => `${code} ${path.join("/")}: ${message}`);
}

test("the AsyncAPI documents of the clinic and of a house are valid", async () => {
  assert.deepEqual(await complaints(compile(clinic), "https://clinic.example"), []);
  assert.deepEqual(await complaints(house), []);
});

test("the parser tells of a document that is not", async () => {
  const damaged = JSON.stringify(emitAsyncApi(house)).replaceAll(
    "#/components/messages/room.shut",
    "#/nowhere",
  );
  const { diagnostics } = await new Parser().parse(damaged);
  assert.ok(diagnostics.some(({ severity }) => severity === 0));
});

test("events are sent on channels of their names, streams are received at their gRPC paths", () => {
  const { channels, operations, servers } = Object(emitAsyncApi(house, { url: "https://house.example" }));
  assert.deepEqual(Object.keys(channels), ["room.shut", "door.opened", "watchDoors", "countSteps", "talk"]);
  assert.equal(channels["room.shut"].address, "room.shut");
  assert.equal(channels.talk.address, "/house.v1.HouseService/Talk");
  assert.deepEqual(
    Object.entries(operations).map(([name, operation]) => `${name} ${Object(operation).action}`),
    ["room.shut send", "door.opened send", "watchDoors receive", "countSteps receive", "talk receive"],
  );
  assert.deepEqual(Object.keys(operations.talk.reply.channel), ["$ref"]);
  assert.equal(servers.v1.host, "house.example");
});
