import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { assertMistake, modelOf } from "../../../test/support/mistakes.ts";
import {
  type AccessSpec,
  anyone,
  channel,
  command,
  owner,
  resource,
  role,
  self,
  signedIn,
  t,
  through,
} from "../../index.ts";

const Person = resource("person", { id: t.id("per") });
const fields = {
  id: t.id("thg"),
  person: t.ref(() => Person),
  size: t.int32(),
  account: t.string(),
  parent: t.ref("thing").optional(),
};
const ADMIN = { kind: "principal", role: "admin" };
const OWNER = { kind: "principal", rows: { kind: "self", field: "person" } };

/** Rules of each operation of a thing. */
function rulesOf(options: object) {
  const model = modelOf({ resources: [resource("thing", fields, options), Person] });
  return (action: string) => model.operations[`thing.${action}`]?.access;
}

describe("access", () => {
  it("is for role admin where nothing is said", () => {
    const rules = rulesOf({});
    for (const action of ["list", "get", "create", "replace", "patch", "delete"])
      assert.deepEqual(rules(action), [ADMIN]);
  });

  it("is for the owner, too, where there is one", () => {
    const rules = rulesOf({ owner: "person" });
    for (const action of ["list", "get", "create", "replace", "patch", "delete"])
      assert.deepEqual(rules(action), [ADMIN, OWNER]);
    const itself = rulesOf({ owner: "id" });
    assert.deepEqual(itself("get"), [ADMIN, { kind: "principal", rows: { kind: "self", field: "id" } }]);
    assert.deepEqual(itself("create"), [ADMIN], "a row has no id before it is made");
  });

  it("follows the narrower name", () => {
    const rules = rulesOf({
      access: { read: [anyone], write: [signedIn], list: [role("clerk")], delete: [] },
    });
    assert.deepEqual(rules("get"), [{ kind: "anyone" }]);
    assert.deepEqual(rules("list"), [{ kind: "principal", role: "clerk" }]);
    assert.deepEqual(rules("create"), [{ kind: "principal" }]);
    assert.deepEqual(rules("delete"), []);
  });

  it("of an operation wins over the resource's", () => {
    const Thing = resource("thing", fields, { access: { write: [signedIn], turn: [role("turner")] } });
    const operations = [
      Thing.action("turn"),
      Thing.action("burn", { access: [owner] }),
      Thing.patch({ access: [anyone] }),
    ];
    const owned = resource("thing", fields, {
      owner: "person",
      access: { write: [signedIn], turn: [role("turner")] },
    });
    const model = modelOf({ resources: [owned, Person], operations });
    assert.deepEqual(model.operations["thing.turn"]?.access, [{ kind: "principal", role: "turner" }]);
    assert.deepEqual(model.operations["thing.burn"]?.access, [OWNER]);
    assert.deepEqual(model.operations["thing.patch"]?.access, [{ kind: "anyone" }]);
    assert.deepEqual(model.operations["thing.create"]?.access, [{ kind: "principal" }]);
  });

  it("of reading rows is known to relations", () => {
    const model = modelOf({
      resources: [resource("thing", fields, { access: { read: [anyone], get: [self("account")] } }), Person],
    });
    assert.deepEqual(model.resources.thing?.read, [
      { kind: "principal", rows: { kind: "self", field: "account" } },
    ]);
  });

  it("goes through rows that join", () => {
    const Team = resource(
      "team",
      { id: t.id("tea") },
      {
        access: {
          read: [through(() => Member, { row: "team", self: "person" })],
          write: [through("member", { row: "team", self: "person" })],
        },
      },
    );
    const Member = resource("member", {
      id: t.id("mem"),
      team: t.ref(() => Team),
      person: t.ref(() => Person),
    });
    const model = modelOf({ resources: [Team, Member, Person] });
    const rule = {
      kind: "principal",
      rows: { kind: "through", resource: "member", row: "team", self: "person" },
    };
    assert.deepEqual(model.operations["team.get"]?.access, [rule]);
    assert.deepEqual(model.operations["team.patch"]?.access, [rule]);
    assert.deepEqual(
      model.operations["team.create"]?.access,
      [],
      "nothing joins a row that is not there yet",
    );
  });

  it("to free operations is for any caller with credentials where nothing is said", () => {
    const model = modelOf({ operations: [command("ping"), command("open", { access: [anyone] })] });
    assert.deepEqual(model.operations.ping?.access, [{ kind: "principal" }]);
    assert.deepEqual(model.operations.open?.access, [{ kind: "anyone" }]);
  });

  it("to a channel is for those who may read the row it is about", () => {
    const Thing = resource("thing", fields, { owner: "person" });
    const message = t.object({ text: t.string() });
    const talk = channel("talk", { key: Thing, send: message, receive: message });
    const whisper = channel("whisper", { key: Thing, send: message, receive: message, access: [owner] });
    const model = modelOf({ resources: [Thing, Person], operations: [talk, whisper] });
    assert.deepEqual(model.operations.talk?.access, [ADMIN, OWNER]);
    assert.deepEqual(model.operations.whisper?.access, [OWNER]);
  });

  const nonsense: Record<
    string,
    [access: object, part: { at: string; expected?: string; found?: string; fix?: string }]
  > = {
    "an unknown action": [
      { access: { reed: [anyone] } },
      { at: "reed", found: '"reed"', fix: 'write "read"' },
    ],
    "a rule outside a list": [
      { access: { read: anyone } },
      { at: "read", expected: "a list of rules", fix: "write [ … ]" },
    ],
    "the name of a role": [{ access: { read: ["admin"] } }, { at: "read[0]", fix: 'write role("admin")' }],
    "a rule not called": [{ access: { read: [role] } }, { at: "read[0]", found: "the function role" }],
    "a role without name": [
      { access: { read: [role("")] } },
      { at: "read[0]", expected: "the name of a role" },
    ],
    "an owner where there is none": [{ access: { read: [owner] } }, { at: "read[0]", found: "no owner" }],
    "self of an unknown field": [
      { access: { read: [self("persn")] } },
      { at: "read[0]", fix: 'write "person"' },
    ],
    "self of a number": [{ access: { read: [self("size")] } }, { at: "read[0]", found: "size, an int32" }],
    "through an unknown resource": [
      { access: { read: [through("persn", { row: "a", self: "b" })] } },
      { at: "read[0]", fix: 'write "person"' },
    ],
    "through a field that does not join": [
      { access: { read: [through("thing", { row: "person", self: "account" })] } },
      { at: "read[0].row", expected: "a ref to thing", found: "person, a ref to person" },
    ],
    "through fields that are not there": [
      { access: { read: [through("thing", { row: "parent", self: "nobody" })] } },
      { at: "read[0].self", found: '"nobody"' },
    ],
    "self of the id at create": [
      { owner: "id", access: { create: [owner] } },
      { at: "create[0]", expected: "before the row exists" },
    ],
  };
  for (const [name, [options, { at, ...part }]] of Object.entries(nonsense)) {
    it(`reports ${name}`, () => {
      const resources = [resource("thing", fields, options), Person];
      assertMistake({ resources }, { place: `resource thing, access.${at}`, ...part });
    });
  }

  it("reports rules about rows where there is no row", () => {
    const ping = command("ping", { access: [owner] });
    assertMistake({ operations: [ping] }, { place: "operation ping, access[0]", found: "a rule about rows" });
    const pong = command("pong", { access: anyone as unknown as AccessSpec[] });
    assertMistake({ operations: [pong] }, { place: "operation pong, access" });
  });

  it("reports an owner that cannot own", () => {
    const thing = (field: string) => ({
      resources: [resource("thing", fields, { owner: field as "person" }), Person],
    });
    assertMistake(thing("persn"), { place: "resource thing, owner", fix: 'write "person"' });
    assertMistake(thing("size"), { place: "resource thing, owner", found: "size, an int32" });
  });
});
