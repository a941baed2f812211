import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { compile } from "concordat";
import { createClient } from "concordat/client";
import { type RunningService, startService } from "concordat/server";
import { databases, type TestStore } from "../../test/support/databases.ts";
import { conduit as contract } from "./contract.ts";
import conduit from "./service.ts";

const collection = fileURLToPath(
  new URL("../../../shared/vectors/realworld/Conduit.postman_collection.json", import.meta.url),
);

/** What is used of newman, which has no types of its own. */
interface Newman {
  run(options: object, done: (error: Error | null, summary: { readonly run: NewmanRun }) => void): unknown;
}
interface NewmanRun {
  readonly stats: { readonly assertions: { readonly total: number; readonly failed: number } };
  readonly failures: readonly { readonly source?: { readonly name?: string }; readonly error: Error }[];
}

for (const database of databases()) {
  describe(`Conduit on ${database.name}`, () => {
    let empty: TestStore | undefined;
    let service: RunningService;

    before(async () => {
      if (database.kind === "postgres") empty = await database.open(compile(conduit.api), { tables: false });
      service = await startService(conduit, {
        mode: "dev",
        logLevel: "error",
        ...(empty?.url ? { databaseUrl: empty.url } : { dataDir: "memory" }),
      });
    });
    after(async () => {
      await service?.close();
      await empty?.close();
    });

    if (existsSync(collection)) {
      test("the specification's Postman collection: 311 assertions", { timeout: 120_000 }, async () => {
        const { stats, failures } = await runCollection(`${service.url}/api`);
        assert.deepEqual(
          failures.map(({ source, error }) => `${source?.name}: ${error.message}`),
          [],
        );
        assert.deepEqual([stats.assertions.total, stats.assertions.failed], [311, 0]);
      });
    } else {
      const note = "shared/vectors/realworld is not beside the checkout";
      if (process.env.CI === "true") test("the specification's collection", () => assert.fail(note));
      else test("the specification's collection", { skip: note }, () => {});
    }

    const call = async (method: string, path: string, options: { token?: string; body?: unknown } = {}) => {
      const { token, body } = options;
      const response = await fetch(`${service.url}/api${path}`, {
        method,
        headers: {
          ...(token === undefined ? {} : { authorization: `Token ${token}` }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const json: any = text === "" ? undefined : JSON.parse(text);
      return { status: response.status, headers: response.headers, json };
    };
    const register = async (username: string): Promise<string> => {
      const user = { username, email: `${username}@example.com`, password: "a long password" };
      const made = await call("POST", "/users", { body: { user } });
      assert.equal(made.status, 201, JSON.stringify(made.json));
      return made.json.user.token;
    };
    const write = async (token: string, title: string, tagList: readonly string[] = []) => {
      const article = { title, description: "d", body: "b", tagList };
      const made = await call("POST", "/articles", { token, body: { article } });
      assert.equal(made.status, 201, JSON.stringify(made.json));
      return made.json.article;
    };

    test("what is wrong is told by field, with the statuses of the specification", async () => {
      await register("wendy");
      const user = { username: "", email: "no email", password: "a long password" };
      const refused = await call("POST", "/users", { body: { user } });
      assert.equal(refused.status, 422);
      assert.equal(refused.headers.get("content-type"), "application/json");
      assert.deepEqual(Object.keys(refused.json.errors).sort(), ["email", "username"]);
      const taken = await call("POST", "/users", {
        body: { user: { ...user, username: "wendy", email: "new@example.com" } },
      });
      assert.equal(taken.status, 422);
      assert.deepEqual(Object.keys(taken.json.errors), ["username"]);
      for (const body of ["{", "[]", { user: 1 }, {}, { user: null }]) {
        const answer = await call("POST", "/users", { body });
        assert.equal(answer.status, 422, JSON.stringify(body));
        assert.ok(Object.values(answer.json.errors).every(Array.isArray), JSON.stringify(answer.json));
      }
      assert.deepEqual(Object.keys((await call("GET", "/articles?limit=x")).json.errors), ["limit"]);
      assert.deepEqual(Object.keys((await call("GET", "/nowhere")).json.errors), ["body"]);
    });

    test("tokens: none, wrong, forged, of another scheme", async () => {
      const token = await register("tom");
      assert.equal((await call("GET", "/user", { token })).json.user.username, "tom");
      const none = await call("GET", "/user");
      assert.deepEqual([none.status, none.headers.get("www-authenticate")], [401, 'Token realm="conduit"']);
      const unsigned = `${btoa('{"alg":"none"}')}.${token.split(".")[1]}.`.replaceAll("=", "");
      for (const wrong of ["x", `${token.slice(0, -2)}xx`, unsigned]) {
        assert.equal((await call("GET", "/user", { token: wrong })).status, 401);
        // Whoever is taken for a stranger must hear of it.
        assert.equal((await call("GET", "/tags", { token: wrong })).status, 401);
      }
      const headers = { authorization: `Bearer ${token}` };
      assert.equal((await fetch(`${service.url}/api/user`, { headers })).status, 401);
      const login = { email: "tom@example.com", password: "a wrong password" };
      assert.equal((await call("POST", "/users/login", { body: { user: login } })).status, 401);
      assert.equal(
        (await call("POST", "/users/login", { body: { user: { ...login, email: "x@example.com" } } })).status,
        401,
      );
    });

    test("a new password, and nothing of the old one", async () => {
      const token = await register("paul");
      const change = { password: "another password", bio: "New here.", image: null };
      const changed = await call("PUT", "/user", { token, body: { user: change } });
      assert.deepEqual([changed.status, changed.json.user.bio], [200, "New here."]);
      const login = (password: string) =>
        call("POST", "/users/login", { body: { user: { email: "paul@example.com", password } } });
      assert.equal((await login("a long password")).status, 401);
      assert.equal((await login("another password")).status, 200);
    });

    test("somebody else's article and comment stay; what is not there is 404", async () => {
      const [olga, oscar] = [await register("olga"), await register("oscar")];
      const { slug } = await write(olga, "Über Größe & Maß: 100 %!");
      assert.match(slug, /^über-größe-maß-100-[a-z0-9]{6}$/);
      const path = `/articles/${encodeURIComponent(slug)}`;
      assert.equal((await call("PUT", path, { token: oscar, body: { article: { body: "x" } } })).status, 403);
      assert.equal((await call("DELETE", path, { token: oscar })).status, 403);
      const comment = { comment: { body: "First" } };
      const { id } = (await call("POST", `${path}/comments`, { token: olga, body: comment })).json.comment;
      assert.equal(typeof id, "number");
      assert.equal((await call("DELETE", `${path}/comments/${id}`, { token: oscar })).status, 403);
      assert.equal((await call("DELETE", `${path}/comments/${id + 1}`, { token: olga })).status, 404);
      assert.equal((await call("DELETE", `${path}/comments/first`, { token: olga })).status, 404);
      assert.equal((await call("DELETE", `${path}/comments/${id}`, { token: olga })).status, 204);
      const renamed = await call("PUT", path, { token: olga, body: { article: { title: "Small" } } });
      assert.match(renamed.json.article.slug, /^small-/);
      assert.equal((await call("GET", path)).status, 404);
      const there = `/articles/${renamed.json.article.slug}`;
      await call("POST", `${there}/comments`, { token: oscar, body: comment });
      await call("POST", `${there}/favorite`, { token: oscar });
      assert.equal((await call("DELETE", there, { token: olga })).status, 204);
      assert.equal((await call("GET", there)).status, 404);
    });

    test("who asks decides what is followed and liked, and what the feed holds", async () => {
      const [fay, frank] = [await register("fay"), await register("frank")];
      const titles = ["One", "Two", "Three"];
      for (const title of titles) await write(fay, title, ["fays", title.toLowerCase()]);
      assert.deepEqual((await call("GET", "/articles/feed", { token: frank })).json, {
        articles: [],
        articlesCount: 0,
      });
      await call("POST", "/profiles/fay/follow", { token: frank });
      const feed = (await call("GET", "/articles/feed?limit=2", { token: frank })).json;
      assert.deepEqual(
        [feed.articles.map(({ title }: any) => title), feed.articlesCount],
        [["Three", "Two"], 3],
      );
      assert.ok(feed.articles.every(({ author }: any) => author.following));
      const rest = (await call("GET", "/articles?author=fay&limit=2&offset=2&unheard=of")).json;
      assert.deepEqual([rest.articles.length, rest.articlesCount], [1, 3]);
      assert.equal(rest.articles[0].author.following, false);
      assert.match(rest.articles[0].createdAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      assert.equal((await call("GET", "/articles?tag=two")).json.articlesCount, 1);
      assert.ok((await call("GET", "/tags")).json.tags.includes("fays"));
    });

    test("twenty at once: one follow, one favorite, no number twice", async () => {
      const [rita, rob] = [await register("rita"), await register("rob")];
      const { slug } = await write(rita, "Races");
      const many = Array.from({ length: 20 });
      await Promise.all(many.map(() => call("POST", `/articles/${slug}/favorite`, { token: rob })));
      assert.equal((await call("GET", `/articles/${slug}`)).json.article.favoritesCount, 1);
      await Promise.all(many.map(() => call("POST", "/profiles/rita/follow", { token: rob })));
      await call("DELETE", "/profiles/rita/follow", { token: rob });
      assert.equal((await call("GET", "/profiles/rita", { token: rob })).json.profile.following, false);
      const comments = await Promise.all(
        many.map(() =>
          call("POST", `/articles/${slug}/comments`, { token: rob, body: { comment: { body: "Me!" } } }),
        ),
      );
      assert.equal(new Set(comments.map(({ json }) => json.comment.id)).size, many.length);
    });

    test("a client that the contract types speaks it, envelopes, token and all", async () => {
      const client = createClient(contract, {
        url: service.url,
        apiKey: await register("carl"),
      });
      const text = { title: "Typed", description: "d", body: "b" };
      const { slug, createdAt } = await client.createArticle({ ...text, tagList: ["typed"] });
      assert.match(createdAt, /Z$/);
      assert.equal((await client.favoriteArticle({ slug })).favorited, true);
      const { id } = await client.createComment({ slug, body: "First" });
      assert.deepEqual(
        (await client.listComments({ slug })).map((comment) => comment.id),
        [id],
      );
      await client.deleteComment({ slug, id });
      assert.equal((await client.listArticles({ tag: "typed" })).articlesCount, 1);
      await assert.rejects(client.getArticle({ slug: "none" }), { code: "not_found" });
    });

    test("what the platform gives every operation: idempotency, entity tags, request ids", async () => {
      const token = await register("ida");
      const send = (title: string) =>
        fetch(`${service.url}/api/articles`, {
          method: "POST",
          headers: {
            authorization: `Token ${token}`,
            "content-type": "application/json",
            "idempotency-key": "k1",
          },
          body: JSON.stringify({ article: { title, description: "d", body: "b" } }),
        });
      const [first, again, other] = [await send("Once"), await send("Once"), await send("Twice")];
      assert.equal(again.headers.get("idempotent-replayed"), "true");
      assert.deepEqual(await again.json(), await first.json());
      assert.equal(other.status, 422);
      const tags = await fetch(`${service.url}/api/tags`);
      const etag = tags.headers.get("etag") ?? "";
      const headers = { "if-none-match": etag };
      assert.equal((await fetch(`${service.url}/api/tags`, { headers })).status, 304);
      assert.match(tags.headers.get("x-request-id") ?? "", /^req_/);
    });
  });
}

function runCollection(url: string): Promise<NewmanRun> {
  const newman: Newman = createRequire(import.meta.url)("newman");
  const value = (key: string, text: string) => ({ key, value: text });
  const globals = {
    values: [
      value("APIURL", url),
      value("EMAIL", "jake@example.com"),
      value("USERNAME", "jake"),
      value("PASSWORD", "jakejake"),
    ],
  };
  return new Promise((resolve, reject) => {
    newman.run({ collection, globals, reporters: [] }, (error, summary) =>
      error === null ? resolve(summary.run) : reject(error),
    );
  });
}
