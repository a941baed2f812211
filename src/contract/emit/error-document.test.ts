import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { CODES } from "../../base/errors/index.ts";
import { errorCatalogue } from "./error-catalogue.ts";
import { emitErrorDocument } from "./error-document.ts";

const file = new URL("../../../docs/reference/errors.md", import.meta.url);

test("docs/reference/errors.md says what the code table says", () => {
  const text = emitErrorDocument();
  if (process.env.UPDATE_DOCS === "1") writeFileSync(file, text);
  assert.equal(readFileSync(file, "utf8"), text);
});

test("every code is explained, and none that does not exist", () => {
  const entries = errorCatalogue();
  assert.deepEqual(
    entries.map(({ code }) => code),
    Object.keys(CODES),
  );
  for (const { code, meaning, remedy } of entries) assert.ok(meaning !== "" && remedy !== "", code);
});
