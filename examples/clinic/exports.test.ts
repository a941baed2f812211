import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createCaller, type TestService } from "concordat/testing";
import { exportRecord } from "./contract.ts";
import clinic from "./service.ts";

let service: TestService;
before(async () => {
  service = await createCaller(clinic);
});
after(() => service?.close());

test("a patient's record is gathered in the background: all of theirs, nothing of others, no notes", async () => {
  const { rows, ndjson } = await service.as("ada").call(exportRecord);
  const lines = ndjson.trimEnd().split("\n");
  const records = lines.map((line) => JSON.parse(line) as Readonly<Record<string, string>>);
  assert.equal(rows, lines.length);
  assert.deepEqual(records.map(({ kind }) => kind).sort(), ["appointment", "appointment", "patient"]);
  const [patient] = records;
  for (const { patient: of = patient?.id } of records) assert.equal(of, patient?.id);
  assert.doesNotMatch(ndjson, /"notes"/);
});

test("the operation behind it can be asked for, by its patient only", async () => {
  const accepted = await service.as("grace").execute("exports");
  assert.ok(accepted.ok && accepted.kind === "accepted");
  const id = accepted.id ?? "";
  const done = async () => (await service.as("grace").call("operation.get", { id })) as { status: string };
  while ((await done()).status === "running") await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal((await done()).status, "succeeded");
  await assert.rejects(service.as("ada").call("operation.get", { id }), { code: "not_found" });
  await assert.rejects(service.as("drChen").call(exportRecord), { code: "forbidden" });
});
