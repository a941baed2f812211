import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { runCli, temporaryProject } from "../../../../test/support/run-cli.ts";
import { ROOT } from "../../../../test/support/source.ts";

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

test("emit proto writes a folder of files with the numbers of the lock, and needs to be told which", async (t) => {
  const out = join(temporaryProject(t, {}), "proto");
  const { exitCode, stdout } = await runCli(["emit", "proto", "examples/clinic", "--out", out, "--json"]);
  assert.equal(exitCode, 0);
  const { files } = JSON.parse(stdout);
  assert.ok(files.includes("clinic/v2/appointment_service.proto"));
  const text = readFileSync(join(out, "clinic/v2/appointment.proto"), "utf8");
  const locked = JSON.parse(readFileSync(join(ROOT, "examples/clinic/concordat.lock.json"), "utf8"));
  const { fields } = locked.protobuf["clinic.v2"].messages.Appointment;
  for (const [name, type] of Object.entries(fields)) {
    const number = /\d+$/.exec(String(type))?.[0];
    assert.match(text, new RegExp(` ${name} = ${number};`));
  }
  const refused = await runCli(["emit", "proto", "examples/clinic"]);
  assert.equal(refused.exitCode, 2);
  assert.match(refused.stderr, /name the folder they go to/);
});

test("emit writes AsyncAPI and GraphQL", async () => {
  const [events, graphql, subgraph] = await Promise.all(
    ["asyncapi", "graphql", "subgraph"].map((format) => runCli(["emit", format, "examples/clinic"])),
  );
  const document = JSON.parse(events?.stdout ?? "");
  assert.equal(document.asyncapi, "3.0.0");
  assert.ok("appointment.booked" in document.channels);
  assert.match(graphql?.stdout ?? "", /type Appointment implements Node/);
  assert.match(subgraph?.stdout ?? "", /@key\(fields: "id"/);
});

test("emit with a URL that is none exits with 2", async () => {
  const { exitCode, stderr } = await runCli(["emit", "asyncapi", "examples/clinic", "--url", "clinic"]);
  assert.equal(exitCode, 2);
  assert.match(stderr, /--url must be a URL/);
});
