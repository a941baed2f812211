import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { assertMistake, modelOf } from "../../../test/support/mistakes.ts";
import { command, query, resource, t } from "../../index.ts";

const Thing = resource("thing", { id: t.id("thg"), name: t.string() }, { list: { total: "exact" } });
const Plain = resource("plain", { id: t.id("pln"), name: t.string() });

const input = t.object({
  slug: t.string(),
  number: t.int32(),
  limit: t.int32().default(20),
  parts: t.list(t.string()).optional(),
  secret: t.string({ sensitive: true }).optional(),
});

describe("http of an operation", () => {
  it("binds parameters of the path to fields; what is left comes in the body", () => {
    const edit = command("edit", {
      input,
      output: t.object({ done: t.bool() }),
      http: {
        method: "PUT",
        path: "/posts/{slug}/notes/{number}",
        status: 202,
        body: "note",
        answer: "note",
      },
    });
    assert.deepEqual(modelOf({ operations: [edit] }).operations.edit?.http, {
      method: "PUT",
      path: "/posts/{slug}/notes/{number}",
      status: 202,
      parameters: ["slug", "number"],
      query: [],
      body: "note",
      answer: { kind: "value", key: "note" },
      unknownFields: "refuse",
    });
  });

  it("puts what is left into the query string of GET and DELETE", () => {
    const small = t.object({ slug: t.string(), limit: t.int32().default(20) });
    const find = query("find", { input: small, http: { path: "/posts/{slug}" } });
    const drop = command("drop", { input: small, http: { method: "DELETE", path: "/posts/{slug}" } });
    const { operations } = modelOf({ operations: [find, drop] });
    assert.deepEqual([operations.find?.http?.method, operations.find?.http?.query], ["GET", ["limit"]]);
    assert.deepEqual([operations.drop?.http?.status, operations.drop?.http?.query], [204, ["limit"]]);
  });

  it("moves operations of resources, whose {id} is the row", () => {
    const list = Thing.list({ http: { path: "/all", answer: { data: "things", total: "count" } } });
    const rename = Thing.action("rename", {
      input: t.object({ lang: t.string(), name: t.string() }),
      output: t.bool(),
      http: { path: "/things/{id}/names/{lang}", method: "PUT" },
    });
    const { operations } = modelOf({ resources: [Thing], operations: [list, rename] });
    assert.deepEqual(operations["thing.list"]?.http?.answer, {
      kind: "page",
      keys: { data: "things", total: "count" },
    });
    assert.deepEqual(operations["thing.rename"]?.http?.parameters, ["lang"]);
  });

  it("takes what the api says of unknown fields, or its own word", () => {
    const lax = command("lax");
    const strict = command("strict", { http: { unknownFields: "refuse" } });
    const { operations } = modelOf({ operations: [lax, strict], rest: { unknownFields: "ignore" } });
    assert.equal(operations.lax?.http?.unknownFields, "ignore");
    assert.equal(operations.strict?.http?.unknownFields, "refuse");
  });

  const place = "operation edit, http";
  const wrong: Record<
    string,
    [http: object, part: { at: string; expected?: string; found?: string; fix?: string }]
  > = {
    "a parameter that no field has": [
      { path: "/posts/{slog}" },
      { at: ".path", found: "{slog}", fix: 'write "slug"' },
    ],
    "a parameter that may be missing": [
      { path: "/posts/{limit}" },
      { at: ".path", found: "{limit}, which may be missing" },
    ],
    "a parameter that no segment holds": [{ path: "/{parts}" }, { at: ".path", found: "{parts}" }],
    "a parameter twice": [{ path: "/{slug}/{slug}" }, { at: ".path", found: "{slug} twice" }],
    "a slash at the end": [{ path: "/posts/" }, { at: ".path", found: '"/posts/"' }],
    "a path without a slash before it": [{ path: "posts" }, { at: ".path" }],
    "a dot segment": [{ path: "/posts/../notes" }, { at: ".path" }],
    "a method that a command cannot have": [{ method: "GET" }, { at: ".method", found: "GET" }],
    "an unknown method": [{ method: "FETCH" }, { at: ".method", found: '"FETCH"' }],
    "a status that is no success": [{ status: 404 }, { at: ".status" }],
    "a status that nobody declares": [{ status: 207 }, { at: ".status", found: "207" }],
    "a status whose answer has no body": [{ status: 204 }, { at: ".status", fix: "remove the output" }],
    "keys of a page for one value": [{ answer: { data: "x" } }, { at: ".answer", expected: "the key" }],
    "an unknown option": [{ verb: "PUT" }, { at: ".verb", found: '"verb"' }],
    "another word for unknown fields": [{ unknownFields: "drop" }, { at: ".unknownFields" }],
  };
  for (const [name, [http, { at, ...part }]] of Object.entries(wrong)) {
    it(`reports ${name}`, () => {
      const edit = command("edit", { input, output: t.bool(), http });
      assertMistake({ operations: [edit] }, { place: place + at, ...part });
    });
  }

  it("reports input that no query string holds", () => {
    const one = t.object({ parts: t.list(t.string()) });
    assertMistake(
      { operations: [query("find", { input: one, http: { method: "GET" } })] },
      { place: "operation find, http.method", found: "parts" },
    );
  });

  it("reports a key of a body that does not come, and of an answer that is not there", () => {
    assertMistake(
      { operations: [command("ping", { http: { body: "ping" } })] },
      { place: "operation ping, http.body", fix: "unknownFields" },
    );
    assertMistake(
      { operations: [command("ping", { http: { answer: "ping" } })] },
      { place: "operation ping, http.answer", found: "one without" },
    );
  });

  it("reports keys of a page that clash, are missing, or name a total that is not counted", () => {
    const of = (answer: object) => ({
      resources: [Plain],
      operations: [Plain.list({ http: { answer: answer as { data: string } } })],
    });
    const at = "operation plain.list, http.answer";
    assertMistake(of({ total: "n" }), { place: at, expected: "a key for the rows" });
    assertMistake(of({ data: "rows", hasMore: "rows" }), { place: `${at}.hasMore`, found: "which data has" });
    assertMistake(of({ data: "rows", total: "n" }), { place: `${at}.total`, fix: 'total: "exact"' });
    assertMistake(of({ data: "rows", next: "n" }), { place: `${at}.next` });
  });

  it("reports envelopes around what is no JSON: files, forms, and operations that are polled", () => {
    const upload = command("upload", { input: t.object({ scan: t.file() }), http: { body: "scan" } });
    assertMistake({ operations: [upload] }, { place: "operation upload, http.body", found: "scan, a file" });
    const export1 = query("exportAll", { output: t.file(), http: { answer: "all" } });
    assertMistake({ operations: [export1] }, { place: "operation exportAll, http.answer", found: "a file" });
    const slow = command("slow", { output: t.bool(), longRunning: true, http: { answer: "done" } });
    assertMistake({ operations: [slow] }, { place: "operation slow, http.answer", found: "long-running" });
  });

  it("reports a row's operation without its id", () => {
    assertMistake(
      { resources: [Plain], operations: [Plain.get({ http: { path: "/the-one" } })] },
      { place: "operation plain.get, http.path", expected: "{id}" },
    );
  });
});

describe("routes", () => {
  it("may share a path by different methods, and differ by a word where another has a parameter", () => {
    const by = t.object({ slug: t.string() });
    const operations = [
      query("feed", { http: { path: "/posts/feed" } }),
      query("read", { input: by, http: { path: "/posts/{slug}" } }),
      command("erase", { input: by, http: { method: "DELETE", path: "/posts/{slug}" } }),
    ];
    assert.equal(Object.keys(modelOf({ operations }).operations).length, 3);
  });

  it("must differ by more than the name of a parameter", () => {
    const operations = [
      query("read", { input: t.object({ slug: t.string() }), http: { path: "/posts/{slug}" } }),
      query("find", { input: t.object({ title: t.string() }), http: { path: "/posts/{title}" } }),
    ];
    assertMistake(
      { operations },
      { place: "operation find, http.path", found: "GET /posts/{title}, which read has" },
    );
  });

  it("call the parameters of one path by one name", () => {
    const operations = [
      query("read", { input: t.object({ slug: t.string() }), http: { path: "/posts/{slug}" } }),
      command("save", {
        input: t.object({ title: t.string() }),
        http: { method: "PUT", path: "/posts/{title}" },
      }),
    ];
    assertMistake(
      { operations },
      {
        place: "operation save, http.path",
        found: "/posts/{title} and /posts/{slug}",
        fix: "name them alike",
      },
    );
  });

  it("leave the paths of a resource without operations free", () => {
    const operations = [query("allThings", { http: { path: "/things" } })];
    assert.ok(modelOf({ resources: [Thing], only: { thing: [] }, operations }).operations.allThings);
    assertMistake(
      { resources: [Thing], operations },
      { place: "operation allThings, http.path", found: "GET /things, which thing.list has" },
    );
  });

  it("leave alone what Concordat answers itself", () => {
    const at = (path: string) => [query("mine", { http: { path } })];
    assertMistake({ operations: at("/batch") }, { place: "operation mine, http.path", found: "/batch" });
    assertMistake({ operations: at("/openapi.json") }, { place: "operation mine, http.path" });
    assert.ok(modelOf({ operations: at("/livez") }), "below a prefix it is another path");
    assertMistake(
      { operations: at("/livez"), rest: { prefix: "/" } },
      { place: "operation mine, http.path", found: "/livez" },
    );
  });
});
