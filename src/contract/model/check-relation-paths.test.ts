import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { assertMistake, modelOf } from "../../../test/support/mistakes.ts";
import { anyone, owner, resource, role, self, signedIn, t, through } from "../../index.ts";
import type { AccessTable } from "../language/index.ts";

/** Visits that may be filtered by the name of their person; both with these rules. */
function contract(person: AccessTable, visit: AccessTable, list: object = { filter: ["person.name"] }) {
  const Person = resource(
    "person",
    { id: t.id("per"), name: t.string() },
    { owner: "id", access: person, list: { sort: ["name"] } },
  );
  const Visit = resource(
    "visit",
    { id: t.id("vis"), person: t.ref(() => Person), doctor: t.string() },
    { owner: "person", access: visit, list },
  );
  return { resources: [Person, Visit] };
}

describe("a filter or sort through a ref", () => {
  it("is taken where every caller of the list may read the other rows", () => {
    modelOf(contract({ read: [anyone] }, { read: [anyone] }));
    modelOf(contract({ read: [signedIn] }, { read: [role("clerk"), owner] }));
    modelOf(contract({ read: [role("clerk")] }, { read: [role("clerk")] }));
    modelOf(contract({ read: [owner, role("clerk")] }, { read: [owner, role("clerk")] }));
  });

  it("is taken where the row itself joins the other one to the caller", () => {
    const read = [through("visit", { row: "person", self: "doctor" }), role("admin")];
    modelOf(contract({ read }, { read: [self("doctor"), role("admin")] }));
  });

  it("is refused where it would tell of rows that a caller may not read", () => {
    const place = 'resource visit, list.filter, "person.name"';
    const found = "access.read of person";
    assertMistake(contract({ read: [signedIn] }, { read: [anyone] }), { place, found });
    assertMistake(contract({ read: [role("clerk")] }, { read: [signedIn] }), { place, found });
    assertMistake(contract({ read: [owner] }, { read: [self("doctor")] }), { place, found });
    assertMistake(contract({ read: [role("clerk")] }, { read: [role("clerk"), role("nurse")] }), {
      place,
      found: "the role nurse",
    });
  });

  it("is judged by the rules of the list, not those of get, and sorts are too", () => {
    const sort = { sort: ["person.name"] };
    assertMistake(contract({ read: [role("clerk")] }, { get: [role("clerk")], list: [signedIn] }, sort), {
      place: 'resource visit, list.sort, "person.name"',
    });
    assert.ok(modelOf(contract({ read: [role("clerk")] }, { get: [signedIn], list: [role("clerk")] }, sort)));
  });
});
