import assert from "node:assert/strict";
import { describe, test } from "node:test";
import conduit from "../../examples/conduit/service.ts";
import type { Service } from "../../src/index.ts";
import { startService } from "../../src/runtime/server/start-service.ts";
import { foreignService } from "../support/foreign.ts";
import { type CheckedFetch, createCheckedFetch, type Seen } from "./openapi-checked-fetch.ts";

/** Starts a service in memory and calls it; every operation of its document must be answered well at least once. */
async function checked(service: Service, calls: (call: CheckedFetch) => Promise<void>): Promise<void> {
  const running = await startService(service, { mode: "dev", dataDir: "memory", logLevel: "error" });
  try {
    const document: any = await (await fetch(`${running.url}/openapi.json`)).json();
    const seen: Seen = new Set();
    await calls(createCheckedFetch(document, running.url, seen));
    const missing = Object.entries<any>(document.paths).flatMap(([path, item]) =>
      Object.keys(item)
        .map((method) => `${method.toUpperCase()} ${path}`)
        .filter((name) => ![...seen].some((one) => one.startsWith(`${name} 2`))),
    );
    assert.deepEqual(missing, []);
  } finally {
    await running.close();
  }
}

describe("answers of APIs with clients of their own are what their documents say", () => {
  test("Conduit", async () => {
    await checked(conduit, async (call) => {
      const user = { username: "ada", email: "ada@example.com", password: "a long password" };
      const { body: made } = await call("POST", "/users", { body: { user } });
      const headers = { authorization: `Token ${made.user.token}` };
      await call("POST", "/users/login", { body: { user } });
      await call("GET", "/user", { headers });
      await call("PUT", "/user", { headers, body: { user: { bio: "Hello" } } });
      for (const [method, path] of [
        ["GET", "/profiles/ada"],
        ["POST", "/profiles/ada/follow"],
        ["DELETE", "/profiles/ada/follow"],
      ] as const) {
        await call(method, path, { headers });
      }
      const article = { title: "T", description: "d", body: "b", tagList: ["x"] };
      const { body: written } = await call("POST", "/articles", { headers, body: { article } });
      const path = `/articles/${written.article.slug}`;
      await call("GET", path);
      await call("GET", "/articles?tag=x&limit=5&ignored=1");
      await call("GET", "/articles/feed", { headers });
      await call("PUT", path, { headers, body: { article: { body: "c" } } });
      await call("POST", `${path}/favorite`, { headers });
      await call("DELETE", `${path}/favorite`, { headers });
      const { body: said } = await call("POST", `${path}/comments`, {
        headers,
        body: { comment: { body: "c" } },
      });
      await call("GET", `${path}/comments`);
      await call("DELETE", `${path}/comments/${said.comment.id}`, { headers });
      await call("GET", "/tags");
      assert.equal((await call("GET", `${path}x`)).status, 404);
      assert.equal((await call("DELETE", `${path}/comments/x`, { headers })).status, 404);
      assert.equal((await call("GET", "/user")).status, 401);
      assert.equal((await call("POST", "/users", { body: { user } })).status, 422);
      assert.equal((await call("POST", "/users", { body: "{" })).status, 422);
      assert.equal((await call("GET", "/articles?limit=0")).status, 422);
      assert.equal((await call("DELETE", path, { headers })).status, 204);
    });
  });

  test("an api with every option", async () => {
    await checked(foreignService, async (call) => {
      const headers = { authorization: "Token ada~member" };
      const product = {
        title: "Box",
        price: "9.50",
        parts: [{ name: "lid", madeAt: "2026-01-01T00:00:00Z" }],
      };
      const { body: made, status } = await call("POST", "/shop/products", { headers, body: { product } });
      assert.equal(status, 200);
      const path = `/shop/products/${made.product.id}`;
      assert.equal((await call("GET", `${path}/show`)).body.product.title, "Box");
      const page = (await call("GET", "/shop/products.json?limit=1")).body;
      assert.deepEqual(Object.keys(page), ["products", "total", "next", "more"]);
      assert.deepEqual([page.total, page.next, page.more], [1, null, false]);
      const edit = { product: { title: "Crate" } };
      assert.equal((await call("PUT", `${path}/edit`, { headers, body: edit })).body.product.title, "Crate");
      const sale = await call("POST", `${path}/sales/web`, { headers, body: { count: 2 } });
      assert.equal(sale.status, 202);
      assert.equal((await call("POST", `${path}/sales/web`, { headers, body: { count: 11 } })).status, 409);
      assert.equal((await call("POST", `${path}/sales/moon`, { headers })).status, 404);
      assert.equal((await call("GET", "/prices/EUR?at=2026-01-01T00:00:00Z")).status, 200);
      assert.equal((await call("GET", "/prices/euro")).status, 404);
      assert.equal((await call("DELETE", "/people/tom?hard=true", { headers })).body.hard, true);
      assert.equal((await call("GET", "/people/all", { headers })).status, 200);
      assert.equal((await call("GET", "/people/all/friends", { headers })).status, 200);
      assert.equal(
        (await call("POST", "/shop/products", { body: { product } })).status,
        403,
        "401 elsewhere",
      );
      assert.equal((await call("POST", "/shop/products", { headers, body: { product: {} } })).status, 400);
      assert.equal((await call("DELETE", `${path}/edit`, { headers })).status, 200);
    });
  });
});
