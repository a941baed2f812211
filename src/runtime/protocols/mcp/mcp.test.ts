import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Client, ProtocolError, StreamableHTTPClientTransport } from "../../../../test/support/mcp-client.ts";
import { type ServedClinic, serveClinic } from "../../../../test/support/serve-clinic.ts";

let clinic: ServedClinic;
const clients: InstanceType<typeof Client>[] = [];

before(async () => {
  clinic = await serveClinic();
});
after(async () => {
  for (const client of clients) await client.close();
  await clinic.close();
});

type Era = "modern" | "legacy";

/** The official client, signed in as one of the demo's people. */
async function connect(
  who: string | undefined,
  era: Era = "modern",
  clientHeaders: Record<string, string> = {},
) {
  const mode = era === "modern" ? ({ pin: "2026-07-28" } as const) : "legacy";
  const client = new Client({ name: "test", version: "1.0.0" }, { versionNegotiation: { mode } });
  const headers = {
    ...(who === undefined ? {} : { authorization: `Bearer ${clinic.keys[who]}` }),
    ...clientHeaders,
  };
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${clinic.url}/mcp`), { requestInit: { headers } }),
  );
  clients.push(client);
  return client;
}

type Called = Awaited<ReturnType<InstanceType<typeof Client>["callTool"]>>;

function errorOf(result: Called): any {
  assert.equal(result.isError, true, JSON.stringify(result));
  const [block] = result.content;
  assert.equal(block?.type, "text");
  const details = JSON.parse(block.text);
  assert.deepEqual(result._meta?.["concordat/error"], details, "_meta says the same");
  return details;
}

const rowOf = (result: Called): any => {
  assert.ok(!result.isError, JSON.stringify(result));
  return result.structuredContent;
};

async function openSlot(client: InstanceType<typeof Client>): Promise<any> {
  const filter = { status: { in: ["open"] } };
  return rowOf(await client.callTool({ name: "slot_list", arguments: { filter, limit: 1 } })).data[0];
}

for (const era of ["modern", "legacy"] as const) {
  describe(`the official client, ${era}`, () => {
    test("agrees on a version and learns who answers", async () => {
      const client = await connect("ada", era);
      assert.equal(client.getNegotiatedProtocolVersion(), era === "modern" ? "2026-07-28" : "2025-11-25");
      assert.deepEqual(client.getServerVersion(), {
        name: "clinic",
        title: "Clinic",
        version: "2026-11-01",
      });
      assert.match(client.getInstructions() ?? "", /^Clinic/);
      assert.deepEqual(client.getServerCapabilities(), { tools: {}, resources: {}, completions: {} });
    });

    test("books an appointment, and finds the same one when it tries again with its key", async () => {
      const client = await connect("ada", era);
      // The client compiles the output schemas of listed tools and holds every answer to them.
      await client.listTools();
      const slot = await openSlot(client);
      const asked = { slot: slot.id, reason: "A pain in the neck", idempotencyKey: crypto.randomUUID() };
      const booked = await client.callTool({ name: "appointment_create", arguments: asked });
      assert.equal(rowOf(booked).status, "requested");
      assert.equal(booked._meta?.["concordat/kind"], "created");
      assert.equal(booked._meta?.["concordat/version"], "1");
      assert.deepEqual(
        booked.content.map((block) => (block.type === "text" ? block.text : block.type)),
        [JSON.stringify(rowOf(booked)), "version: 1"],
      );
      const again = await client.callTool({ name: "appointment_create", arguments: asked });
      assert.deepEqual(rowOf(again), rowOf(booked));
      assert.equal(again._meta?.["concordat/replayed"], true);

      const id = rowOf(booked).id;
      const late = await client.callTool({
        name: "appointment_cancel",
        arguments: { id, reason: "ill", ifMatch: "7" },
      });
      assert.equal(errorOf(late).code, "precondition_failed");
      const cancelled = await client.callTool({
        name: "appointment_cancel",
        arguments: { id, reason: "ill", ifMatch: "1" },
      });
      assert.equal(rowOf(cancelled).status, "cancelled");
      const twice = errorOf(
        await client.callTool({ name: "appointment_cancel", arguments: { id, reason: "ill" } }),
      );
      assert.equal(twice.code, "invalid_state");
      assert.equal(twice.status, 409);
      assert.match(twice.requestId, /^req_/);
    });

    test("errors are results that name every mistake by its argument", async () => {
      const client = await connect("ada", era);
      const missing = errorOf(
        await client.callTool({ name: "appointment_create", arguments: { slot: "x", reason: "y" } }),
      );
      assert.equal(missing.code, "idempotency_key_missing");
      const wrong = errorOf(
        await client.callTool({
          name: "appointment_create",
          arguments: { slot: 7, surprise: true, idempotencyKey: crypto.randomUUID() },
        }),
      );
      assert.equal(wrong.code, "invalid_input");
      assert.equal(wrong.retry, "no");
      assert.deepEqual(wrong.violations.map(({ pointer }: { pointer: string }) => pointer).sort(), [
        "/reason",
        "/slot",
        "/surprise",
      ]);
      const list = errorOf(
        await client.callTool({
          name: "slot_list",
          arguments: {
            filter: { status: { gte: "open" }, colour: { in: ["red"] } },
            sort: "price",
            limit: 0,
          },
        }),
      );
      assert.equal(list.code, "invalid_parameter");
      assert.deepEqual(list.violations.map(({ pointer }: { pointer: string }) => pointer).sort(), [
        "/filter/colour/in",
        "/filter/status/gte",
        "/limit",
        "/sort",
      ]);
    });

    test("arguments of the wrong type are told, all at once", async () => {
      const client = await connect("ada", era);
      const found = errorOf(
        await client.callTool({
          name: "slot_list",
          arguments: {
            filter: { status: { in: "open" }, provider: "prv_1", startsAt: { gte: ["a"] } },
            sort: 1,
            limit: "all",
            cursor: {},
            fields: "id",
            expand: [],
          },
        }),
      );
      assert.equal(found.code, "invalid_parameter");
      assert.deepEqual(found.violations.map(({ pointer }: { pointer: string }) => pointer).sort(), [
        "/cursor",
        "/expand",
        "/fields",
        "/filter/provider",
        "/filter/startsAt/gte",
        "/filter/status/in",
        "/limit",
        "/sort",
      ]);
    });

    test("an unknown tool is a mistake in the protocol", async () => {
      const client = await connect("ada", era);
      for (const name of ["nope", "appointment.cancel", "constructor", "tool\u{1F600}", ""]) {
        await assert.rejects(
          client.callTool({ name, arguments: {} }),
          (error) =>
            error instanceof ProtocolError && error.code === -32602 && /Unknown tool/.test(error.message),
          name,
        );
      }
    });

    test("lists go on where their cursor says, with filters, order, fields and expanded refs", async () => {
      const client = await connect("ada", era);
      const asked = {
        filter: { status: { in: ["open"] } },
        sort: "-startsAt",
        limit: 2,
        fields: ["id", "startsAt", "provider"],
        expand: ["provider"],
      };
      const first = rowOf(await client.callTool({ name: "slot_list", arguments: asked }));
      assert.deepEqual(Object.keys(first.data[0]).sort(), ["id", "provider", "startsAt"]);
      assert.match(first.data[0].provider.name, /^Dr/);
      const next = rowOf(
        await client.callTool({
          name: "slot_list",
          arguments: { ...asked, cursor: first.page.nextCursor },
        }),
      );
      assert.ok(next.data[0].startsAt <= first.data[1].startsAt);
      assert.notEqual(next.data[0].id, first.data[0].id);
    });

    test("rows and lists are resources too", async () => {
      const client = await connect("ada", era);
      const { resources } = await client.listResources();
      assert.ok(resources.some(({ uri }) => uri === "concordat://clinic/appointments"));
      const { resourceTemplates } = await client.listResourceTemplates();
      const templates = resourceTemplates.map(({ uriTemplate }) => uriTemplate);
      assert.ok(templates.includes("concordat://clinic/slots/{id}"));
      const slot = await openSlot(client);
      const uri = `concordat://clinic/slots/${slot.id}`;
      const read = await client.readResource({ uri });
      assert.deepEqual(read.contents, [{ uri, mimeType: "application/json", text: JSON.stringify(slot) }]);
      const page = await client.readResource({
        uri: "concordat://clinic/slots?status=open&limit=2&fields=id",
      });
      const [content] = page.contents;
      assert.ok(content !== undefined && "text" in content);
      assert.equal(JSON.parse(content.text).data.length, 2);
      for (const [gone, code] of [
        [`${uri}x`, "not_found"],
        ["concordat://clinic/unicorns/1", "not_found"],
        ["concordat://other/slots", "not_found"],
        ["file:///etc/passwd", "not_found"],
        ["concordat://clinic/slots?colour=red", "invalid_parameter"],
      ] as const) {
        await assert.rejects(client.readResource({ uri: gone }), (error: any) => {
          assert.equal(error.code, -32602, gone);
          // For older versions the client makes an error of its own of the code that means so.
          if (era === "modern") assert.equal(error.data.error.code, code, gone);
          return true;
        });
      }
    });

    test("arguments of resource templates are completed", async () => {
      const client = await connect("ada", era);
      const complete = async (uri: string, name: string, value: string) =>
        (await client.complete({ ref: { type: "ref/resource", uri }, argument: { name, value } })).completion
          .values;
      assert.deepEqual(await complete("concordat://clinic/slots{?status}", "status", "b"), [
        "booked",
        "blocked",
      ]);
      const ids = await complete("concordat://clinic/providers/{id}", "id", "prv_");
      assert.ok(ids.length > 0 && ids.every((id) => id.startsWith("prv_")));
      await assert.rejects(complete("concordat://clinic/slots{?status}", "colour", ""), ProtocolError);
    });

    test("a caller is shown the tools that they may ever call", async () => {
      const names = async (who: string | undefined) =>
        (await (await connect(who, era)).listTools()).tools.map(({ name }) => name);
      assert.deepEqual(await names(undefined), ["provider_list", "provider_get", "slot_list", "slot_get"]);
      const [ada, admin] = [await names("ada"), await names("admin")];
      assert.ok(!ada.includes("provider_create") && admin.includes("provider_create"));
      assert.ok(ada.includes("appointment_create") && !ada.includes("appointment_watch"));
    });

    test("bad credentials are HTTP's 401, whatever is asked", async () => {
      const client = await connect(undefined, era, { "x-api-key": "ck_test_nobody" });
      for (const call of [
        () => client.listTools(),
        () => client.listResources(),
        () => client.callTool({ name: "provider_list", arguments: {} }),
        () => client.readResource({ uri: "concordat://clinic/providers" }),
      ]) {
        await assert.rejects(call, (error: any) => {
          assert.equal(error.status, 401);
          assert.match(error.message, /unauthenticated/);
          return true;
        });
      }
    });

    test("a long-running tool answers with its operation, or waits, or tells how far it is", async () => {
      const client = await connect("ada", era);
      const accepted = await client.callTool({ name: "exports", arguments: {} });
      assert.equal(accepted._meta?.["concordat/kind"], "accepted");
      const { id } = rowOf(accepted);
      assert.match(id, /^op_/);
      const got = await client.callTool({ name: "operation_get", arguments: { id } });
      assert.equal(rowOf(got).id, id);
      const waited = await client.callTool({ name: "exports", arguments: { waitSeconds: 30 } });
      assert.equal(waited._meta?.["concordat/kind"], "ok", JSON.stringify(waited));
      const told: number[] = [];
      const followed = await client.callTool(
        { name: "exports", arguments: {} },
        { onprogress: ({ progress }) => void told.push(progress) },
      );
      assert.deepEqual(Object.keys(rowOf(followed)).sort(), Object.keys(rowOf(waited)).sort());
      assert.deepEqual(
        told,
        [...told].sort((a, b) => a - b),
      );
    });
  });
}
