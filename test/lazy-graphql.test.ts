import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { ROOT } from "./support/source.ts";

const SCRIPT = `
import { registerHooks } from "node:module";
const loaded = new Set();
registerHooks({
  load(url, context, next) {
    const name = /node_modules\\/((?:@[^/]+\\/)?[^/]+)\\/(?!.*node_modules)/.exec(url)?.[1];
    if (name !== undefined) loaded.add(name);
    return next(url, context);
  },
});
const { serveClinic } = await import("./test/support/serve-clinic.ts");
const clinic = await serveClinic();
const told = [];
for (const path of ["/v2/providers?limit=1", "/graphql?query=%7B__typename%7D"]) {
  const { status } = await fetch(clinic.url + path);
  told.push({ status, graphql: loaded.has("graphql") });
}
await clinic.close();
console.log(JSON.stringify(told));
`;

test("graphql-js is loaded by the first request for it, and not by a service that only REST is asked of", async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--conditions=source", "--input-type=module", "-e", SCRIPT],
    { cwd: ROOT },
  );
  assert.deepEqual(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""), [
    { status: 200, graphql: false },
    { status: 200, graphql: true },
  ]);
});
