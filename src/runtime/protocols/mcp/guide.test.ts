import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { readDocuments } from "../../../../test/support/markdown.ts";
import { type ServedClinic, serveClinic } from "../../../../test/support/serve-clinic.ts";
import { ROOT } from "../../../../test/support/source.ts";

const run = promisify(execFile);
const blocks = readDocuments().find(({ path }) => path === "docs/guide/mcp.md")?.blocks ?? [];

describe("docs/guide/mcp.md", () => {
  let clinic: ServedClinic;
  let env: Record<string, string | undefined>;

  before(async () => {
    clinic = await serveClinic();
    env = { ...process.env, API_URL: clinic.url, API_KEY: clinic.keys.ada };
  });
  after(() => clinic.close());

  test("its program books an appointment", async () => {
    const block = blocks.find(({ language }) => language === "ts");
    assert.ok(block);
    mkdirSync(join(ROOT, ".concordat"), { recursive: true });
    // Inside the checkout, where packages are found.
    const folder = mkdtempSync(join(ROOT, ".concordat", "mcp-guide-"));
    try {
      writeFileSync(join(folder, "book.ts"), block.code);
      const { stdout } = await run(process.execPath, [join(folder, "book.ts")], { env });
      assert.match(stdout, /\d+ tools, .*appointment_create/);
      assert.match(stdout, /status: 'requested'/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("its curl line gets an answer", async () => {
    const block = blocks.find(({ language }) => language === "sh");
    assert.ok(block);
    const { stdout } = await run("sh", ["-c", block.code.replaceAll("http://localhost:4000", clinic.url)]);
    const { result } = JSON.parse(stdout);
    assert.equal(result.structuredContent.data.length, 1);
    assert.equal(result._meta["io.modelcontextprotocol/serverInfo"].name, "clinic");
  });
});
