import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Document, type FileService, openFileService, Person } from "../../../test/support/file-service.ts";
import { api, command, query, t } from "../../index.ts";
import { createClient, newIdempotencyKey } from "./index.ts";

// The same as the service's own, with its types.
const measure = command("measure", {
  input: t.object({ file: t.file({ maxBytes: 500_000_000 }), label: t.string().optional() }),
  output: t.object({ bytes: t.int64(), label: t.string().optional() }),
});
const report = query("report", { input: t.object({ lines: t.int32() }), output: t.file() });
const library = api("library", {
  versions: { v1: "2026-01-01" },
  resources: [Person, Document],
  operations: [measure, report],
});

let service: FileService;
before(async () => {
  service = await openFileService();
});
after(() => service?.close());

const as = async (principal: string, ...roles: string[]) => {
  const { authorization = "" } = await service.as(principal, ...roles);
  return createClient(library, { url: service.url, apiKey: authorization.replace("Bearer ", "") });
};

test("a file is sent with the fields beside it, shown in the row, and fetched as it was", async () => {
  const ada = await as("ada");
  const bytes = Uint8Array.from({ length: 70_000 }, (_, at) => at % 251);
  const file = new File([bytes], "Übersicht, final.pdf", { type: "application/pdf" });
  const made = await ada.document.create({ file, title: "Report, 1", pages: 3, tags: ["a", "b,c"] });
  assert.deepEqual([made.title, made.pages, made.tags], ["Report, 1", 3, ["a", "b,c"]]);
  assert.deepEqual(
    [made.file.name, made.file.mediaType, made.file.size],
    ["Übersicht, final.pdf", "application/pdf", 70_000],
  );
  const fetched = await ada.document.downloadFile(made.id);
  assert.deepEqual([fetched.name, fetched.mediaType], ["Übersicht, final.pdf", "application/pdf"]);
  assert.deepEqual(fetched.bytes, bytes);
  await assert.rejects(ada.document.downloadCover(made.id), { code: "not_found" });
  const other = new Blob(["new"], { type: "text/plain" });
  const changed = await ada.document.patch(made.id, { file: other }, { ifMatch: made });
  assert.equal(changed.file.size, 3);
  await assert.rejects(ada.document.patch(made.id, { file: other }, { ifMatch: made }), {
    code: "precondition_failed",
  });
});

test("an upload sent again under its key is one upload", async () => {
  const ada = await as("ada");
  const idempotencyKey = newIdempotencyKey();
  const input = { file: new Blob(["once"], { type: "text/plain" }), title: "Once" };
  const first = await ada.document.create(input, { idempotencyKey });
  assert.deepEqual(await ada.document.create(input, { idempotencyKey }), first);
});

test("a file that the contract does not take is refused by the service", async () => {
  const ada = await as("ada");
  const picture = new Blob(["x"], { type: "image/png" });
  await assert.rejects(ada.document.create({ file: picture }), { code: "invalid_input", reason: "answer" });
});

test("commands take files, queries give them", async () => {
  const auditor = await as("eve", "auditor");
  assert.deepEqual(await auditor.measure({ file: new Blob(["12345"]), label: "five" }), {
    bytes: 5n,
    label: "five",
  });
  const { name, mediaType, bytes } = await auditor.report({ lines: 2 });
  assert.deepEqual([name, mediaType], ["report.txt", "text/plain"]);
  assert.equal(new TextDecoder().decode(bytes), "line 1\nline 2\n");
});
