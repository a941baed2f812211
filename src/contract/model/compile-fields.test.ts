import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { assertMistake, contractOf, mistakesOf, modelOf } from "../../../test/support/mistakes.ts";
import { command, error, event, resource, t } from "../../index.ts";
import type { AnyField } from "../schema/index.ts";

const id = t.id("thg");

/** A resource with one field beside its id; plain JavaScript may hand in anything. */
function thingWith(field: unknown) {
  return { resources: [resource("thing", { id, part: field as AnyField })] };
}

const place = "resource thing, field part";

describe("fields of a resource", () => {
  it("say so where a bound is an empty text", () => {
    assertMistake(thingWith(t.int64({ minimum: "" } as never)), {
      place,
      expected: "bounds that are whole numbers of 64 bits",
      found: "an empty text",
      fix: "change the bound",
    });
  });

  it("begin with the id and end with the times", () => {
    const thing = resource("thing", { name: t.string(), id });
    assert.deepEqual(Object.keys(modelOf({ resources: [thing] }).resources.thing?.fields ?? {}), [
      "id",
      "name",
      "createdAt",
      "updatedAt",
    ]);
  });

  it("need an id", () => {
    assertMistake(
      { resources: [resource("thing", { name: t.string() })] },
      { place: "resource thing", expected: "a field id", found: "none", fix: 'add id: t.id("thi")' },
    );
    assertMistake(
      { resources: [resource("thing", { id: t.string() })] },
      { place: "resource thing, field id", found: "a string" },
    );
    assertMistake(
      { resources: [resource("thing", { id: id.nullable() })] },
      { place: "resource thing, field id", found: "nullable" },
    );
    const misnamed = mistakesOf(contractOf({ resources: [resource("thing", { key: id })] }));
    assert.deepEqual(
      misnamed.map(({ place: at }) => at),
      ["resource thing, field key", "resource thing"],
    );
    assert.ok(misnamed[0]?.fix.includes("name it id"));
  });

  it("refer to resources of the contract, by thunk or by name", () => {
    const Other = resource("other", { id: t.id("oth") });
    const Thing = resource("thing", {
      id,
      other: t.ref(() => Other),
      again: t.ref("other"),
      self: t.ref("thing").optional(),
    });
    const { fields } = modelOf({ resources: [Thing, Other] }).resources.thing ?? {};
    assert.deepEqual(fields?.other?.type, { kind: "ref", resource: "other" });
    assert.deepEqual(fields?.again?.type, { kind: "ref", resource: "other" });
    assert.deepEqual(fields?.self?.type, { kind: "ref", resource: "thing" });
  });

  it("that refer to nothing are mistakes", () => {
    const Other = resource("other", { id: t.id("oth") });
    assertMistake(thingWith(t.ref("thin")), { place, found: '"thin"', fix: 'write "thing"' });
    assertMistake(thingWith(t.ref(() => Other)), {
      place,
      found: 'the resource "other", which the api does not list',
    });
    assertMistake(thingWith(t.ref(() => undefined)), { place, found: "a function that returns nothing" });
    assertMistake(
      thingWith(
        t.ref(() => {
          throw new ReferenceError("Cannot access 'Other' before initialization");
        }),
      ),
      { place, found: "ReferenceError: Cannot access 'Other' before initialization", fix: "name it instead" },
    );
    const Impostor = resource("thing", { id: t.id("imp") });
    assertMistake(thingWith(t.ref(() => Impostor)), {
      place,
      found: 'another resource that is also named "thing"',
    });
  });

  it("hold refs only where the database can hold them to a row", () => {
    assertMistake(thingWith(t.list(t.ref("thing"))), {
      place: `${place}[]`,
      found: "a ref to thing inside a value",
    });
    assertMistake(thingWith(t.object({ a: t.ref("thing") })), { place: `${place}.a` });
    assert.deepEqual(mistakesOf(contractOf(thingWith(t.list(t.id("thg"))))), []);
  });

  const nonsense: Record<
    string,
    [field: unknown, part: { at?: string; expected?: string; found?: string; fix?: string }]
  > = {
    "a type not called": [t.string, { found: "function", fix: "call it" }],
    "a text for a type": ["string", { found: '"string"', fix: "use one of t.*" }],
    "nothing for a type": [undefined, { found: "nothing" }],
    "an inner type not called": [t.list(t.string as unknown as AnyField), { at: `${place}[]` }],
    "an option that does not exist": [
      t.string({ maxLenght: 5 } as object),
      { found: '"maxLenght"', fix: 'write "maxLength"' },
    ],
    "an option of another type": [
      t.string({ maxLength: "5" } as object),
      { at: `${place}, maxLength`, expected: "a number" },
    ],
    "a bound of another type": [
      t.int32({ minimum: "5" } as object),
      { at: `${place}, minimum`, expected: "a number" },
    ],
    "a decimal bound as number": [
      t.decimal({ precision: 5, scale: 2, minimum: 0 } as never),
      { at: `${place}, minimum`, expected: "a string" },
    ],
    "an enum that is no list": [t.enum("open" as never), { found: '"open"' }],
    "an enum value that GraphQL reads as a literal": [
      t.enum(["true", "false"]),
      { found: '"true"', fix: "t.bool()" },
    ],
    "a reason that is none": [
      t.string({ deprecated: true } as object),
      { expected: "a text for deprecated" },
    ],
    "a field seen by nobody": [t.string().visibleTo(), { expected: "names of roles" }],
    "a field for the owner of what has none": [t.string({ visibleTo: "owner" }), { found: "no owner" }],
    "an id beside the id": [t.id("prt"), { fix: "t.ref" }],
    "a column with two ways to be empty": [
      t.string().optional().nullable(),
      { expected: "optional or nullable" },
    ],
    "unique values that no index holds": [t.text().unique(), { found: "a text", fix: "t.string" }],
    "a default of another type": [t.int32().default("5" as never), { at: `${place}, default` }],
    "an example that is too long": [t.string({ maxLength: 2 }).example("abc"), { at: `${place}, example` }],
    "readOnly inside a value": [
      t.object({ a: t.string().readOnly() }),
      { at: `${place}.a`, found: "readOnly" },
    ],
    "an object without fields": [t.object(undefined as never), { expected: "fields by name" }],
    "a union without variants": [t.union("kind", undefined as never), { expected: "objects by tag" }],
    "a variant that is no object": [t.union("kind", { a: t.string() as never }), { at: `${place}.a` }],
    "a version that is not there": [t.string().since("v7"), { found: '"v7"' }],
  };
  for (const [name, [field, { at = place, ...part }]] of Object.entries(nonsense)) {
    it(`reports ${name}`, () => assertMistake(thingWith(field), { place: at, ...part }));
  }

  it("that contain themselves are reported, not followed for ever", () => {
    const fields: Record<string, AnyField> = {};
    const tree = t.object(fields);
    fields.left = tree.optional();
    fields.right = t.list(tree).optional();
    const mistakes = mistakesOf(contractOf(thingWith(tree)));
    assert.ok(
      mistakes.length > 0 && mistakes.every(({ found }) => found === "an object that contains itself"),
    );
  });

  it("that nest without end are reported", () => {
    let nested: AnyField = t.string();
    for (let level = 0; level < 2000; level += 1) nested = t.list(nested);
    const [mistake] = mistakesOf(contractOf(thingWith(nested)));
    assert.equal(mistake?.expected, "at most 32 levels");
  });

  it("keep minus zero out of the model, which JSON cannot carry", () => {
    const { part } = modelOf(thingWith(t.float64().default(-0))).resources.thing?.fields ?? {};
    assert.ok(Object.is(part?.default, 0));
  });
});

describe("shapes that are not stored", () => {
  it("reuse fields of resources without the traits that say how these are set", () => {
    const Thing = resource("thing", {
      id,
      state: t.enum(["new", "old"]).readOnly(),
      slug: t.string().unique().immutable(),
    });
    const { state, slug } = Thing.fields;
    const changed = event("thing.changed", t.object({ state, slug, id: Thing.fields.id }));
    const payload = modelOf({ resources: [Thing], events: [changed] }).events["thing.changed"]?.payload?.type;
    assert.deepEqual(payload?.kind === "object" && payload.fields.state, {
      type: { kind: "enum", values: ["new", "old"] },
    });
    assert.deepEqual(payload?.kind === "object" && payload.fields.slug, {
      type: { kind: "string", maxLength: 255 },
    });
    assert.deepEqual(payload?.kind === "object" && payload.fields.id, {
      type: { kind: "id", prefix: "thg" },
    });
  });

  it("never lose what hides a field", () => {
    const Thing = resource("thing", {
      id,
      notes: t.string().visibleTo("admin"),
      secret: t.string().writeOnly(),
    });
    assertMistake(
      { resources: [Thing], events: [event("thing.seen", t.object({ notes: Thing.fields.notes }))] },
      { place: "event thing.seen, payload.notes", found: "visibleTo" },
    );
    const leak = command("leak", { output: t.list(t.object({ secret: Thing.fields.secret })) });
    assertMistake(
      { resources: [Thing], operations: [leak] },
      { place: "operation leak, output[].secret", found: "writeOnly" },
    );
  });

  it("are objects where they may grow", () => {
    const bare = command("bare", { input: t.string() });
    assertMistake(
      { operations: [bare] },
      { place: "operation bare, input", expected: "an object", found: "a string" },
    );
    const loose = command("loose", { input: t.object({}).optional() });
    assertMistake(
      { operations: [loose] },
      { place: "operation loose, input", found: "one that may be missing" },
    );
    const odd = command("odd", { errors: [error("odd_one", { status: 409, data: t.int32() })] });
    assertMistake({ operations: [odd] }, { place: "error odd_one, data", found: "an int32" });
  });
});
