import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { anyone, api, command, compile, handle, t } from "concordat";
import { databases, type TestStore } from "../../../../test/support/databases.ts";
import { createEngine } from "../../engine/index.ts";
import { createGraphqlExecutor } from "./create-executor.ts";
import type { GraphqlExecutor } from "./executor.ts";

const [database] = databases();

const paint = command("paint", {
  input: t.object({
    name: t.string({ maxLength: 5 }),
    colour: t.enum(["red", "green"]),
    shape: t.union("kind", {
      circle: t.object({ edge: t.enum(["thin", "wide"]), radius: t.int32({ minimum: 1 }) }),
      box: t.object({ width: t.int32() }),
    }),
  }),
  access: [anyone],
});
const contract = api("painter", { versions: { v1: "2026-01-01" }, resources: [], operations: [paint] });

let store: TestStore;
let executor: GraphqlExecutor;
before(async () => {
  const model = compile(contract);
  store = await database!.open(model);
  executor = createGraphqlExecutor({
    engine: createEngine({ model, store, handlers: [handle(paint, () => undefined)] }),
  });
});
after(() => store?.close());

const violationsOf = async (input: object): Promise<string[]> => {
  const document = executor.prepare("mutation ($i: PaintInput!) { paint(input: $i) { replayed } }");
  const context = { meta: { protocol: "graphql", requestId: "r1" }, watchGone: () => undefined } as const;
  const { body } = await document.execute({ variables: { i: input } }, context);
  const { errors } = JSON.parse(body);
  return errors[0].extensions.violations.map(({ pointer, code, message }: any) =>
    [pointer, code, message].join(" "),
  );
};

test("the model's name of an enum's value is no name of it in GraphQL: told among all else, in GraphQL's names", async () => {
  const shape = { box: { width: 1 } };
  assert.deepEqual(await violationsOf({ name: "too long", colour: "red", shape }), [
    "/name too_long Must have at most 5 characters, found 8.",
    "/colour not_allowed Must be one of RED, GREEN.",
  ]);
  assert.deepEqual(await violationsOf({ name: "a", colour: "BLUE", shape }), [
    "/colour not_allowed Must be one of RED, GREEN.",
  ]);
});

test("a place within a union is told as in the operation's input, where its variant has no name of its own", async () => {
  const shape = { circle: { edge: "thin", radius: 0 } };
  assert.deepEqual(await violationsOf({ name: "a", colour: "RED", shape }), [
    "/shape/radius too_small Must be at least 1.",
    "/shape/edge not_allowed Must be one of THIN, WIDE.",
  ]);
});
