import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { type Browser, chromium, type Page } from "playwright-core";
import { type RunningClinic, startClinic } from "./openapi-clinic.ts";

/** Where Debian puts it; .ci/run installs it. Another one can be named. */
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const missing = existsSync(CHROMIUM)
  ? false
  : `no Chromium at ${CHROMIUM}: the reference page is not tested in a browser`;

test("a browser is there to test the reference page with", {
  skip: process.env.CI === "true" ? false : missing,
}, () => {
  assert.equal(missing, false);
});

describe("the reference page in Chromium", { skip: missing, timeout: 240_000 }, () => {
  let clinic: RunningClinic;
  let browser: Browser;
  before(async () => {
    clinic = await startClinic();
    // A container has no user namespace for the sandbox; the only page visited is our own.
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  });
  after(async () => {
    await browser?.close();
    await clinic?.close();
  });

  /** Opens a page and collects everything that goes wrong in it, and every request to another server. */
  async function open(path: string): Promise<{ page: Page; troubles: string[]; requested: string[] }> {
    const page = await browser.newPage();
    page.setDefaultTimeout(30_000);
    const troubles: string[] = [];
    const requested: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") troubles.push(message.text());
    });
    page.on("pageerror", (error) => troubles.push(String(error)));
    page.on("requestfailed", (request) => troubles.push(`${request.url()} ${request.failure()?.errorText}`));
    page.on("response", (response) => {
      if (response.status() >= 400) troubles.push(`${response.url()} ${response.status()}`);
    });
    page.on("request", (request) => {
      const { protocol, origin, pathname } = new URL(request.url());
      if (protocol === "data:" || protocol === "blob:") return;
      requested.push(pathname);
      if (origin !== clinic.url) troubles.push(`request to another server: ${request.url()}`);
    });
    const response = await page.goto(clinic.url + path);
    assert.equal(response?.status(), 200);
    return { page, troubles, requested };
  }

  test("operations render, and nothing is asked of other servers", async () => {
    const { page, troubles, requested } = await open("/docs");
    await page.getByRole("heading", { name: "Clinic" }).waitFor();
    await page.getByRole("link", { name: "Appointments" }).or(page.getByText("Appointments")).first().click();
    await page.getByText("Cancel appointment").first().click();
    await page.getByText("Cancels the appointment and opens its slot to others.").first().waitFor();
    await page.getByText("curl").first().waitFor();
    await page.getByRole("link", { name: "Error codes" }).waitFor();
    // Whatever it loads late, it has had the time to.
    await page.waitForTimeout(1500);
    assert.deepEqual(troubles, []);
    assert.deepEqual(
      requested.map((path) => path.replace(/-[0-9a-f]{12}\./, ".")),
      ["/docs", "/docs/scalar-1.72.1.js", "/docs/start.js", "/openapi.json"],
    );
    await page.close();
  });

  test("an operation can be linked to and tried out", async () => {
    const { page, troubles } = await open("/docs#tag/providers/GET/providers");
    await page.getByRole("heading", { name: "List providers" }).first().waitFor();
    const button = page.getByRole("button", { name: /Test Request/ }).first();
    await button.click();
    const answered = page.waitForResponse((response) => response.url().includes("/v2/providers"));
    await page.getByRole("button", { name: /Send/ }).first().click();
    assert.equal((await answered).status(), 200);
    await page.getByText("Dr. Wei Chen").first().waitFor();
    assert.deepEqual(troubles, []);
    await page.close();
  });

  test("a key typed in is sent and not stored; every try has an idempotency key of its own", async () => {
    const { page } = await open("/docs#tag/appointments/POST/appointments");
    await page.getByRole("button", { name: /Test Request.*post \/appointments\)/i }).click();
    await page.getByPlaceholder("Token").last().fill(clinic.patientKey);
    const keys: (string | undefined)[] = [];
    for (let tries = 1; tries <= 2; tries++) {
      const asked = page.waitForRequest((request) => request.url().endsWith("/v2/appointments"));
      await page.getByRole("button", { name: /Send/ }).first().click();
      const headers = await (await asked).allHeaders();
      assert.equal(headers.authorization, `Bearer ${clinic.patientKey}`);
      keys.push(headers["idempotency-key"]);
      await (await (await asked).response())?.finished();
    }
    assert.match(keys[0] ?? "", /^[0-9a-f-]{36}$/);
    assert.notEqual(keys[0], keys[1]);
    const stored = "JSON.stringify([localStorage, sessionStorage, document.cookie])";
    assert.ok(!String(await page.evaluate(stored)).includes(clinic.patientKey));
    assert.deepEqual(await page.evaluate("indexedDB.databases()"), []);
    await page.close();
  });

  test("error pages render without script", async () => {
    const { page, troubles, requested } = await open("/problems/slot_taken");
    await page.getByRole("heading", { name: "Slot taken" }).waitFor();
    await page.getByRole("link", { name: "All errors" }).click();
    await page.getByRole("heading", { name: "Errors of Clinic" }).waitFor();
    const style = await page.evaluate("getComputedStyle(document.querySelector('h2')).fontFamily");
    assert.match(String(style), /monospace/, "the style sheet was taken");
    assert.deepEqual(troubles, []);
    assert.ok(requested.every((path) => !path.endsWith(".js")));
    await page.close();
  });
});
