import type { JsonValue } from "../../base/lib/json.ts";
import { type Model, prefixesOf } from "../model/index.ts";
import { toPascalCase } from "../model/names.ts";
import type { FieldNode } from "../schema/index.ts";

import type { JsonObject } from "./json-object.ts";
import { nameOperations } from "./operation-names.ts";
import { rowSchema } from "./row-schema.ts";
import { fieldSchema, objectSchema, type SchemaContext } from "./type-schema.ts";

const DIALECT = "https://json-schema.org/draft/2020-12/schema";

/** How {@link emitJsonSchema} reads a field. */
export interface JsonSchemaOptions {
  /** `input`: what the server takes; `output`: what it sends. Default input. */
  readonly direction?: "input" | "output";
  /** Model in which the refs of a field are resolved; without it a ref is an id with any prefix. */
  readonly model?: Model;
}

/**
 * Writes JSON Schema 2020-12: of a field, its wire form; of a model, a document whose `$defs` are the rows, the inputs
 * and outputs of operations, the data of errors and the payloads of events.
 */
export function emitJsonSchema(source: Model | FieldNode, options: JsonSchemaOptions = {}): JsonValue {
  if ("concordat" in source) return modelSchema(source);
  const { direction = "input", model } = options;
  return {
    $schema: DIALECT,
    ...fieldSchema(source, { direction, prefixes: model ? prefixesOf(model) : {} }),
  };
}

function modelSchema(model: Model): JsonObject {
  const prefixes = prefixesOf(model);
  const input: SchemaContext = { direction: "input", prefixes };
  const output: SchemaContext = { direction: "output", prefixes };
  const definitions: JsonObject = {};
  const define = (wanted: string, schema: JsonObject) => {
    let name = wanted;
    for (let count = 2; Object.hasOwn(definitions, name); count++) name = `${wanted}${count}`;
    definitions[name] = schema;
  };
  for (const resource of Object.values(model.resources)) {
    define(
      toPascalCase(resource.name),
      rowSchema(resource, output, (name) =>
        model.resources[name] ? { $ref: `#/$defs/${toPascalCase(name)}` } : undefined,
      ),
    );
  }
  const names = nameOperations(model);
  for (const operation of Object.values(model.operations)) {
    const name = toPascalCase(names.get(operation.id)?.id ?? operation.name);
    if (operation.input) define(`${name}Input`, objectSchema(operation.input.fields, input));
    if (operation.output.kind === "value")
      define(`${name}Output`, fieldSchema(operation.output.field, output));
  }
  for (const { code, data } of Object.values(model.errors)) {
    if (data) define(`${toPascalCase(code)}Data`, fieldSchema(data, output));
  }
  for (const event of Object.values(model.events)) {
    const name = `${toPascalCase(event.name.replaceAll(".", "_"))}Event`;
    if (event.payload) define(name, fieldSchema(event.payload, output));
    else if (event.resource !== undefined) define(name, { $ref: `#/$defs/${toPascalCase(event.resource)}` });
  }
  return { $schema: DIALECT, title: model.title, $defs: definitions };
}
