import assert from "node:assert/strict";
import { test } from "node:test";
import { guard } from "../protocols/guard.ts";
import type { Exchange } from "../protocols/index.ts";
import { createServer } from "./create-server.ts";

test("what fails while an error is being sent is told and becomes a bare 500, thrown or rejected", async (t) => {
  const told: unknown[] = [];
  const failing = (exchange: Exchange): Promise<void> => {
    const failure = new Error(exchange.path);
    if (exchange.path === "/thrown") throw failure;
    return Promise.reject(failure);
  };
  const server = createServer({ handler: guard(failing, (_, thrown) => told.push(thrown)) });
  t.after(() => server.close());
  const { port } = await server.listen({ port: 0 });
  for (const path of ["/thrown", "/rejected"]) {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    assert.deepEqual([response.status, await response.text()], [500, ""]);
  }
  assert.deepEqual(told.map(String), ["Error: /thrown", "Error: /rejected"]);
});
