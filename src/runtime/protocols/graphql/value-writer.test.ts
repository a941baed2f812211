import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type ExecutionResult, executeSync, type FieldNode, Kind, parse } from "graphql";
import { selectionOf } from "../../../../test/behaviour/callers/graphql-forms.ts";
import { anyType } from "../../../../test/support/generate-contract.ts";
import type { JsonValue } from "../../../base/lib/index.ts";
import { describeGraphql } from "../../../contract/graphql/index.ts";
import type { TypeNode } from "../../../contract/schema/index.ts";
import { anyone, api, compile, query, t } from "../../../index.ts";
import { buildGraphqlSchema } from "./build-schema.ts";
import { PlanScope } from "./plan-scope.ts";
import { compileFastWriter } from "./project-value.ts";
import { FieldRun, orNull } from "./run.ts";
import { compileValueWriter, type ValueWriter } from "./value-writer.ts";

/** A value of a type in wire form, in which anything may be null or absent, whatever the contract says. */
function holed(type: TypeNode): fc.Arbitrary<JsonValue | undefined> {
  const hole = fc.constantFrom(null, undefined);
  return fc.oneof({ weight: 12, arbitrary: whole(type) }, { weight: 1, arbitrary: hole });
}

function whole(type: TypeNode): fc.Arbitrary<JsonValue> {
  switch (type.kind) {
    case "bool":
      return fc.boolean();
    case "int32":
      return fc.integer();
    case "float64":
      return fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
    case "enum":
      return fc.constantFrom(...type.values);
    case "list":
      return fc.array(
        holed(type.items.type).map((item) => item ?? null),
        { maxLength: 3 },
      );
    case "object":
      return members(Object.entries(type.fields).map(([name, { type: of }]) => [name, of]));
    case "union":
      return fc.constantFrom(...Object.keys(type.variants)).chain((variant) => {
        const fields = Object.entries(type.variants[variant]?.fields ?? {});
        return members(fields.map(([name, { type: of }]) => [name, of])).map((value) => ({
          ...value,
          [type.tag]: variant,
        }));
      });
    case "json":
    case "map":
      return fc.constantFrom<JsonValue>({ a: [1, "x", null] }, {});
    default:
      return fc.string();
  }
}

function members(fields: readonly (readonly [string, TypeNode])[]): fc.Arbitrary<Record<string, JsonValue>> {
  const made = Object.fromEntries(fields.map(([name, type]) => [name, holed(type)]));
  return fc
    .record(made, { noNullPrototype: true })
    .map((value) =>
      Object.fromEntries(
        Object.entries(value).flatMap(([name, inner]) => (inner === undefined ? [] : [[name, inner]])),
      ),
    );
}

test("values are written, and nulls go up, as graphql-js does it", () => {
  let nulled = 0;
  const cases = anyType.chain((field) => {
    const model = compile(
      api("cases", {
        versions: { v1: "2026-01-01" },
        resources: [],
        operations: [query("thing", { output: t.object({ inner: field }), access: [anyone] })],
      }),
    );
    const { output } = model.operations.thing!;
    assert.ok(output.kind === "value");
    return holed(output.field.type).map((value) => ({ model, type: output.field.type, value }));
  });
  fc.assert(
    fc.property(cases, ({ model, type, value }) => {
      const description = describeGraphql(model);
      const schema = buildGraphqlSchema(description);
      const document = parse(`{ key: thing ${selectionOf(type, "ThingResult")} }`);
      const slow = executeSync({
        schema,
        document,
        rootValue: { thing: value },
        typeResolver: (union, _context, _info, { name }) => {
          const described = description.types.get(name);
          assert.ok(described?.kind === "union");
          return described.members[Object(union)[described.tag]];
        },
      });
      const scope = new PlanScope({ model, schema, description, fragments: new Map(), conditions: {} });
      const node = fieldOf(document);
      const field = { parent: "Query", nodes: [node] };
      const writers = [compileFastWriter, compileValueWriter].map((compileOne) =>
        compileOne("ThingResult", field, scope),
      );
      // The fast one makes its code for the second value.
      for (const write of [...writers, writers[0]!]) hold(write, value, slow);
    }),
    { numRuns: 400 },
  );
  assert.ok(nulled > 30, `${nulled} answers had nulls that went up`);

  function hold(write: ValueWriter, value: JsonValue | undefined, slow: ExecutionResult): void {
    const run = new FieldRun("r1");
    run.path.push("key");
    const text = orNull(run, () => write(value, run));
    assert.equal(`{"key":${text}}`, JSON.stringify(slow.data));
    const told = run.errors.map((error) => JSON.parse(error));
    const short = ({ message, path }: { readonly message: string; readonly path?: unknown }) => [
      message,
      path,
    ];
    assert.deepEqual(told.map(short), (slow.errors ?? []).map(short));
    if (told.length > 0) nulled++;
  }
});

function fieldOf(document: ReturnType<typeof parse>): FieldNode {
  const [definition] = document.definitions;
  const selection = definition?.kind === Kind.OPERATION_DEFINITION && definition.selectionSet.selections[0];
  assert.ok(selection && selection.kind === Kind.FIELD);
  return selection;
}
