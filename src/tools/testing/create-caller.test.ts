import assert from "node:assert/strict";
import { after, test } from "node:test";
import { api, command, event, handle, owner, resource, service, signedIn, stream, t } from "concordat";
import { createCaller, createFakeClock } from "concordat/testing";

const Account = resource(
  "account",
  {
    id: t.id("acc"),
    holder: t.string().readOnly(),
    name: t.string({ minLength: 1 }),
    balance: t.int64().default(0n),
    seal: t.bytes().optional(),
    pin: t.string({ visibleTo: "teller" }).optional(),
  },
  { owner: "holder", access: { read: [owner], write: [owner], create: [signedIn] } },
);
const opened = event("account.opened", Account);
const open = Account.create({ idempotency: "required" });
const list = Account.list();
const time = command("time", { output: t.object({ at: t.timestamp() }) });
const count = stream("count", { input: t.object({ to: t.int32() }), output: t.object({ n: t.int64() }) });

const bank = service(
  api("bank", {
    versions: { v1: "2026-01-01" },
    resources: [Account],
    operations: [open, list, time, count],
    events: [opened],
  }),
  [
    handle(open, async ({ input, principal, db, emit }) => {
      const account = await db.insert(Account, { ...input, holder: principal.id });
      emit(opened, account);
      return account;
    }),
    handle(time, ({ now }) => ({ at: now() })),
    handle(count, async function* ({ input }) {
      for (let n = 1; n <= input.to; n++) yield { n: BigInt(n) };
    }),
  ],
  {
    seed: async ({ db, apiKey, now }) => {
      await db.insert(Account, { holder: "ada", name: `Opened ${now()}`, balance: 7n });
      await apiKey("ada", { principal: "ada", roles: [] });
    },
  },
);

const clock = createFakeClock("2026-11-01T09:00:00Z");
const caller = await createCaller(bank, { clock, principals: { bob: { principal: "bob", roles: [] } } });
const [ada, bob] = [caller.as("ada"), caller.as("bob")];
after(() => caller.close());

test("values go in and come out in program form where the operation is named by its definition", async () => {
  const account = await bob.call(open, {
    input: { name: "Savings", balance: 2n ** 60n, seal: new Uint8Array([1, 2]) },
  });
  assert.equal(account.balance, 2n ** 60n);
  assert.deepEqual(account.seal, new Uint8Array([1, 2]));
  assert.equal(account.holder, "bob");
  const page = await bob.call(list, { list: { limit: 1 } });
  assert.deepEqual(page.data, [account]);
});

test("values are in wire form where the operation is named by its id", async () => {
  const page = Object(await ada.call("account.list"));
  assert.equal(page.data[0].balance, "7");
  assert.equal(page.data[0].name, "Opened 2026-11-01T09:00:00Z");
});

test("the whole pipeline is there: validation, authorisation, idempotency", async () => {
  await assert.rejects(bob.call(open, { input: { name: "" } }), { code: "invalid_input" });
  await assert.rejects(bob.call(open, { input: { name: "x" }, idempotencyKey: null }), {
    code: "idempotency_key_missing",
  });
  await assert.rejects(caller.call("account.list"), { code: "unauthenticated" });
  const { id } = await bob.call(open, { input: { name: "Mine" } });
  await assert.rejects(ada.call("account.get", { id }), { code: "forbidden" });
  const request = { input: { name: "Once" }, idempotencyKey: "once" };
  assert.deepEqual(await bob.call(open, request), await bob.call(open, request));
  const outcome = await bob.execute("account.create", { input: { name: "Twice" }, idempotencyKey: "once" });
  assert.ok(!outcome.ok && outcome.error.code === "idempotency_key_reused");
});

test("the clock stands until it is moved", async () => {
  assert.deepEqual(await ada.call(time), { at: "2026-11-01T09:00:00Z" });
  clock.advance(3_600_000);
  assert.deepEqual(await ada.call(time), { at: "2026-11-01T10:00:00Z" });
  clock.set("2027-01-01T00:00:00Z");
  assert.deepEqual(await ada.call(time), { at: "2027-01-01T00:00:00Z" });
  assert.throws(() => clock.set("yesterday"), { name: "UsageError" });
});

test("streams are iterated", async () => {
  const seen: unknown[] = [];
  for await (const value of ada.stream("count", { input: { to: 2 } })) seen.push(value);
  assert.deepEqual(seen, [{ n: "1" }, { n: "2" }]);
});

test("a name that nobody has is the test's own mistake", () => {
  assert.throws(() => caller.as("eve"), /ada|bob/);
});

test("an engine made by the test is called with its own keys", async () => {
  const same = createCaller(caller.engine, { keys: { ada: "test key of ada" } });
  assert.equal(Object(await same.as("ada").call("account.list")).data.length, 1);
  assert.throws(() => same.as("bob"), { name: "UsageError" });
});
