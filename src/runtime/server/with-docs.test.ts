import assert from "node:assert/strict";
import { test } from "node:test";
import { clinic } from "../../../examples/clinic/contract.ts";
import { compile } from "../../contract/model/index.ts";
import { send } from "../protocols/index.ts";
import { createServer } from "./create-server.ts";
import { createDocsHandler } from "./docs.ts";
import { withDocs } from "./with-docs.ts";

test("the reference is served beside everything else", async () => {
  const handler = withDocs(
    async () => createDocsHandler(compile(clinic)),
    (exchange) => send(exchange, 204, []),
  );
  const server = createServer({ handler });
  const { url } = await server.listen();
  try {
    const page = await fetch(`${url}/docs`);
    assert.equal(page.status, 200);
    const script = /src="(\/docs\/scalar[^"]+)"/.exec(await page.text())?.[1];
    const bundle = await fetch(url + script, { headers: { "accept-encoding": "br" } });
    assert.equal(bundle.headers.get("content-encoding"), "br");
    assert.ok((await bundle.text()).length > 4_000_000);
    const head = await fetch(url + script, { method: "HEAD" });
    assert.equal(head.headers.get("cache-control"), "public, max-age=31536000, immutable");
    const post = await fetch(`${url}/docs`, { method: "POST" });
    assert.deepEqual([post.status, post.headers.get("allow")], [405, "GET, HEAD, OPTIONS"]);
    assert.equal((await fetch(`${url}/docs/other`)).status, 204);
    assert.equal((await fetch(`${url}/problems/conflict`)).status, 204);
    assert.equal((await fetch(`${url}/problems/conflict`, { headers: { accept: "text/html" } })).status, 200);
  } finally {
    await server.close();
  }
});
