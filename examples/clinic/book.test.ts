import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { serveClinic } from "../../test/support/serve-clinic.ts";

test("the client's example books and cancels", async (t) => {
  const clinic = await serveClinic();
  t.after(() => clinic.close());
  const folder = mkdtempSync(join(tmpdir(), "concordat-book-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "dev.json");
  writeFileSync(file, JSON.stringify({ url: clinic.url, apiKeys: clinic.keys }));
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--conditions=source",
    join(import.meta.dirname, "book.ts"),
    file,
  ]);
  assert.match(stdout, /^Booked Dr\. .+ for [\d.]+ EUR, requested\nNow cancelled\n$/);
});
