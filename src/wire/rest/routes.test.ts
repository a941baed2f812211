import assert from "node:assert/strict";
import { test } from "node:test";
import { model } from "../../../test/support/library.ts";
import { modelOf } from "../../../test/support/mistakes.ts";
import { query, t } from "../../index.ts";
import { createRoutes } from "./routes.ts";

const routes = createRoutes(model);
const templateOf = (path: string) => routes.match(path)?.endpoint.template;

test("paths lead to endpoints, with the id decoded", () => {
  assert.equal(routes.base, "/v1");
  assert.equal(templateOf("/v1/books"), "/v1/books");
  assert.equal(templateOf("/v1/books/abc"), "/v1/books/{id}");
  assert.equal(templateOf("/v1/books/abc/lend"), "/v1/books/{id}/lend");
  assert.equal(templateOf("/v1/tidy-up"), "/v1/tidy-up");
  assert.equal(routes.match("/v1/books/a%20b")?.id, "a b");
  assert.equal(routes.match("/v1/books/a%2Fb")?.id, "a/b", "an encoded slash does not split the path");
  assert.equal(routes.match("/v1/b%6Foks")?.endpoint.template, "/v1/books");
});

test("what is not exactly a path of the API leads nowhere", () => {
  const paths = [
    ...[
      "",
      "/",
      "/v1",
      "/v1/",
      "/v1/books/",
      "/v1/books//",
      "//v1/books",
      "/v1//books",
      "/V1/books",
      "/v1/BOOKS",
    ],
    ...[
      "/v1/./books",
      "/v1/x/../books",
      "/v1/books/a/lend/",
      "/v1/books/a/unknown",
      "/v1/books/%",
      "/v1/books/%zz",
    ],
    ...[
      "/v1/books/%ff",
      "/v1/books/%C0%80",
      "/v1/books/%00",
      "/v1/books/%ED%A0%80",
      "v1/books",
      "/v1/tidyUp",
    ],
  ];
  for (const path of paths) assert.equal(routes.match(path), undefined, path);
});

test("each endpoint knows what it allows", () => {
  const allow = Object.fromEntries(routes.endpoints.map((endpoint) => [endpoint.template, endpoint.allow]));
  assert.equal(allow["/v1/books"], "GET, HEAD, POST, OPTIONS");
  assert.equal(allow["/v1/books/{id}"], "GET, HEAD, PUT, PATCH, DELETE, OPTIONS");
  assert.equal(allow["/v1/books/{id}/lend"], "POST, OPTIONS");
});

test("a word goes before a parameter, and a parameter is taken where the word leads nowhere", () => {
  const by = t.object({ slug: t.string(), other: t.string().optional() });
  const routed = createRoutes(
    modelOf({
      rest: { prefix: "/" },
      operations: [
        query("feed", { http: { path: "/posts/feed" } }),
        query("read", { input: by, http: { path: "/posts/{slug}" } }),
        query("notes", { input: by, http: { path: "/posts/{slug}/notes" } }),
        query("deep", { http: { path: "/posts/feed/all/notes" } }),
      ],
    }),
  );
  const found = (path: string) => {
    const match = routed.match(path);
    return match && [match.endpoint.template, match.id];
  };
  assert.deepEqual(found("/posts/feed"), ["/posts/feed", undefined]);
  assert.deepEqual(found("/posts/x"), ["/posts/{slug}", "x"]);
  assert.deepEqual(found("/posts/feed/notes"), ["/posts/{slug}/notes", "feed"]);
  assert.deepEqual(found("/posts/feed/all/notes"), ["/posts/feed/all/notes", undefined]);
  assert.equal(found("/posts/feed/all"), undefined);
  assert.equal(found("/posts/x/y"), undefined);
  assert.equal(found("/"), undefined);
});
