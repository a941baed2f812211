import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { runCli, temporaryProject } from "../../../../test/support/run-cli.ts";

test("emit writes OpenAPI, JSON Schema and the model to stdout", async () => {
  const openapi = JSON.parse(
    (await runCli(["emit", "openapi", "examples/clinic", "--url", "https://clinic.example"])).stdout,
  );
  assert.match(openapi.openapi, /^3\.1\./);
  assert.match(openapi.servers[0].url, /^https:\/\/clinic\.example/);
  assert.ok(Object.keys(openapi.paths).length > 5);

  const schema = JSON.parse((await runCli(["emit", "json-schema", "examples/clinic"])).stdout);
  assert.equal(schema.$schema, "https://json-schema.org/draft/2020-12/schema");

  const model = JSON.parse((await runCli(["emit", "model", "examples/clinic"])).stdout);
  assert.equal(model.concordat, 1);
  assert.equal(model.name, "clinic");
});

test("emit --out writes a file and says so", async (t) => {
  const cwd = temporaryProject(t, {});
  const out = join(cwd, "openapi.json");
  const { exitCode, stdout } = await runCli(["emit", "openapi", "examples/clinic", "--out", out, "--json"]);
  assert.equal(exitCode, 0);
  assert.deepEqual(JSON.parse(stdout), { ok: true, format: "openapi", out, bytes: readFileSync(out).length });
});

test("emit into a folder that is not there exits with 3", async () => {
  const { exitCode, stderr } = await runCli([
    "emit",
    "model",
    "examples/clinic",
    "--out",
    "/no/such/folder/model.json",
  ]);
  assert.equal(exitCode, 3);
  assert.match(stderr, /cannot write \/no\/such\/folder\/model\.json/);
});
