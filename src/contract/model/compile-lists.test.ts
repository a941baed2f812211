import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { assertMistake, modelOf } from "../../../test/support/mistakes.ts";
import { resource, t } from "../../index.ts";

const Maker = resource(
  "maker",
  {
    id: t.id("mak"),
    code: t.string({ unique: true }),
    motto: t.string(),
    secret: t.string({ sensitive: true }),
  },
  { list: { sort: ["code"] } },
);

const fields = {
  id: t.id("thg"),
  name: t.string(),
  about: t.text(),
  price: t.money({ currency: "EUR" }),
  state: t.enum(["new", "old"]).optional(),
  maker: t.ref(() => Maker),
  checker: t.ref(() => Maker).visibleTo("admin"),
  extra: t.json(),
  email: t.string({ sensitive: true }),
  notes: t.string().visibleTo("admin"),
  password: t.string().writeOnly(),
  limit: t.int32(),
};

/** A contract whose things have these list options; plain JavaScript may hand in anything. */
function listing(list: object) {
  return { resources: [resource("thing", fields, { list: list as { limit: number } }), Maker] };
}

describe("lists", () => {
  it("fill in what their author leaves out", () => {
    assert.deepEqual(modelOf(listing({})).resources.thing?.list, {
      filter: {},
      sort: ["createdAt"],
      defaultSort: { field: "createdAt", descending: true },
      search: [],
      limit: 20,
      maxLimit: 100,
      total: "none",
    });
    assert.equal(modelOf(listing({ limit: 200 })).resources.thing?.list.maxLimit, 200);
    assert.equal(modelOf(listing({ maxLimit: 10 })).resources.thing?.list.limit, 10);
  });

  it("give each filter the operators that its type has", () => {
    const { list } =
      modelOf(listing({ filter: ["state", "price", "name", "maker", "maker.code", "createdAt"] })).resources
        .thing ?? {};
    const operators = Object.entries(list?.filter ?? {}).map(([path, filter]) => [
      path,
      filter.operators.join(" "),
    ]);
    assert.deepEqual(Object.fromEntries(operators), {
      state: "in ne isNull",
      price: "in ne gt gte lt lte",
      name: "in ne",
      maker: "in ne",
      "maker.code": "in ne",
      createdAt: "in ne gt gte lt lte",
    });
    assert.deepEqual(list?.filter["maker.code"]?.field.type, { kind: "string", maxLength: 255 });
  });

  it("sort as they say", () => {
    const { list } = modelOf(listing({ sort: ["name", "price"], defaultSort: "name" })).resources.thing ?? {};
    assert.deepEqual(list?.sort, ["name", "price", "createdAt"]);
    assert.deepEqual(list?.defaultSort, { field: "name", descending: false });
  });

  const nonsense: Record<
    string,
    [list: object, part: { at: string; expected?: string; found?: string; fix?: string }]
  > = {
    "a filter by an unknown field": [
      { filter: ["nme"] },
      { at: "filter[0]", found: '"nme"', fix: 'write "name"' },
    ],
    "a sort by an unknown field": [{ sort: ["name", "nothing"] }, { at: "sort[1]", found: '"nothing"' }],
    "a search in an unknown field": [{ search: ["nam"] }, { at: "search[0]", fix: 'write "name"' }],
    "a filter by what no index holds": [{ filter: ["extra"] }, { at: "filter[0]", found: "extra, a json" }],
    "a sort by text": [{ sort: ["about"] }, { at: "sort[0]", found: "about, a text", fix: "t.string" }],
    "a filter by a sensitive field": [{ filter: ["email"] }, { at: "filter[0]", found: "sensitive" }],
    "a filter by a sensitive field elsewhere": [
      { filter: ["maker.secret"] },
      { at: "filter[0]", found: "sensitive" },
    ],
    "a filter through a ref not all see": [
      { filter: ["checker.code"] },
      { at: "filter[0]", found: "checker.code, which is visibleTo" },
    ],
    "a sort by a field not all see": [{ sort: ["notes"] }, { at: "sort[0]", found: "visibleTo" }],
    "a filter by what is never sent": [{ filter: ["password"] }, { at: "filter[0]", found: "writeOnly" }],
    "a search in a sensitive field": [{ search: ["email"] }, { at: "search[0]", found: "sensitive" }],
    "a search in numbers": [{ search: ["limit"] }, { at: "search[0]", found: "limit, an int32" }],
    "a filter named as a parameter": [
      { filter: ["limit"] },
      { at: "filter", found: '"limit"', fix: "rename" },
    ],
    "a path through no ref": [{ filter: ["name.code"] }, { at: "filter[0]", found: "name, a string" }],
    "a path through two refs": [
      { filter: ["maker.country.code"] },
      { at: "filter[0]", fix: "follow one ref only" },
    ],
    "a path to an unknown field": [
      { filter: ["maker.cod"] },
      { at: "filter[0]", expected: "a field of maker" },
    ],
    "a path to an id": [{ filter: ["maker.id"] }, { at: "filter[0]", fix: 'write "maker"' }],
    "a path to a field without index": [
      { filter: ["maker.motto"] },
      { at: 'filter, "maker.motto"', found: "motto, which has none", fix: 'add "motto" to list.filter' },
    ],
    "a filter twice": [{ filter: ["name", "name"] }, { at: "filter[1]", found: '"name" twice' }],
    "a filter that is no list": [{ filter: "name" }, { at: "filter", fix: "write filter: [ … ]" }],
    "a default sort that is not offered": [
      { defaultSort: "-name" },
      { at: "defaultSort", found: '"-name"', fix: 'add "name" to list.sort' },
    ],
    "a limit above its maximum": [
      { limit: 50, maxLimit: 20 },
      { at: "limit", expected: "at most maxLimit, 20" },
    ],
    "a limit of nothing": [{ limit: 0 }, { at: "limit", expected: "from 1 to 1000" }],
    "a maximum too large": [{ maxLimit: 5000 }, { at: "maxLimit" }],
    "a total of another kind": [{ total: "exactly" }, { at: "total", fix: 'write "exact"' }],
    "an offset below one": [{ maxOffset: -1 }, { at: "maxOffset" }],
    "an option that does not exist": [{ filters: ["name"] }, { at: "filters", fix: 'write "filter"' }],
  };
  for (const [name, [list, { at, ...part }]] of Object.entries(nonsense)) {
    it(`report ${name}`, () =>
      assertMistake(listing(list), { place: `resource thing, list.${at}`, ...part }));
  }
});
