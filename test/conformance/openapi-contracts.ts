import fc from "fast-check";
import "../support/seed.ts";
import { atlas } from "../../examples/atlas/contract.ts";
import { clinic } from "../../examples/clinic/contract.ts";
import { conduit } from "../../examples/conduit/contract.ts";
import { tasks } from "../../examples/starter/contract.ts";
import { anyField } from "../../src/contract/schema/arbitraries.test.ts";
import {
  type Api,
  anyone,
  api,
  command,
  error,
  owner,
  query,
  resource,
  role,
  signedIn,
  t,
} from "../../src/index.ts";

import { foreign } from "../support/foreign.ts";

/** Every trait, type and option once, in names that are awkward elsewhere. */
const Author = resource(
  "author",
  {
    id: t.id("aut"),
    login: t.string({ unique: true, pattern: "^[a-z]+$", minLength: 1, maxLength: 40 }).immutable(),
    password: t.string({ minLength: 12, sensitive: true }).writeOnly(),
    nickname: t.string().optional().deprecated("Use `name`."),
    name: t.string({ description: 'As printed: "quotes", <tags> & `code`.' }).example("Ada"),
    note: t.text({ visibleTo: ["owner", "editor"] }).nullable(),
  },
  {
    owner: "id",
    access: { read: [anyone], write: [owner, role("editor")] },
    list: { filter: ["name"], sort: ["name"] },
    whenDenied: "not-found",
    plural: "people",
  },
);
const ApiKey2 = resource(
  "apiKey2",
  {
    id: t.id("k2"),
    author: t.ref(() => Author),
    backup: t.ref(() => Author).nullable(),
    parent: t.ref("apiKey2").optional(),
    counter: t.int64({ minimum: 0n }).default(0n),
    ratio: t.float64({ minimum: 0, maximum: 1 }),
    price: t.money({ currency: "KWD", minimum: "0.001" }),
    weight: t.decimal({ precision: 3, scale: 3 }),
    since: t.timestamp().since("v2"),
    day: t.date().optional(),
    every: t.duration().default("PT1H"),
    avatar: t.bytes({ maxBytes: 100 }).optional(),
    tags: t.list(t.string({ maxLength: 10 }), { minItems: 1, maxItems: 3 }),
    labels: t.map(t.int32()),
    shape: t.union("kind", {
      circle: t.object({ radius: t.float64() }),
      square: t.object({ side: t.float64().optional() }),
    }),
    extra: t.json().nullable(),
  },
  {
    owner: "author",
    list: {
      filter: ["author", "since", "day", "author.name", "price", "parent"],
      sort: ["since", "author.name", "price", "day"],
      defaultSort: "-createdAt",
      total: "estimated",
      maxOffset: 1000,
    },
    indexes: [["day", "price"]],
    expand: ["author", "parent"],
  },
);
const outOfStock = error("out_of_stock", {
  status: 409,
  data: t.object({ left: t.int32(), at: t.timestamp().optional() }),
});
const tooOld = error("too_old", { status: 410, message: "It is too old." });

const everything = api("everything", {
  title: "Everything",
  description: "# All\n\nof it",
  batch: { maxParts: 10 },
  versions: { v1: "2025-01-01", v2: "2026-01-01" },
  resources: [Author, ApiKey2],
  operations: [
    ApiKey2.action("rollOver", {
      input: t.object({ when: t.timestamp(), deep: t.object({ list: t.list(t.ref(() => Author)) }) }),
      errors: [outOfStock, tooOld],
      preconditionRequired: true,
      idempotency: "required",
      deprecated: "Make a new key.",
    }),
    ApiKey2.action("measure", { output: t.list(t.decimal({ precision: 9, scale: 2 })), idempotency: "none" }),
    Author.get({ cacheControl: "public, max-age=60" }),
    ApiKey2.list({ cacheControl: "no-store" }),
    query("convertMoney", {
      input: t.object({ amount: t.money({ currency: "EUR" }), to: t.enum(["usd", "jpy"]).default("usd") }),
      output: t.object({ amount: t.decimal({ precision: 20, scale: 4 }) }),
      access: [anyone],
    }),
    query("searchAll", {
      input: t.object({ words: t.list(t.string()) }),
      output: t.json(),
      access: [signedIn],
    }),
    command("ping", { access: [anyone], idempotency: "none" }),
    command("importAll", {
      input: t.object({}),
      output: t.object({ count: t.int64() }),
      access: [role("editor")],
    }),
  ],
});

const Bare = resource("bare", { id: t.id("b") });

/** Contracts whose documents the conformance tests look at. */
export const CONTRACTS: Readonly<Record<string, Api>> = {
  clinic,
  atlas,
  conduit,
  tasks,
  foreign,
  everything,
  bare: api("bare", { versions: { v1: "2026-01-01" }, resources: [Bare] }),
  nothing: api("nothing", { versions: { v1: "2026-01-01" }, resources: [] }),
};

// Refs among the generated fields name it.
const Slot = resource("slot", { id: t.id("slot") });
const nameOf = fc.constantFrom(
  "item",
  "problem",
  "page",
  "halLink",
  "violation",
  "category",
  "orderLine",
  "news",
);

/** Contracts made up at random: resources with fields of any type, and free operations. */
export const anyContract: fc.Arbitrary<Api> = fc
  .record({
    names: fc.uniqueArray(nameOf, { minLength: 1, maxLength: 3 }),
    fields: fc.array(fc.tuple(fc.constantFrom("alpha", "betaTwo", "gamma"), anyField), { maxLength: 6 }),
    input: fc.array(fc.tuple(fc.constantFrom("first", "second"), anyField), { maxLength: 2 }),
    output: anyField,
    open: fc.boolean(),
  })
  .map(({ names, fields, input, output, open }) =>
    api("made", {
      versions: { v1: "2026-01-01" },
      resources: [
        Slot,
        ...names.map((name, at) =>
          resource(
            name,
            { id: t.id(`p${at}`), ...Object.fromEntries(fields.slice(at * 2, at * 2 + 2)) },
            { access: open ? { read: [anyone] } : {} },
          ),
        ),
      ],
      operations: [
        query("askAbout", { input: t.object(Object.fromEntries(input)), output, access: [signedIn] }),
      ],
    }),
  );
