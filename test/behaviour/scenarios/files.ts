import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { TestFile } from "../caller.ts";
import { group, type Scenario } from "../scenario.ts";

const file = (
  content: string | Uint8Array<ArrayBuffer>,
  about: Partial<TestFile> = {},
): { file: TestFile } => {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return { file: { name: "scan.pdf", mediaType: "application/pdf", bytes, ...about } };
};

const scenarios: readonly Scenario[] = group("files", {
  "a file comes back as it was sent, and its row says what it is": async (stage) => {
    const { id, patient, provider } = await stage.appointment();
    const bytes = Uint8Array.from({ length: 600_000 }, (_, at) => (at * 7919) % 251);
    const name = "Zoë’s 水 scan.pdf";
    const row = await stage.ok("attachment.create", {
      input: { appointment: id, title: "Scan" },
      files: file(bytes, { name }),
      as: patient,
    });
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const { id: fileId, ...about } = row.file;
    assert.deepEqual(about, { name, mediaType: "application/pdf", size: 600_000, sha256 });
    assert.match(fileId, /^file_/);
    assert.deepEqual((await stage.ok("attachment.get", { id: row.id, as: provider })).file, row.file);
    for (const as of [patient, provider]) {
      const download = await stage.okAnswer("attachment.downloadFile", { id: row.id, as });
      assert.ok(Buffer.from(bytes).equals(download.bytes ?? new Uint8Array()));
    }
  },
  "an empty file is a file": async (stage) => {
    const { id, patient } = await stage.appointment();
    const row = await stage.ok("attachment.create", {
      input: { appointment: id },
      files: file(""),
      as: patient,
    });
    assert.equal(row.file.size, 0);
    const { bytes } = await stage.okAnswer("attachment.downloadFile", { id: row.id, as: patient });
    assert.equal(bytes?.length, 0);
  },
  "who may not read the row does not get its file": async (stage) => {
    const { id, patient } = await stage.appointment();
    const row = await stage.attach(patient, id);
    await stage.refused("attachment.downloadFile", "unauthenticated", { id: row.id });
    for (const as of [await stage.patient(), await stage.provider()]) {
      await stage.refused("attachment.downloadFile", "forbidden", { id: row.id, as });
    }
    await stage.refused("attachment.downloadFile", "not_found", {
      id: "att_00000000000000000000000001",
      as: patient,
    });
  },
  "a document is added to one's own appointment only": async (stage) => {
    const { id } = await stage.appointment();
    const as = await stage.patient();
    await stage.refused("attachment.create", "forbidden", {
      input: { appointment: id },
      files: file("x"),
      as,
    });
    await stage.refused("attachment.create", "unauthenticated", {
      input: { appointment: id },
      files: file("x"),
    });
  },
  "a file of another type, and one too large, are refused, and nothing is made": async (stage) => {
    const { id, patient: as } = await stage.appointment();
    const send = (files: { file: TestFile }) => ({ input: { appointment: id }, files, as });
    await stage.refused(
      "attachment.create",
      "invalid_input",
      send(file("x", { mediaType: "application/zip" })),
    );
    const large = file(new Uint8Array(20_000_001));
    await stage.refused("attachment.create", ["invalid_input", "payload_too_large"], send(large));
    const wrong = { ...send(file("x")), input: { appointment: id, title: "x".repeat(121) } };
    await stage.refused("attachment.create", "invalid_input", wrong);
    assert.equal((await stage.page("attachment.list", { as })).data.length, 0);
  },
  "nobody names a file by a value": async (stage) => {
    const { id, patient: as } = await stage.appointment();
    const { file: known } = await stage.attach(as, id);
    for (const value of [known, known.id, "aGVsbG8="]) {
      const input = { appointment: id, file: value };
      await stage.refused("attachment.create", ["invalid_input", "unsupported_media_type"], { input, as });
    }
  },
  "the same request again gets the stored answer, another file is another request": async (stage) => {
    const { id, patient: as } = await stage.appointment();
    const idempotencyKey = stage.word("key-");
    const send = (content: string) => ({
      input: { appointment: id },
      files: file(content),
      as,
      idempotencyKey,
    });
    const first = await stage.okAnswer("attachment.create", send("one"));
    const again = await stage.okAnswer("attachment.create", send("one"));
    assert.equal(again.replayed, true);
    assert.deepEqual(again.value, first.value);
    await stage.refused("attachment.create", "idempotency_key_reused", send("two"));
    assert.equal((await stage.page("attachment.list", { as })).data.length, 1);
  },
  "a deleted row takes its file with it": async (stage) => {
    const { id, patient: as } = await stage.appointment();
    const row = await stage.attach(as, id);
    await stage.okAnswer("attachment.delete", { id: row.id, as });
    await stage.refused("attachment.downloadFile", "not_found", { id: row.id, as });
  },
});

/** Files: their bytes go by REST, or beside the engine; what they mean is the same. */
export const files: readonly Scenario[] = scenarios.map((scenario) => ({
  ...scenario,
  skip: ({ caller }) =>
    caller === "client" ? "Our client leaves files to fetch: it neither sends nor fetches them" : undefined,
}));
