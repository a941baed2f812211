import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { type Browser, chromium } from "playwright-core";
import { type ServedClinic, serveClinic } from "../support/serve-clinic.ts";

/** Where Debian puts it; .ci/run installs it. Another one can be named. */
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const missing = existsSync(CHROMIUM)
  ? false
  : `no Chromium at ${CHROMIUM}: GraphiQL is not tested in a browser`;

test("a browser is there to test GraphiQL with", {
  skip: process.env.CI === "true" ? false : missing,
}, () => {
  assert.equal(missing, false);
});

describe("GraphiQL in Chromium", { skip: missing, timeout: 240_000 }, () => {
  let clinic: ServedClinic;
  let browser: Browser;
  before(async () => {
    clinic = await serveClinic();
    // A container has no user namespace for the sandbox; the only page visited is our own.
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  });
  after(async () => {
    await browser?.close();
    await clinic?.close();
  });

  test("whoever opens /graphql types a query, runs it and sees data; nothing is asked of other servers", async () => {
    const page = await browser.newPage();
    page.setDefaultTimeout(60_000);
    const troubles: string[] = [];
    const elsewhere: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error") troubles.push(message.text());
    });
    page.on("pageerror", (error) => troubles.push(String(error)));
    page.on("request", (request) => {
      const url = request.url();
      if (!url.startsWith(clinic.url) && !url.startsWith("data:")) elsewhere.push(url);
    });
    await page.goto(`${clinic.url}/graphql`);
    const editor = page.locator(".graphiql-query-editor .CodeMirror");
    await editor.waitFor();
    // The schema has been read: fields are coloured and completed by it.
    await page.locator(".graphiql-query-editor .cm-property").first().waitFor({ state: "attached" });
    await editor.click();
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.insertText("{ providers(first: 2) { nodes { name specialty } } }");
    await page.locator(".graphiql-execute-button").click();
    const result = page.locator(".result-window .CodeMirror");
    await page.locator(".result-window", { hasText: "specialty" }).waitFor();
    const text = (await result.textContent()) ?? "";
    assert.match(text, /"nodes"/);
    assert.match(text, /"(CARDIOLOGY|DERMATOLOGY|FAMILY|PEDIATRICS)"/);
    assert.deepEqual(troubles, []);
    assert.deepEqual(elsewhere, []);
    await page.close();
  });
});
