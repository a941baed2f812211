import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { http1 } from "../../../../test/support/http-clients.ts";
import { BOOK, book, openLibrary, type TestLibrary } from "../../../../test/support/library.ts";

const ADMIN = { authorization: "Bearer admin" };
const path = `/v1/books/${BOOK}`;

describe("PATCH", () => {
  let library: TestLibrary;
  let onCall: () => void = () => {};

  before(async () => {
    library = await openLibrary({
      execute: () => {
        onCall();
        return undefined;
      },
    });
  });
  after(() => library.close());
  beforeEach(() => {
    onCall = () => {};
    library.store.put(book());
    library.calls.length = 0;
  });

  const patch = (type: string, body: unknown, headers: Record<string, string> = {}) =>
    http1(library.url + path, {
      method: "PATCH",
      headers: { ...ADMIN, "content-type": type, ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  const jsonPatch = (operations: unknown, headers: Record<string, string> = {}) =>
    patch("application/json-patch+json", operations, headers);
  const mergePatch = (body: unknown) => patch("application/merge-patch+json", body);

  test("merge-patch: sets what is named, null removes, the rest stays", async () => {
    const answer = await mergePatch({ title: "Other", summary: null });
    assert.equal(answer.status, 200);
    assert.equal(answer.json().title, "Other");
    assert.equal("summary" in answer.json(), false);
    assert.deepEqual(answer.json().tags, ["math"]);
    assert.deepEqual(
      library.calls.map(({ operation }) => operation),
      ["book.patch"],
    );
  });

  test("merge-patch goes down into objects (RFC 7396)", async () => {
    assert.deepEqual((await mergePatch({ size: { depth: 5 } })).json().size, {
      width: 10,
      height: 20,
      depth: 5,
    });
    assert.deepEqual((await mergePatch({ size: { depth: null, width: 1 } })).json().size, {
      width: 1,
      height: 20,
    });
    const wrong = await mergePatch({ size: { width: null } });
    assert.equal(wrong.status, 422);
    assert.equal(wrong.json().errors[0].pointer, "/size/width");
  });

  test("JSON Patch: every operation, applied to the row as the caller sees it", async () => {
    const answer = await jsonPatch([
      { op: "test", path: "/title", value: "Notes" },
      { op: "replace", path: "/title", value: "Sketch" },
      { op: "add", path: "/tags/-", value: "engines" },
      { op: "add", path: "/size/depth", value: 3 },
      { op: "remove", path: "/summary" },
      { op: "copy", from: "/size/depth", path: "/size/width" },
    ]);
    assert.equal(answer.status, 200);
    const { title, tags, size, summary } = answer.json();
    assert.deepEqual(
      { title, tags, size, summary },
      {
        title: "Sketch",
        tags: ["math", "engines"],
        size: { width: 3, height: 20, depth: 3 },
        summary: undefined,
      },
    );
    assert.equal(library.calls.at(-1)?.precondition?.ifMatch?.[0], 1, "bound to the version that was read");
  });

  test("JSON Patch: nothing at all, or tests alone, leave the version", async () => {
    assert.match(String((await jsonPatch([])).headers.etag), /^"v1\./);
    assert.match(
      String((await jsonPatch([{ op: "test", path: "/status", value: "new" }])).headers.etag),
      /^"v1\./,
    );
  });

  test("JSON Patch: 400 for its form, 409 for a failed test, 422 for places and values that do not fit", async () => {
    assert.equal((await jsonPatch({ op: "add" })).status, 400);
    assert.equal((await jsonPatch('[{"op":"add","path":"x","value":1}]')).status, 400);
    assert.equal((await jsonPatch([{ op: "test", path: "/title", value: "x" }])).status, 409);
    const nowhere = await jsonPatch([
      { op: "test", path: "/title", value: "Notes" },
      { op: "remove", path: "/nothing" },
    ]);
    assert.equal(nowhere.status, 422);
    assert.equal(nowhere.json().errors[0].pointer, "/1/path");
    const cases = [
      [{ op: "replace", path: "/title", value: null }],
      [{ op: "replace", path: "/title", value: 7 }],
      [{ op: "remove", path: "/title" }],
      [{ op: "replace", path: "/status", value: "lost" }],
      [{ op: "add", path: "/colour", value: "red" }],
      [{ op: "replace", path: "", value: [] }],
    ];
    for (const operations of cases)
      assert.equal((await jsonPatch(operations)).status, 422, JSON.stringify(operations));
    assert.deepEqual(library.store.rows.get(BOOK)?.version, 1);
  });

  test("JSON Patch: who may not patch is told so, whatever the patch", async () => {
    const body = JSON.stringify([{ op: "test", path: "/title", value: "x" }]);
    const headers = { "content-type": "application/json-patch+json" };
    assert.equal((await http1(library.url + path, { method: "PATCH", headers, body })).status, 401);
    assert.equal((await jsonPatch([{ op: "test", path: "/cost", value: 7 }])).status, 200);
    const unknown = { method: "PATCH", headers: { ...ADMIN, ...headers }, body };
    assert.equal((await http1(`${library.url}/v1/books/boo_1`, unknown)).status, 404);
  });

  test("a change in between starts it over, unless the caller named a version", async () => {
    let races = 2;
    onCall = () => {
      if (library.calls.at(-1)?.operation !== "book.patch" || races-- <= 0) return;
      const version = (library.store.rows.get(BOOK)?.version ?? 0) + 1;
      library.store.put(book({ tags: [`race${version}`] }), version);
    };
    const answer = await jsonPatch([{ op: "add", path: "/tags/-", value: "mine" }]);
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.json().tags, ["race3", "mine"]);
    library.store.put(book());
    races = 1;
    const bound = await jsonPatch([{ op: "add", path: "/tags/-", value: "mine" }], { "if-match": '"v1.x"' });
    assert.equal(bound.status, 412);
    assert.equal((await jsonPatch([], { "if-match": '"v77.x"' })).status, 412);
  });

  test("a race without end is given up with 412", async () => {
    onCall = () => {
      if (library.calls.at(-1)?.operation === "book.patch") {
        library.store.put(book(), (library.store.rows.get(BOOK)?.version ?? 0) + 1);
      }
    };
    const answer = await jsonPatch([{ op: "add", path: "/tags/-", value: "mine" }]);
    assert.equal(answer.status, 412);
    assert.equal(library.calls.length, 10);
  });

  test("a repeated JSON Patch gets its stored answer, though the row has moved on", async () => {
    const send = (key: string) =>
      jsonPatch(
        [
          { op: "test", path: "/title", value: "Notes" },
          { op: "replace", path: "/title", value: "Sketch" },
        ],
        { "idempotency-key": key },
      );
    const first = await send("k1");
    assert.equal(first.status, 200);
    const again = await send("k1");
    assert.equal(again.headers["idempotent-replayed"], "true");
    assert.equal(again.text, first.text);
    assert.equal((await send("k2")).status, 409, "a new key is a new request");
    library.store.rows.delete(BOOK);
    assert.equal((await send("k1")).text, first.text);
    const reused = await jsonPatch([{ op: "test", path: "/title", value: "x" }], { "idempotency-key": "k1" });
    assert.equal(reused.json().code, "idempotency_key_reused");
  });

  test("other media types are refused, naming those that are taken", async () => {
    const answer = await patch("application/xml", "<a/>");
    assert.equal(answer.status, 415);
    assert.match(answer.json().detail, /application\/json-patch\+json/);
  });
});
