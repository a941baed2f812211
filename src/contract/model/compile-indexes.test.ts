import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { assertMistake, modelOf } from "../../../test/support/mistakes.ts";
import { owner, resource, self, signedIn, t, through } from "../../index.ts";

/** Indexes of a resource, as text: unique ones end in `!`. */
function indexesOf(resources: Parameters<typeof modelOf>[0]["resources"], name: string): string[] {
  const { indexes = [] } = modelOf({ resources: resources ?? [] }).resources[name] ?? {};
  return indexes.map(
    (index) =>
      `${index.kind === "search" ? "search " : ""}${index.fields.join(" ")}${index.kind === "btree" && index.unique ? "!" : ""}`,
  );
}

const Person = resource("person", { id: t.id("per"), email: t.string({ unique: true }) });

const fields = {
  id: t.id("thg"),
  name: t.string(),
  state: t.enum(["new", "old"]),
  at: t.timestamp(),
  person: t.ref(() => Person),
};

describe("indexes", () => {
  it("serve the default order of every list", () => {
    assert.deepEqual(indexesOf([resource("thing", { id: fields.id })], "thing"), ["createdAt id"]);
  });

  it("serve each sort, and each filter in the default order", () => {
    const Thing = resource("thing", fields, {
      list: { sort: ["name"], filter: ["state", "at"], search: ["name"] },
    });
    assert.deepEqual(indexesOf([Thing, Person], "thing"), [
      "name id",
      "createdAt id",
      "state createdAt id",
      "at id",
      "person",
      "search name",
    ]);
    const byName = resource("thing", fields, {
      list: { sort: ["name"], defaultSort: "name", filter: ["state"] },
    });
    assert.ok(indexesOf([byName, Person], "thing").includes("state name id"));
  });

  it("serve row rules", () => {
    const Thing = resource("thing", fields, { owner: "person" });
    assert.deepEqual(indexesOf([Thing, Person], "thing"), ["createdAt id", "person createdAt id"]);
    const Kept = resource("thing", fields, { access: { list: [self("person")] } });
    assert.ok(indexesOf([Kept, Person], "thing").includes("person createdAt id"));
    const Team = resource(
      "team",
      { id: t.id("tea") },
      {
        access: { read: [through(() => Member, { row: "team", self: "person" })] },
      },
    );
    const Member = resource(
      "member",
      { id: t.id("mem"), team: t.ref(() => Team), person: t.ref(() => Person) },
      {
        access: { read: [signedIn] },
      },
    );
    assert.deepEqual(indexesOf([Team, Member, Person], "member"), ["createdAt id", "person team", "team"]);
  });

  it("find rows that refer to one being deleted", () => {
    assert.ok(indexesOf([resource("thing", fields), Person], "thing").includes("person"));
  });

  it("are not made twice, nor where a unique one finds the row", () => {
    const Thing = resource(
      "thing",
      { ...fields, code: t.string().unique() },
      {
        list: { filter: ["code", "person"], sort: ["code"] },
        indexes: [["person"], ["name", "state"], ["name", "state"]],
      },
    );
    assert.deepEqual(indexesOf([Thing, Person], "thing"), [
      "code!",
      "createdAt id",
      "person createdAt id",
      "name state",
    ]);
  });

  it("are not made for an owner that is the row itself", () => {
    const Thing = resource("thing", fields, { owner: "id", access: { read: [owner] } });
    assert.deepEqual(indexesOf([Thing, Person], "thing"), ["createdAt id", "person"]);
  });

  it("that cannot be made are mistakes", () => {
    const thing = (options: object) => ({
      resources: [resource("thing", { ...fields, about: t.text() }, options), Person],
    });
    assertMistake(thing({ indexes: [["nme"]] }), {
      place: "resource thing, indexes[0][0]",
      fix: 'write "name"',
    });
    assertMistake(thing({ indexes: [["about"]] }), {
      place: "resource thing, indexes[0][0]",
      found: "about, a text",
    });
    assertMistake(thing({ indexes: ["name"] }), {
      place: "resource thing, indexes[0]",
      fix: 'write ["name"]',
    });
    assertMistake(thing({ indexes: [["name", "name"]] }), { place: "resource thing, indexes[0]" });
    assertMistake(thing({ indexes: "name" }), { place: "resource thing, indexes" });
    const wide = t.string({ maxLength: 2000 });
    assertMistake(
      { resources: [resource("thing", { id: fields.id, wide }, { list: { sort: ["wide"] } })] },
      {
        place: "resource thing, index on (wide, id)",
        found: "up to 8052 bytes",
        fix: "lower the maxLength of wide",
      },
    );
  });
});
