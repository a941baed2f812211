import assert from "node:assert/strict";
import { test } from "node:test";
import { createCaller } from "concordat/testing";
import { ApiError, UsageError } from "../../base/errors/index.ts";
import { type Authenticate, anyone, api, bearerTokens, handle, query, service, t } from "../../index.ts";

const whoAmI = query("whoAmI", { output: t.string(), access: [anyone] });
const contract = (names: boolean) =>
  api("lab", {
    versions: { v1: "2026-01-01" },
    resources: [],
    operations: [whoAmI],
    ...(names ? { authentication: [bearerTokens({ scheme: "Token" })] } : {}),
  });
const handlers = [handle(whoAmI, ({ caller }) => JSON.stringify(caller ?? null))];

test("a check is there just where the contract names tokens", async () => {
  const authenticate: Authenticate = () => undefined;
  for (const [names, options] of [
    [true, {}],
    [false, { authenticate }],
  ] as const) {
    const start = createCaller(service(contract(names), handlers, options));
    await assert.rejects(start, (error) => {
      assert.ok(error instanceof UsageError);
      assert.equal(error.mistakes[0]?.place, "service of lab, authenticate");
      return true;
    });
  }
});

test("the check is told scheme and token, and its caller gets what it leaves out", async () => {
  const asked: unknown[] = [];
  const lab = await createCaller(
    service(contract(true), handlers, {
      authenticate: (credentials, { now }) => {
        asked.push(credentials, now());
        return { id: "ada" };
      },
    }),
  );
  try {
    const answer = await lab.withToken("a.b").call(whoAmI);
    assert.deepEqual(JSON.parse(answer), { id: "ada", roles: [], credentialId: "ada", live: true });
    assert.deepEqual(asked[0], { kind: "bearer", scheme: "Token", token: "a.b" });
    assert.match(String(asked[1]), /^\d{4}-.*Z$/);
    assert.equal(await lab.call(whoAmI), "null");
  } finally {
    await lab.close();
  }
});

test("a caller that is not signed by a check, or a check that never answers in time, gets no answer", async () => {
  const lab = await createCaller(
    service(contract(true), handlers, {
      authenticate: (_, { signal }) =>
        new Promise((resolve) => signal.addEventListener("abort", () => resolve(undefined))),
    }),
  );
  try {
    const call = lab.withToken("x").call(whoAmI, { timeoutMs: 30 });
    await assert.rejects(call, (error) => error instanceof ApiError && error.code === "deadline_exceeded");
    const plain = await createCaller(service(contract(false), handlers));
    assert.throws(() => plain.withToken("x"), UsageError);
    await plain.close();
  } finally {
    await lab.close();
  }
});
