import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { assertMistake, modelOf } from "../../../test/support/mistakes.ts";
import { anyone, channel, command, error, query, resource, stream, t } from "../../index.ts";

const Thing = resource("thing", {
  id: t.id("thg"),
  name: t.string().immutable(),
  size: t.int32().default(1),
  about: t.text().optional(),
  rank: t.int32().nullable(),
  state: t.enum(["new", "in_use", "old"]).default("new").readOnly(),
});

/** Names of an operation's input fields. */
function inputOf(id: string) {
  return modelOf({ resources: [Thing] }).operations[id]?.input?.fields ?? {};
}

/** What most operations say of REST. */
const HTTP = { method: "POST", status: 200, parameters: [], query: [], unknownFields: "refuse" };

describe("standard operations", () => {
  it("are six, with the methods and paths of REST", () => {
    const { operations } = modelOf({ resources: [Thing] });
    assert.deepEqual(
      Object.values(operations).map(({ id, http }) => `${id}: ${http?.method} ${http?.path} ${http?.status}`),
      [
        "thing.list: GET /things 200",
        "thing.get: GET /things/{id} 200",
        "thing.create: POST /things 201",
        "thing.replace: PUT /things/{id} 200",
        "thing.patch: PATCH /things/{id} 200",
        "thing.delete: DELETE /things/{id} 204",
      ],
    );
    assert.deepEqual(
      Object.values(operations).map(({ output }) => output.kind),
      ["page", "row", "row", "row", "row", "none"],
    );
  });

  it("are fewer where `only` says so; those declared are there anyway", () => {
    const model = modelOf({ resources: [Thing], operations: [Thing.delete()], only: { thing: ["get"] } });
    assert.deepEqual(Object.keys(model.operations), ["thing.get", "thing.delete"]);
  });

  it("take allowlists: no id, nothing that the server sets", () => {
    assert.deepEqual(Object.keys(inputOf("thing.create")), ["name", "size", "about", "rank"]);
    assert.deepEqual(Object.keys(inputOf("thing.replace")), ["name", "size", "about", "rank"]);
    assert.equal(modelOf({ resources: [Thing] }).operations["thing.get"]?.input, undefined);
    assert.equal(modelOf({ resources: [Thing] }).operations["thing.delete"]?.input, undefined);
  });

  it("patch what may change: nothing required, nothing filled in, null removes what is optional", () => {
    assert.deepEqual(inputOf("thing.patch"), {
      size: { type: { kind: "int32" }, optional: true },
      about: { type: { kind: "text", maxLength: 65_536 }, optional: true, nullable: true },
      rank: { type: { kind: "int32" }, optional: true, nullable: true },
    });
  });

  it("fill in limits, and take those declared", () => {
    const declared = Thing.create({
      idempotency: "required",
      deadlineMs: 500,
      maxBodyBytes: 100,
      description: "Makes one.",
    });
    const { "thing.create": create, "thing.list": list } = modelOf({
      resources: [Thing],
      operations: [declared],
    }).operations;
    assert.deepEqual(
      [create?.idempotency, create?.deadlineMs, create?.maxBodyBytes, create?.description],
      ["required", 500, 100, "Makes one."],
    );
    assert.deepEqual([list?.idempotency, list?.deadlineMs, list?.maxBodyBytes], ["none", 10_000, 1_048_576]);
  });

  it("are not cached where something is sensitive", () => {
    const Secret = resource("secret", {
      id: t.id("sec"),
      parts: t.list(t.object({ word: t.string({ sensitive: true }) })),
    });
    const { operations } = modelOf({ resources: [Thing, Secret] });
    assert.equal(operations["thing.get"]?.cacheControl, "private, no-cache");
    assert.equal(operations["secret.get"]?.cacheControl, "no-store");
    assert.equal(operations["thing.create"]?.cacheControl, undefined);
  });
});

describe("actions", () => {
  it("say in which states they are allowed and what they set", () => {
    const renew = Thing.action("renew", {
      when: { state: ["old"] },
      set: { state: "in_use", about: null, size: 3 },
    });
    const action = modelOf({ resources: [Thing], operations: [renew] }).operations["thing.renew"];
    assert.deepEqual(action?.when, { state: ["old"] });
    assert.deepEqual(action?.set, { state: "in_use", about: null, size: 3 });
    assert.deepEqual(action?.output, { kind: "row", resource: "thing" });
    assert.deepEqual(action?.http, { ...HTTP, path: "/things/{id}/renew" });
  });

  it("write values to set in wire form", () => {
    const Coin = resource("coin", { id: t.id("con"), count: t.int64(), worth: t.money({ currency: "EUR" }) });
    const reset = Coin.action("reset", { set: { count: 2n ** 60n, worth: "1.5" } });
    const model = modelOf({ resources: [Coin], operations: [reset] });
    assert.deepEqual(model.operations["coin.reset"]?.set, { count: "1152921504606846976", worth: "1.50" });
  });

  const nonsense: Record<
    string,
    [options: object, part: { at: string; expected?: string; found?: string; fix?: string }]
  > = {
    "an unknown state": [{ when: { state: ["use"] } }, { at: "when.state[0]", found: '"use"' }],
    "a state of an unknown field": [{ when: { stat: ["new"] } }, { at: "when.stat", fix: 'write "state"' }],
    "states of what has none": [{ when: { name: ["x"] } }, { at: "when.name", found: "a string" }],
    "a state outside a list": [{ when: { state: "new" } }, { at: "when.state", fix: 'write ["new"]' }],
    "a value for an unknown field": [{ set: { stat: "new" } }, { at: "set.stat", fix: 'write "state"' }],
    "a value that does not fit": [{ set: { size: "big" } }, { at: "set.size", found: '"big"' }],
    "an unknown enum value": [{ set: { state: "broken" } }, { at: "set.state" }],
    "null for what must be there": [{ set: { size: null } }, { at: "set.size", found: "null" }],
    "another id": [{ set: { id: "thg_1" } }, { at: "set.id", expected: "a field that actions may write" }],
  };
  for (const [name, [options, { at, ...part }]] of Object.entries(nonsense)) {
    it(`report ${name}`, () =>
      assertMistake(
        { resources: [Thing], operations: [Thing.action("turn", options)] },
        { place: `operation thing.turn, ${at}`, ...part },
      ));
  }
});

describe("free operations", () => {
  it("are queries by GET where their input fits a query string", () => {
    const small = query("smallOne", {
      input: t.object({ at: t.timestamp(), size: t.int32().optional() }),
      output: t.bool(),
    });
    const nested = query("nested", { input: t.object({ parts: t.list(t.string()) }), output: t.bool() });
    const secret = query("secretOne", {
      input: t.object({ code: t.string({ sensitive: true }) }),
      output: t.bool(),
    });
    const { operations } = modelOf({ operations: [small, nested, secret, command("ping")] });
    assert.deepEqual(operations.smallOne?.http, {
      ...HTTP,
      method: "GET",
      path: "/small-one",
      query: ["at", "size"],
    });
    assert.deepEqual(operations.nested?.http, { ...HTTP, path: "/nested" });
    assert.equal(operations.secretOne?.http?.method, "POST", "URLs get logged");
    assert.deepEqual(operations.ping?.http, { ...HTTP, path: "/ping", status: 204 });
    assert.deepEqual(operations.ping?.output, { kind: "none" });
  });

  it("are streams and channels, which REST does not offer", () => {
    const reading = t.object({ beats: t.int32() });
    const vitals = stream("recordVitals", {
      direction: "client",
      input: reading,
      output: t.object({ mean: t.float64() }),
    });
    const talk = channel("talk", { key: Thing, send: reading, receive: reading });
    const { operations } = modelOf({ resources: [Thing], operations: [vitals, talk] });
    assert.equal(operations.recordVitals?.direction, "client");
    assert.deepEqual(
      [operations.recordVitals?.maxMessages, operations.recordVitals?.deadlineMs],
      [10_000, 10_000],
    );
    assert.deepEqual([operations.talk?.maxMessages, operations.talk?.deadlineMs], [10_000, 3_600_000]);
    assert.equal(operations.recordVitals?.http, undefined);
    assert.equal(operations.talk?.kind, "channel");
    assert.equal(operations.talk?.key, "thing");
    assert.equal(operations.talk?.http, undefined);
  });
});

describe("operations", () => {
  const other = resource("other", { id: t.id("oth") });
  const message = t.object({ text: t.string() });
  const taken = error("name_taken", { status: 409 });
  const nonsense: Record<
    string,
    [operation: unknown, part: { place: string; expected?: string; found?: string; fix?: string }]
  > = {
    "an operation not called": [Thing.create, { place: "api, operations[0]", fix: "call it" }],
    "an operation of a resource that is not there": [
      other.create(),
      { place: "operation other.create", found: '"other"', fix: "add the resource" },
    ],
    "a channel about nothing": [
      channel("talk", { send: message, receive: message } as never),
      { place: "operation talk, key", found: "none" },
    ],
    "a channel about what is not there": [
      channel("talk", { key: other, send: message, receive: message }),
      { place: "operation talk, key", found: '"other"' },
    ],
    "a stream of messages that have no type": [
      stream("watch", { direction: "client", output: message } as never),
      { place: "operation watch, input", expected: "the type of its messages", fix: "add input" },
    ],
    "a channel that answers nothing": [
      channel("talk", { key: Thing, send: message } as never),
      { place: "operation talk, receive", found: "none" },
    ],
    "how many messages come where one does": [
      stream("watch", { input: message, output: message, maxMessages: 5 }),
      { place: "operation watch, maxMessages", found: "a stream from the server" },
    ],
    "a stream of no messages": [
      stream("watch", { direction: "client", input: message, output: message, maxMessages: 0 }),
      { place: "operation watch, maxMessages" },
    ],
    "an action named as a standard operation": [
      Thing.action("patch" as string),
      { place: "operation thing.patch", fix: "thing.patch()" },
    ],
    "an input of a standard operation": [
      Thing.create({ input: message } as object),
      { place: "operation thing.create", found: "an input of its own" },
    ],
    "an unknown option": [
      Thing.create({ idempotent: true } as object),
      { place: "operation thing.create, idempotent" },
    ],
    "an option of another kind": [
      Thing.list({ idempotency: "required" } as object),
      { place: "operation thing.list, idempotency", found: '"idempotency"' },
    ],
    "a value that is none": [
      Thing.create({ idempotency: "require" as "required" }),
      { place: "operation thing.create, idempotency", fix: 'write "required"' },
    ],
    "a deadline of nothing": [Thing.get({ deadlineMs: 0 }), { place: "operation thing.get, deadlineMs" }],
    "a deadline in words": [
      Thing.get({ deadlineMs: "10s" as never }),
      { place: "operation thing.get, deadlineMs" },
    ],
    "a deadline of days": [Thing.get({ deadlineMs: 1e9 }), { place: "operation thing.get, deadlineMs" }],
    "a body limit below one": [
      Thing.patch({ maxBodyBytes: -1 }),
      { place: "operation thing.patch, maxBodyBytes" },
    ],
    "a precondition where no row is": [
      Thing.create({ preconditionRequired: true }),
      { place: "operation thing.create, preconditionRequired", found: "a create" },
    ],
    "a header that could end": [
      Thing.get({ cacheControl: "private\r\nSet-Cookie: a=b" }),
      { place: "operation thing.get, cacheControl", expected: "Cache-Control directives" },
    ],
    "a header that could end within quotes": [
      Thing.get({ cacheControl: 'private="a\nb"' }),
      { place: "operation thing.get, cacheControl", expected: "Cache-Control directives" },
    ],
    "shared caching of what not all may see": [
      Thing.get({ cacheControl: "public, max-age=60" }),
      { place: "operation thing.get, cacheControl", fix: "write private" },
    ],
    "an error not declared": [
      Thing.create({ errors: ["taken" as never] }),
      { place: "operation thing.create, errors[0]", found: '"taken"' },
    ],
    "an error twice": [
      Thing.create({ errors: [taken, taken] }),
      { place: "operation thing.create, errors", found: "name_taken twice" },
    ],
    "an answer to the unauthorised that is none": [
      Thing.get({ whenDenied: "hidden" as never }),
      { place: "operation thing.get, whenDenied" },
    ],
  };
  for (const [name, [operation, part]] of Object.entries(nonsense)) {
    it(`report ${name}`, () => assertMistake({ resources: [Thing], operations: [operation as never] }, part));
  }

  it("may be cached by all where anyone may see the answer", () => {
    const open = Thing.get({ access: [anyone], cacheControl: "public, max-age=60" });
    const { operations } = modelOf({ resources: [Thing], operations: [open] });
    assert.equal(operations["thing.get"]?.cacheControl, "public, max-age=60");
  });

  it("stand in the contract once", () => {
    assertMistake(
      { resources: [Thing], operations: [Thing.create(), Thing.create()] },
      { place: "operation thing.create", found: "it twice" },
    );
  });
});
