import assert from "node:assert/strict";
import { test } from "node:test";
import { http1 } from "../../../test/support/http-clients.ts";
import { BOOK, openLibrary } from "../../../test/support/library.ts";
import type { ForwardedOptions } from "./forwarded.ts";

async function addressFor(
  options: ForwardedOptions,
  headers: Record<string, string>,
): Promise<string | undefined> {
  const library = await openLibrary({ server: options });
  await http1(`${library.url}/v1/books/${BOOK}`, { headers });
  await library.close();
  return library.calls[0]?.meta.remoteAddress;
}

const LOCAL = { trustProxies: ["127.0.0.0/8", "10.0.0.0/8", "2001:db8::/32"] };

test("without trusted proxies nobody can say who they are", async () => {
  assert.equal(
    await addressFor({}, { "x-forwarded-for": "203.0.113.9", forwarded: "for=203.0.113.9" }),
    "127.0.0.1",
  );
  const others = { trustProxies: ["10.0.0.0/8"] };
  assert.equal(await addressFor(others, { "x-forwarded-for": "203.0.113.9" }), "127.0.0.1");
});

test("from the peer backwards, the first address that is no trusted proxy", async () => {
  const addressOf = (header: string) => addressFor(LOCAL, { "x-forwarded-for": header });
  assert.equal(await addressOf("203.0.113.9"), "203.0.113.9");
  assert.equal(
    await addressOf("198.51.100.1, 203.0.113.9, 10.1.2.3"),
    "203.0.113.9",
    "what is before it may be a lie",
  );
  assert.equal(await addressOf("203.0.113.9:4711"), "203.0.113.9");
  assert.equal(await addressOf("[2001:db9::1]:80, [2001:db8::7]"), "2001:db9::1");
  assert.equal(await addressOf("10.1.1.1, 10.2.2.2"), "10.1.1.1");
  assert.equal(await addressOf("nonsense, 10.2.2.2"), "10.2.2.2");
  assert.equal(await addressOf(""), "127.0.0.1");
});

test("only the header that the proxies write is read", async () => {
  const forwarded = { ...LOCAL, forwardedHeader: "forwarded" } as const;
  const both = {
    "x-forwarded-for": "198.51.100.1",
    forwarded: 'by=10.0.0.1;for="[2001:db9::1]:80";proto=https, for=10.0.0.2',
  };
  assert.equal(await addressFor(forwarded, both), "2001:db9::1");
  assert.equal(await addressFor(LOCAL, both), "198.51.100.1");
  assert.equal(await addressFor(forwarded, { forwarded: "for=_hidden, for=10.0.0.2" }), "10.0.0.2");
});

test("ranges that are none are refused at start", async () => {
  for (const range of ["10.0.0.0/33", "ten", "10.0.0.0/8/8", "::1/129", "10.0.0.0/x"]) {
    await assert.rejects(openLibrary({ server: { trustProxies: [range] } }), /trustProxies\[0\]/);
  }
});
