import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { databases } from "../../../test/support/databases.ts";
import { type Newsroom, openNewsroom } from "../../../test/support/newsroom.ts";

for (const database of databases()) {
  describe(`who may do what, on ${database.name}`, () => {
    let room: Newsroom;
    let ada: string;
    let bob: string;
    before(async () => {
      room = await openNewsroom(database);
      [ada, bob] = [await room.writer("Ada"), await room.writer("Bob")];
    });
    after(() => room.close());

    const article = (values: object = {}, as = ada) =>
      room.ok("article.create", { input: { title: "A", ...values }, as });

    test("every operation on a row of somebody else is refused, and leaves the row as it was", async () => {
      const desk = await room.ok("desk.create", { input: { chair: ada, room: "bola" }, as: ada });
      const memo = await room.ok("memo.create", { input: { body: "bola" }, as: ada });
      const { id } = await article();
      const rows: Record<string, string> = { writer: ada, article: id, desk: desk.id, memo: memo.id };
      const inputs: Record<string, object> = {
        "writer.replace": { name: "X" },
        "article.replace": { title: "X" },
        "article.print": { limit: "9" },
        "desk.replace": { chair: ada, room: "bola" },
        "memo.replace": { body: "X" },
      };
      let tried = 0;
      for (const operation of Object.values(room.model.operations)) {
        const row = rows[operation.resource ?? ""];
        if (row === undefined || ["list", "create"].includes(operation.method ?? "")) continue;
        const input = inputs[operation.id] ?? (operation.input ? {} : undefined);
        const ask = { id: row, ...(input === undefined ? {} : { input }) };
        const code = operation.resource === "desk" ? "not_found" : "forbidden";
        for (const as of [bob, "stranger", "somebody:else"])
          await room.refused(operation.id, code, { ...ask, as });
        await room.refused(operation.id, "unauthenticated", ask);
        tried++;
      }
      assert.equal(tried, 4 * 4 + 2);
      assert.equal((await room.ok("article.get", { id, as: ada })).title, "A");
      assert.equal((await room.execute("article.get", { id, as: ada })).ok, true);
    });

    test("a row rule through another resource is asked in SQL", async () => {
      await room.refused("writer.get", "forbidden", { id: ada, as: "ed" });
      await article({ editor: "ed" });
      assert.equal((await room.ok("writer.get", { id: ada, as: "ed" })).name, "Ada");
      assert.deepEqual(
        (await room.ok("writer.list", { as: "ed" })).data.map((row: { id: string }) => row.id),
        [ada],
      );
      await room.refused("writer.patch", "forbidden", { id: ada, input: { name: "X" }, as: "ed" });
    });

    test("nobody makes a row that would be another's, nor hands theirs to another", async () => {
      await room.refused("desk.create", "forbidden", { input: { chair: bob, room: "r1" }, as: ada });
      const { id } = await room.ok("desk.create", { input: { chair: ada, room: "r1" }, as: ada });
      await room.refused("desk.patch", "forbidden", { id, input: { chair: bob }, as: ada });
      await room.refused("desk.replace", "forbidden", { id, input: { chair: bob, room: "r2" }, as: ada });
      const row = await room.ok("desk.get", { id, as: ada });
      assert.deepEqual([row.chair, row.room], [ada, "r1"]);
    });

    test("one whom a rule through another resource still allows may hand the row on", async () => {
      const { id } = await room.ok("desk.create", { input: { chair: ada, room: "r3" }, as: ada });
      await room.ok("lease.create", { input: { desk: id, tenant: ada }, as: "root:admin" });
      assert.equal((await room.ok("desk.patch", { id, input: { chair: bob }, as: ada })).chair, bob);
      await room.refused("desk.get", "not_found", { id, as: ada });
      assert.equal((await room.ok("desk.patch", { id, input: { lamp: false }, as: ada })).lamp, false);
    });

    test("an owner field that is readOnly is the caller's", async () => {
      assert.equal((await article()).writer, ada);
      const wrong = await room.refused("article.create", "invalid_input", {
        input: { title: "A", writer: bob },
        as: ada,
      });
      assert.deepEqual(
        wrong.violations.map(({ pointer, code }) => [pointer, code]),
        [["/writer", "read_only"]],
      );
    });

    test("a handler's create is held to the row rules too", async () => {
      assert.equal((await room.ok("memo.create", { input: { body: "mine" }, as: ada })).from, ada);
      // signedIn may create for anybody: the rule has no rows. The read of it is still its owner's.
      const { id } = await room.ok("memo.create", { input: { body: `as ${bob}` }, as: ada });
      await room.refused("memo.get", "forbidden", { id, as: ada });
      assert.equal((await room.ok("memo.get", { id, as: bob })).body, "as told by the handler");
    });

    test("a field visible to its owner: others neither receive, name, write nor wipe it", async () => {
      const { id } = await article({ editor: "ed", draft: "secret" });
      const seen = await room.execute("article.get", { id, as: "ed" });
      assert.ok(seen.ok);
      assert.deepEqual([Object(seen.value).draft, seen.hidden], [undefined, ["verdict", "draft"]]);
      assert.equal((await room.ok("article.get", { id, as: ada })).draft, "secret");
      const { data } = await room.ok("article.list", { as: "ed" });
      assert.ok(!JSON.stringify(data).includes("secret"));
      const patch = { id, input: { draft: "x", title: "" }, as: "ed" };
      const wrong = await room.refused("article.patch", "invalid_input", patch);
      assert.deepEqual(
        wrong.violations.map(({ pointer }) => pointer),
        ["/title"],
      );
      const alone = await room.refused("article.patch", "invalid_input", { ...patch, input: { draft: "x" } });
      assert.deepEqual(
        alone.violations.map(({ pointer, code }) => [pointer, code]),
        [["/draft", "not_permitted"]],
      );
      await room.ok("article.replace", { id, input: { title: "B", editor: "ed" }, as: "ed" });
      assert.equal((await room.ok("article.get", { id, as: ada })).draft, "secret");
      assert.equal((await room.ok("article.get", { id, fields: ["draft"], as: ada })).draft, "secret");
      assert.deepEqual(await room.ok("article.get", { id, fields: ["draft"], as: "ed" }), {});
    });

    test("a field visible to a role: naming it is 403, sending it 422, with the other violations", async () => {
      const { id } = await article({ draft: "kept" });
      await room.ok("article.patch", { id, input: { verdict: "weak" }, as: "c:chief" });
      assert.equal((await room.ok("article.get", { id, as: "c:chief" })).verdict, "weak");
      await room.refused("article.get", "forbidden", { id, fields: ["id", "verdict"], as: ada });
      const wrong = await room.refused("article.patch", "invalid_input", {
        id,
        input: { verdict: "good", title: "" },
        as: ada,
      });
      assert.deepEqual(wrong.violations.map(({ pointer }) => pointer).sort(), ["/title", "/verdict"]);
      const replaced = await room.ok("article.replace", { id, input: { title: "C" }, as: ada });
      assert.ok(!("verdict" in replaced) && !("draft" in replaced));
      assert.equal((await room.ok("article.get", { id, as: "c:chief" })).verdict, "weak");
    });

    test("a followed ref whose row the caller may not see stays an id", async () => {
      const { id } = await article({ editor: "ed" }, ada);
      const open = await room.ok("article.get", { id, expand: ["writer"], as: ada });
      assert.equal(open.writer.name, "Ada");
      const memo = await room.ok("memo.create", { input: { body: "m", about: id }, as: bob });
      const closed = await room.ok("memo.get", { id: memo.id, expand: ["about"], as: bob });
      assert.equal(closed.about, id);
      const created = await room.ok("article.create", { input: { title: "D" }, expand: ["writer"], as: ada });
      assert.equal(created.writer.name, "Ada");
      const chosen = await room.ok("article.get", { id, fields: ["title", "writer.name"], as: ada });
      assert.deepEqual(chosen, { title: "A", writer: { name: "Ada" } });
    });

    test("the actions named are those that state and rights allow", async () => {
      const { id } = await article({ editor: "ed" });
      const actions = async (as: string) => {
        const outcome = await room.execute("article.get", { id, as });
        return outcome.ok ? outcome.actions : outcome.error.code;
      };
      assert.deepEqual(await actions(ada), ["print"]);
      assert.deepEqual(await actions("ed"), ["check"]);
      assert.deepEqual(await actions("c:chief"), ["check", "print"]);
      await room.ok("article.check", { id, as: "ed" });
      assert.deepEqual(await actions("c:chief"), ["print"]);
      await room.ok("article.print", { id, input: { limit: "1" }, as: ada });
      assert.deepEqual(await actions("c:chief"), []);
      const state = await room.refused("article.check", "invalid_state", { id, as: "ed" });
      assert.deepEqual(state.data, { field: "state", state: "printed", allowed: ["new"] });
    });
  });
}
