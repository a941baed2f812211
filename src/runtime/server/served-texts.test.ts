import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { http1 } from "../../../test/support/http-clients.ts";
import { type ServedClinic, serveClinic } from "../../../test/support/serve-clinic.ts";

let clinic: ServedClinic;

before(async () => {
  clinic = await serveClinic();
});
after(() => clinic.close());

test("llms.txt leads to what is served, and the root leads to it", async () => {
  const answer = await http1(`${clinic.url}/llms.txt`);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers["content-type"], "text/plain; charset=utf-8");
  const { etag } = answer.headers;
  const again = await http1(`${clinic.url}/llms.txt`, { headers: { "if-none-match": String(etag) } });
  assert.equal(again.status, 304);

  const [, documents = "", protocols = ""] = answer.text.split(/^## /m);
  const links = [...`${documents}${protocols}`.matchAll(/\]\(([^)]+)\)/g)].map(([, path = ""]) => path);
  assert.ok(
    ["/openapi.json", "/docs", "/schema.graphql", "/mcp", "/graphql"].every((path) => links.includes(path)),
  );
  for (const path of links) {
    const { status } = await http1(clinic.url + path);
    assert.ok(status !== 404 && status < 500, `${path} is ${status}`);
  }

  const root = await http1(`${clinic.url}/`);
  assert.deepEqual(root.json()._links["service-meta"], { href: "/llms.txt", type: "text/plain" });
  assert.match(String(root.headers.link), /<\/llms\.txt>; rel="service-meta"; type="text\/plain"/);
  const catalog = (await http1(`${clinic.url}/.well-known/api-catalog`)).json().linkset[0];
  assert.deepEqual(catalog["service-meta"], [{ href: "/llms.txt", type: "text/plain" }]);
});

test("the GraphQL schema is there as text while developing", async () => {
  const { text, headers } = await http1(`${clinic.url}/schema.graphql`);
  assert.match(text, /^type Query \{/m);
  assert.equal(headers["content-type"], "text/plain; charset=utf-8");
});
