import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { type Browser, chromium } from "playwright-core";
import { type ServedClinic, serveClinic } from "../support/serve-clinic.ts";
import { bundle } from "./bundle.ts";

/** Where Debian puts it; .ci/run installs it. Another one can be named. */
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const missing = existsSync(CHROMIUM)
  ? false
  : `no Chromium at ${CHROMIUM}: the client is not tested in a browser`;

/** What the page does; the result comes back as JSON. */
const PAGE = `
import { CallError, createClient, isError } from "./src/edge/client/index.ts";
import { bookAppointment, clinic, slotTaken } from "./examples/clinic/contract.ts";

export async function run(keys: { ada: string; grace: string; admin: string }) {
  const url = location.origin;
  const seen: string[] = [];
  const ada = createClient(clinic, { url, apiKey: () => keys.ada, observer: (event) => {
    if (event.kind === "answer") seen.push(event.operation + " " + event.status);
  } });
  const slots: string[] = [];
  for await (const slot of ada.slot.list({ status: "open", limit: 50 })) slots.push(slot.id);
  const [slot = ""] = slots;
  const booked = await ada.appointment.create({ slot, reason: "From a browser: ü" });
  const provider = await ada.provider.get(booked.provider);
  const again = await ada.provider.get(booked.provider);
  const grace = createClient(clinic, { url, apiKey: keys.grace });
  const taken = await grace.call(bookAppointment, { slot, reason: "Too late" }).catch((error: unknown) => error);
  const aborted = await ada.provider.list({}, { signal: AbortSignal.abort("gone") }).page().catch((reason: unknown) => reason);
  const admin = createClient(clinic, { url, apiKey: keys.admin });
  const redirect = await createClient(clinic, { url: url + "/elsewhere" }).provider.list().page().catch((error: unknown) => error);
  const nowhere = await createClient(clinic, { url: "http://127.0.0.1:1", maxAttempts: 1 }).provider.list().page().catch((error: unknown) => error);
  const read = await admin.provider.get(booked.provider);
  await admin.provider.patch(booked.provider, { bio: "Changed" }, { ifMatch: read });
  const late = await admin.provider.patch(booked.provider, { bio: "Late" }, { ifMatch: read }).catch((error: unknown) => error);
  const cancelled = await ada.appointment.cancel(booked.id, { reason: "Done" });
  return {
    slots: slots.length,
    reason: booked.reason,
    same: JSON.stringify(provider) === JSON.stringify(again),
    taken: isError(slotTaken, taken) ? taken.data.slot === slot : String(taken),
    aborted: String(aborted),
    redirect: redirect instanceof CallError ? redirect.reason : String(redirect),
    nowhere: nowhere instanceof CallError ? nowhere.reason : String(nowhere),
    late: late instanceof CallError ? late.code : String(late),
    cancelled: cancelled.status,
    seen: seen.filter((line) => line.startsWith("provider.get")),
  };
}
`;

test("a browser is there to test the client with", {
  skip: process.env.CI === "true" ? false : missing,
}, () => {
  assert.equal(missing, false);
});

describe("the client in Chromium", { skip: missing, timeout: 240_000 }, () => {
  let clinic: ServedClinic;
  let site: Server;
  let browser: Browser;
  let url: string;

  before(async () => {
    clinic = await serveClinic();
    site = await serveSite(clinic.url);
    url = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
    // A container has no user namespace for the sandbox; the only page visited is our own.
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  });
  after(async () => {
    await browser?.close();
    site?.close();
    site?.closeAllConnections();
    await clinic?.close();
  });

  test("books, lists, revalidates, is refused, is called off and cancels, on a page that forbids eval", async () => {
    const page = await browser.newPage();
    page.setDefaultTimeout(60_000);
    const troubles: string[] = [];
    page.on("pageerror", (error) => troubles.push(String(error)));
    await page.goto(url);
    const { ada = "", grace = "", admin = "" } = clinic.keys;
    const result = await page.evaluate(
      async (keys) => {
        const module = await import(String("/page.js"));
        return module.run(keys);
      },
      { ada, grace, admin },
    );
    assert.deepEqual(result, {
      slots: 123,
      reason: "From a browser: ü",
      same: true,
      taken: true,
      aborted: "gone",
      redirect: "redirect",
      nowhere: "connection",
      late: "precondition_failed",
      cancelled: "cancelled",
      seen: ["provider.get 200", "provider.get 304"],
    });
    assert.deepEqual(troubles, []);
  });
});

/** A site with the page, which hands everything else on to the API: for a browser both have one origin. */
async function serveSite(api: string): Promise<Server> {
  const { code } = await bundle(PAGE);
  const site = createServer((incoming, outgoing) => {
    const { url = "/", method, headers } = incoming;
    if (url === "/") {
      outgoing.writeHead(200, {
        "Content-Type": "text/html",
        "Content-Security-Policy": "default-src 'self'; connect-src 'self' http://127.0.0.1:1",
      });
      outgoing.end("<!doctype html><title>Clinic</title>");
    } else if (url === "/page.js") {
      outgoing.writeHead(200, { "Content-Type": "text/javascript" }).end(code);
    } else if (url.startsWith("/elsewhere")) {
      outgoing.writeHead(307, { Location: url.replace("/elsewhere", "") }).end();
    } else {
      const onward = request(api + url, { method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      onward.on("error", () => outgoing.destroy());
      incoming.pipe(onward);
    }
  });
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
  return site;
}
