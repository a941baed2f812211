import { type Model, type OperationModel, prefixesOf, type ResourceModel } from "../model/index.ts";
import { toPascalCase } from "../model/names.ts";
import type { ObjectNode } from "../schema/index.ts";
import { type Components, createComponents } from "./components.ts";
import type { JsonObject } from "./json-object.ts";
import { nameOperations, type OperationNames } from "./operation-names.ts";
import { rowSchema } from "./row-schema.ts";
import { objectSchema, type SchemaContext } from "./type-schema.ts";

/** What the parts of one document share while it is written. */
export interface EmitContext {
  readonly model: Model;
  readonly components: Components;
  readonly names: ReadonlyMap<string, OperationNames>;
  readonly input: SchemaContext;
  readonly output: SchemaContext;
}

export function createEmitContext(model: Model): EmitContext {
  const prefixes = prefixesOf(model);
  return {
    model,
    components: createComponents(),
    names: nameOperations(model),
    input: { direction: "input", prefixes },
    output: { direction: "output", prefixes },
  };
}

/** Refers to the schema of a resource's row as callers receive it. */
export function rowRef(context: EmitContext, resource: ResourceModel): JsonObject {
  return context.components.ref(
    "schemas",
    toPascalCase(resource.name),
    () =>
      rowSchema(resource, context.output, (name) => {
        const other = context.model.resources[name];
        return other && rowRef(context, other);
      }),
    `row ${resource.name}`,
  );
}

/** Refers to the schema of an operation's input; `name` is the wanted name. */
export function inputRef(
  context: EmitContext,
  operation: OperationModel,
  name: string,
  input: ObjectNode,
): JsonObject {
  const open = operation.http?.unknownFields === "ignore";
  return context.components.ref(
    "schemas",
    name,
    () => objectSchema(input.fields, open ? { ...context.input, open } : context.input),
    `input ${operation.id}`,
  );
}
