import assert from "node:assert/strict";
import { test } from "node:test";
import type { ApiKeyRecord, ApiKeyStore } from "../engine/ports.ts";
import { createApiKeyAuthenticator, generateApiKey, hashApiKey, issueApiKey, rotateApiKey } from "./index.ts";

test("an issued key authenticates its holder, and only its hash is kept", async () => {
  const { keys, clock, records } = setUp();
  const authenticator = createApiKeyAuthenticator({ keys, clock });
  const { key, record } = await issueApiKey(
    { keys, clock },
    { name: "ada", principal: "pat_1", roles: ["patient"] },
  );
  assert.deepEqual(await authenticator.authenticate({ kind: "api-key", key }), {
    id: "pat_1",
    roles: ["patient"],
    credentialId: record.id,
    live: true,
  });
  assert.ok(!JSON.stringify([...records.values()]).includes(key));
  assert.equal(record.hash, hashApiKey(key));
});

test("a malformed key is refused without a lookup; a well-formed unknown one with one", async () => {
  const { keys, clock, counts } = setUp();
  const authenticator = createApiKeyAuthenticator({ keys, clock });
  for (const key of ["", "secret", `${generateApiKey({ live: true })}x`]) {
    assert.equal(authenticator.authenticate({ kind: "api-key", key }), undefined);
  }
  assert.equal(counts.lookups, 0);
  const key = generateApiKey({ live: true });
  assert.equal(await authenticator.authenticate({ kind: "api-key", key }), undefined);
  assert.equal(counts.lookups, 1);
});

test("a remembered key costs no lookup and no promise, until the cache's time is over", async () => {
  const { keys, clock, counts } = setUp();
  const authenticator = createApiKeyAuthenticator({ keys, clock, cacheMs: 5000 });
  const { key } = await issueApiKey({ keys, clock }, { name: "a", principal: "p", roles: [] });
  await authenticator.authenticate({ kind: "api-key", key });
  const again = authenticator.authenticate({ kind: "api-key", key });
  assert.ok(again !== undefined && !(again instanceof Promise));
  assert.equal(counts.lookups, 1);
  clock.ms += 5000;
  await authenticator.authenticate({ kind: "api-key", key });
  assert.equal(counts.lookups, 2);
});

test("many calls at once with one new key look it up once", async () => {
  const { keys, clock, counts } = setUp();
  const authenticator = createApiKeyAuthenticator({ keys, clock });
  const { key } = await issueApiKey({ keys, clock }, { name: "a", principal: "p", roles: [] });
  const found = await Promise.all(
    Array.from({ length: 20 }, () => authenticator.authenticate({ kind: "api-key", key })),
  );
  assert.ok(found.every((principal) => principal?.id === "p"));
  assert.equal(counts.lookups, 1);
});

test("a revoked key works no longer than the cache remembers it", async () => {
  const { keys, clock } = setUp();
  const authenticator = createApiKeyAuthenticator({ keys, clock, cacheMs: 5000 });
  const { key, record } = await issueApiKey({ keys, clock }, { name: "a", principal: "p", roles: [] });
  assert.ok(await authenticator.authenticate({ kind: "api-key", key }));
  await keys.revoke(record.id);
  clock.ms += 5000;
  assert.equal(await authenticator.authenticate({ kind: "api-key", key }), undefined);
});

test("a key ends at the moment it expires, remembered or not", async () => {
  const { keys, clock } = setUp();
  const authenticator = createApiKeyAuthenticator({ keys, clock, cacheMs: 60_000 });
  const expiresAt = new Date(clock.ms + 1000).toISOString();
  const { key } = await issueApiKey({ keys, clock }, { name: "a", principal: "p", roles: [], expiresAt });
  assert.ok(await authenticator.authenticate({ kind: "api-key", key }));
  clock.ms += 1000;
  assert.equal(await authenticator.authenticate({ kind: "api-key", key }), undefined);
});

test("where only live keys are taken a test key is refused without a lookup, and the other way round", async () => {
  const { keys, clock, counts } = setUp();
  const issue = (live: boolean) =>
    issueApiKey({ keys, clock }, { name: String(live), principal: "p", roles: [], live });
  const [live, test] = [await issue(true), await issue(false)];
  for (const wanted of [true, false]) {
    const authenticator = createApiKeyAuthenticator({ keys, clock, live: wanted });
    counts.lookups = 0;
    const [right, wrong] = wanted ? [live, test] : [test, live];
    assert.equal(authenticator.authenticate({ kind: "api-key", key: wrong.key }), undefined);
    assert.equal(counts.lookups, 0);
    const principal = await authenticator.authenticate({ kind: "api-key", key: right.key });
    assert.equal(principal?.live, wanted);
  }
});

test("uses are written together, off the calls' way", async () => {
  const { keys, clock, counts, records } = setUp();
  const authenticator = createApiKeyAuthenticator({ keys, clock, touchMs: 60_000 });
  const issued = [];
  for (const name of ["a", "b"]) {
    issued.push(await issueApiKey({ keys, clock }, { name, principal: name, roles: [] }));
  }
  for (let at = 0; at < 50; at++) {
    for (const { key } of issued) await authenticator.authenticate({ kind: "api-key", key });
  }
  assert.equal(counts.touches, 0);
  clock.ms += 60_000;
  await authenticator.authenticate({ kind: "api-key", key: issued[0]!.key });
  assert.equal(counts.touches, 1);
  assert.ok([...records.values()].every((record) => record.lastUsedAt !== undefined));
});

test("flush writes what is left, and a failing write harms nobody", async () => {
  const { keys, clock, counts } = setUp();
  const broken = { ...keys, touch: () => Promise.reject(new TypeError("no")) };
  const warnings: string[] = [];
  const logger = {
    info: () => {},
    error: () => {},
    warn: (_: object, message: string) => warnings.push(message),
  };
  const { key } = await issueApiKey({ keys, clock }, { name: "a", principal: "p", roles: [] });
  for (const store of [keys, broken]) {
    const authenticator = createApiKeyAuthenticator({ keys: store, clock, logger });
    await authenticator.authenticate({ kind: "api-key", key });
    await authenticator.flush();
  }
  assert.equal(counts.touches, 1);
  assert.equal(warnings.length, 1);
});

test("rotation: both keys work during the overlap, then only the new one", async () => {
  const { keys, clock } = setUp();
  const authenticator = createApiKeyAuthenticator({ keys, clock, cacheMs: 0 });
  const old = await issueApiKey(
    { keys, clock },
    { name: "billing", principal: "p", roles: ["r"], live: false },
  );
  const next = await rotateApiKey({ keys, clock }, "billing", { overlapMs: 86_400_000 });
  assert.equal(next.record.name, "billing-2");
  assert.equal(next.record.live, false);
  const works = async ({ key }: { key: string }) =>
    (await authenticator.authenticate({ kind: "api-key", key })) !== undefined;
  assert.deepEqual([await works(old), await works(next)], [true, true]);
  clock.ms += 86_400_000;
  assert.deepEqual([await works(old), await works(next)], [false, true]);
  assert.equal((await rotateApiKey({ keys, clock }, "billing-2", { overlapMs: 0 })).record.name, "billing-3");
  await assert.rejects(rotateApiKey({ keys, clock }, "billing", { overlapMs: 0 }), { code: "conflict" });
  await assert.rejects(rotateApiKey({ keys, clock }, "nobody", { overlapMs: 0 }), { code: "not_found" });
});

/** A store in memory that counts: what must not be asked of it is what these tests are about. */
function setUp() {
  const records = new Map<string, ApiKeyRecord>();
  const counts = { lookups: 0, touches: 0 };
  const change = (id: string, fields: Partial<ApiKeyRecord>) => {
    const record = records.get(id);
    if (record) records.set(id, { ...record, ...fields });
    return record !== undefined;
  };
  const clock = { ms: Date.parse("2026-11-01T00:00:00Z"), now: () => clock.ms };
  const keys: ApiKeyStore = {
    insert: async (record) => void records.set(record.id, record),
    findByHash: async (hash) => {
      counts.lookups++;
      return [...records.values()].find((record) => record.hash === hash);
    },
    list: async () => [...records.values()],
    revoke: async (id) => change(id, { revokedAt: new Date(clock.ms).toISOString() }),
    expire: async (id, at) => change(id, { expiresAt: at }),
    touch: async (ids, at) => {
      counts.touches++;
      for (const id of ids) change(id, { lastUsedAt: at });
    },
  };
  return { records, counts, clock, keys };
}
