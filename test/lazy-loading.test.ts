import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { ROOT } from "./support/source.ts";

/** Rooms whose code nobody needs before somebody asks in their protocol, or for a document, but for files named here. */
const LATE = [
  "contract/emit/",
  "contract/graphql/",
  "contract/proto/",
  "wire/connect/",
  "wire/graphql/",
  "wire/grpc/",
  "wire/mcp/",
  "runtime/protocols/graphql/",
  "runtime/protocols/mcp/",
  "runtime/protocols/rpc/",
];
const EARLY = ["wire/connect/http-status.ts", "wire/grpc/content-type.ts"];

/** Files of src that a service which only REST is asked of loads, and packages with the reason that they are needed. */
const MOST_FILES = 470;
const PACKAGES = ["@electric-sql/pglite", "pino"];

// Asks one thing after the other, and tells after each what has been loaded since.
const SCRIPT = `
import { connect } from "node:http2";
import { registerHooks } from "node:module";
let loaded = new Set();
registerHooks({
  load(url, context, next) {
    loaded.add(url);
    return next(url, context);
  },
});
const { serveClinic } = await import("./test/support/serve-clinic.ts");
const clinic = await serveClinic();
const told = {};
const tell = (name) => {
  told[name] = [...loaded];
  loaded = new Set();
};
const ask = async (name, path, init) => {
  const { status } = await fetch(clinic.url + path, init);
  if (status !== 200) throw new Error(name + ": " + status);
  tell(name);
};
await ask("rest", "/v2/providers?limit=1");
const session = connect(clinic.url);
const stream = session.request({ ":method": "POST", ":path": "/clinic.v2.ProviderService/ListProviders",
  "content-type": "application/grpc", te: "trailers" });
stream.end(Buffer.alloc(5));
const trailers = await new Promise((resolve) => stream.on("trailers", resolve).on("end", () => {}).resume());
if (trailers["grpc-status"] !== "0") throw new Error("grpc: " + trailers["grpc-message"]);
session.close();
tell("grpc");
await ask("openapi", "/openapi.json");
await ask("graphql", "/graphql?query=%7B__typename%7D");
await ask("metrics", "/metrics");
await clinic.close();
console.log(JSON.stringify(told));
`;

test("what a start loads is what REST needs; other protocols, documents and metrics come when they are first asked for", async (t) => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--conditions=source", "--input-type=module", "-e", SCRIPT],
    { cwd: ROOT, maxBuffer: 2 ** 24 },
  );
  const told: Readonly<Record<string, readonly string[]>> = JSON.parse(
    stdout.trim().split("\n").at(-1) ?? "",
  );
  const files = (name: string) =>
    (told[name] ?? []).flatMap((url) => /\/src\/((?!tools\/).*)$/.exec(url)?.[1] ?? []);
  const packages = (name: string) => new Set((told[name] ?? []).flatMap((url) => packageOf(url) ?? []));

  const early = files("rest");
  t.diagnostic(`${early.length} files of src`);
  assert.ok(early.includes("runtime/server/start-service.ts"), "the script sees what is loaded");
  assert.deepEqual(
    early.filter((file) => LATE.some((room) => file.startsWith(room)) && !EARLY.includes(file)),
    [],
  );
  assert.ok(early.length <= MOST_FILES, `${early.length} files: load later what a start does not need`);
  const direct = [...packages("rest")].filter((name) => DIRECT.has(name));
  assert.deepEqual(direct.sort(), PACKAGES);

  assert.ok(files("grpc").some((file) => file.startsWith("wire/grpc/")));
  assert.ok(packages("graphql").has("graphql"));
  assert.ok(files("openapi").includes("contract/emit/openapi.ts"));
  assert.ok(packages("metrics").has("prom-client"));
});

const DIRECT = new Set([
  "@electric-sql/pglite",
  "@fastify/busboy",
  "graphql",
  "pino",
  "postgres",
  "prom-client",
]);

function packageOf(url: string): string | undefined {
  return /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules)/.exec(url)?.[1];
}
