import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryStore } from "../../../test/support/memory-store.ts";
import { anyone, api, command, compile, handle, query, role, signedIn } from "../../index.ts";
import { createEngine } from "./engine.ts";

const open = query("open", { access: [anyone] });
const shared = command("shared", { access: [signedIn] });
const guarded = command("guarded", { access: [role("admin")] });

const model = compile(
  api("offers", { versions: { v1: "2026-01-01" }, resources: [], operations: [open, shared, guarded] }),
);
const engine = createEngine({
  model,
  store: new MemoryStore(),
  authenticator: {
    authenticate: ({ key }) =>
      key === "admin" || key === "anna"
        ? { id: key, roles: key === "admin" ? ["admin"] : [], credentialId: `key_${key}`, live: true }
        : undefined,
  },
  handlers: [open, shared, guarded].map((operation) => handle(operation, () => undefined)),
});

const meta = { protocol: "test", requestId: "req_1" };
const ask = (key?: string) =>
  engine.offers({ meta, ...(key === undefined ? {} : { credentials: { kind: "api-key", key } }) });

test("a caller is offered what the rules of the operations allow them, and nothing that does not exist", async () => {
  const offered = async (key?: string) => {
    const offer = await ask(key);
    assert.ok(offer.ok);
    return ["open", "shared", "guarded", "unknown", "toString"].filter((name) => offer.allows(name));
  };
  assert.deepEqual(await offered(), ["open"]);
  assert.deepEqual(await offered("anna"), ["open", "shared"]);
  assert.deepEqual(await offered("admin"), ["open", "shared", "guarded"]);
});

test("what is offered agrees with what calls are refused", async () => {
  for (const key of [undefined, "anna", "admin"]) {
    const offer = await ask(key);
    assert.ok(offer.ok);
    for (const operation of Object.keys(model.operations)) {
      const outcome = await engine.execute({
        operation,
        meta,
        ...(key === undefined ? {} : { credentials: { kind: "api-key" as const, key } }),
      });
      assert.equal(offer.allows(operation), outcome.ok, `${operation} for ${key}`);
    }
  }
});

test("credentials that nobody has are offered nothing, not what strangers are", async () => {
  const offer = await ask("stolen");
  assert.ok(!offer.ok);
  assert.equal(offer.error.code, "unauthenticated");
});
