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

/** What the schema of an input is made of. */
export interface InputShape {
  /** The wanted name. */
  readonly name: string;
  readonly fields: ObjectNode["fields"];
  /** Files that can be taken away with null. */
  readonly removable?: readonly string[];
}

/** Refers to the schema of an operation's input. */
export function inputRef(
  context: EmitContext,
  operation: OperationModel,
  { name, fields, removable = [] }: InputShape,
): JsonObject {
  const none = { type: "null", description: "Takes the file away." };
  const make = () => {
    const schema = objectSchema(fields, context.input);
    if (removable.length === 0) return schema;
    return {
      ...schema,
      properties: { ...propertiesOf(schema), ...Object.fromEntries(removable.map((file) => [file, none])) },
    };
  };
  return context.components.ref("schemas", name, make, `input ${operation.id}`);
}

function propertiesOf({ properties }: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(properties ?? {}));
}
