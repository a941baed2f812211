import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { Client, StreamableHTTPClientTransport } from "../../../../test/support/mcp-client.ts";
import { MemoryStore } from "../../../../test/support/memory-store.ts";
import { ROOT } from "../../../../test/support/source.ts";
import { anyone, api, compile, query, resource, role, t } from "../../../index.ts";
import { createEngine, handle } from "../../engine/index.ts";
import { createServer } from "../../server/index.ts";
import { createMcpHandler } from "./index.ts";

test("a client pages through the tools of 3,000 operations, each once and in order", async (context) => {
  const resources = Array.from({ length: 500 }, (_, index) =>
    resource(
      `thing${index}`,
      { id: t.id(`t${index}`), name: t.string() },
      { access: { read: [anyone], write: [role("admin")] } },
    ),
  );
  const model = compile(api("large", { versions: { v1: "2026-01-01" }, resources, operations: [] }));
  assert.ok(Object.keys(model.operations).length >= 3000);
  const admin = { id: "adm_1", roles: ["admin"], credentialId: "key_1", live: true };
  const engine = createEngine({
    model,
    store: new MemoryStore(),
    authenticator: { authenticate: ({ key }) => (key === "admin" ? admin : undefined) },
  });
  const server = createServer({ handler: createMcpHandler({ engine }) });
  const { url } = await server.listen();
  const connect = async (headers: Record<string, string>) => {
    const client = new Client(
      { name: "t", version: "1" },
      { versionNegotiation: { mode: { pin: "2026-07-28" } } },
    );
    await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
    context.after(() => client.close());
    return client;
  };
  context.after(() => server.close({ deadlineMs: 500 }));

  const client = await connect({ authorization: "Bearer admin" });
  const names: string[] = [];
  let cursor: string | undefined;
  let pages = 0;
  do {
    const page = await client.request({
      method: "tools/list",
      params: cursor === undefined ? {} : { cursor },
    });
    assert.ok(page.tools.length <= 100);
    names.push(...page.tools.map(({ name }) => name));
    cursor = page.nextCursor;
    pages++;
  } while (cursor !== undefined);
  assert.equal(pages, Math.ceil(names.length / 100));
  assert.deepEqual(
    names,
    Object.keys(model.operations).map((id) => id.replace(".", "_")),
  );

  const stranger = await (await connect({})).listTools();
  const reads = names.filter((name) => /^thing\d+_(?:list|get)$/.test(name));
  assert.deepEqual(
    stranger.tools.map(({ name }) => name),
    reads,
    "the client pages by itself, and strangers see what is open to them",
  );
});

test("arguments of ours give way to input fields of the same name", async () => {
  const busy = query("busy", {
    access: [anyone],
    input: t.object({ fields: t.string(), sort: t.string() }),
    output: t.object({ said: t.string() }),
  });
  const { createToolEmitter } = await import("../../../contract/emit/index.ts");
  const Thing = resource("thing", { id: t.id("thg"), name: t.string() }, { access: { read: [anyone] } });
  const rename = Thing.action("rename", { input: t.object({ fields: t.string(), ifMatch: t.bool() }) });
  const model = compile(
    api("busy", { versions: { v1: "2026-01-01" }, resources: [Thing], operations: [busy, rename] }),
  );
  const emit = createToolEmitter(model);
  const { tool, names } = emit(model.operations["thing.rename"]!);
  assert.deepEqual(names, {
    id: "id",
    fields: "fields_",
    expand: "expand",
    ifMatch: "ifMatch_",
    idempotencyKey: "idempotencyKey",
  });
  assert.deepEqual(Object.keys(tool.inputSchema.properties ?? {}), [
    "id",
    "fields_",
    "ifMatch_",
    "idempotencyKey",
    "fields",
    "ifMatch",
  ]);
  const engine = createEngine({
    model,
    store: new MemoryStore(),
    handlers: [
      handle(busy, ({ input }) => ({ said: `${input.fields} ${input.sort}` })),
      handle(rename, ({ current }) => current),
    ],
  });
  const server = createServer({ handler: createMcpHandler({ engine }) });
  const { url } = await server.listen();
  try {
    const client = new Client(
      { name: "t", version: "1" },
      { versionNegotiation: { mode: { pin: "2026-07-28" } } },
    );
    await client.connect(new StreamableHTTPClientTransport(new URL(url)));
    const said = await client.callTool({ name: "busy", arguments: { fields: "a", sort: "b" } });
    assert.deepEqual(said.structuredContent, { said: "a b" });
    await client.close();
  } finally {
    await server.close({ deadlineMs: 500 });
  }
});

test("a service that no agent calls loads nothing of MCP", async () => {
  const script = `
    import { registerHooks } from "node:module";
    const loaded = [];
    registerHooks({ load: (url, context, next) => { loaded.push(url); return next(url, context); } });
    const { startService } = await import("concordat/server");
    const { api, service } = await import("concordat");
    const greeter = service(api("g", { versions: { v1: "2026-01-01" }, resources: [], operations: [] }), []);
    const logger = { info() {}, warn() {}, error() {} };
    const running = await startService(greeter, { mode: "dev", dataDir: "memory", logger });
    const ofMcp = () => loaded.filter((url) => /protocols\\/mcp\\/|@modelcontextprotocol|\\/zod\\//.test(url)).length;
    const before = ofMcp();
    const { status } = await fetch(running.url + "/mcp");
    const after = ofMcp();
    await running.close();
    console.log(JSON.stringify({ before, status, after: after > 0, sdk: loaded.some((url) => /@modelcontextprotocol/.test(url)) }));
  `;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--conditions=source", "--input-type=module", "-e", script],
    { cwd: ROOT },
  );
  assert.deepEqual(JSON.parse(stdout), { before: 0, status: 405, after: true, sdk: false });
});
