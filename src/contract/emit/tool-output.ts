import { OPERATION, type OperationModel, type ResourceModel } from "../model/index.ts";
import type { JsonObject } from "./json-object.ts";
import { words } from "./operation-names.ts";
import { rowSchema } from "./row-schema.ts";
import type { ToolSource } from "./tool-schema.ts";
import { fieldSchema } from "./type-schema.ts";

/**
 * Returns the schema of what a tool answers; undefined where it answers nothing. It holds for every caller and every
 * choice of fields, so no field of a row is required.
 */
export function toolOutputSchema(source: ToolSource): JsonObject | undefined {
  const { model, operation } = source;
  const answered = answerSchema(source);
  if (operation.longRunning === undefined) return answered;
  const accepted = model.resources[OPERATION];
  const schemas = [answered, accepted && anyRow(source, accepted)].filter((schema) => schema !== undefined);
  return {
    type: "object",
    description: "The result, or as long as it is not there the operation that does the work.",
    anyOf: schemas,
  };
}

/** Whether every answer of an operation's tool is an object, as protocol versions before 2026-07-28 need it. */
export function answersObject({ output, longRunning }: OperationModel): boolean {
  if (longRunning !== undefined) return output.kind !== "value" || output.field.type.kind === "object";
  if (output.kind !== "value") return output.kind !== "none";
  return output.field.type.kind === "object" && output.field.nullable !== true;
}

function answerSchema(source: ToolSource): JsonObject | undefined {
  const { model, operation, context } = source;
  const { output } = operation;
  if (output.kind === "value") return fieldSchema(output.field, context);
  if (output.kind !== "row" && output.kind !== "page") return undefined;
  const resource = model.resources[output.resource];
  if (resource === undefined) return undefined;
  const row = anyRow(source, resource);
  return output.kind === "row" ? row : pageSchema(row);
}

/** A row of which any fields may be there; expanded rows are described by the tools of their own resource. */
function anyRow({ context }: ToolSource, resource: ResourceModel): JsonObject {
  const { required: _, ...schema } = rowSchema(resource, context, (name) => ({
    type: "object",
    description: `The ${words(name)}.`,
  }));
  return schema;
}

function pageSchema(row: JsonObject): JsonObject {
  const cursor = (side: string): JsonObject => ({
    type: ["string", "null"],
    description: `\`cursor\` of the ${side} page; null if there is none.`,
  });
  return {
    type: "object",
    properties: {
      data: { type: "array", items: row },
      page: {
        type: "object",
        properties: {
          nextCursor: cursor("next"),
          prevCursor: cursor("previous"),
          hasMore: { type: "boolean" },
          total: { type: "integer", minimum: 0 },
        },
        required: ["nextCursor", "prevCursor", "hasMore"],
      },
    },
    required: ["data", "page"],
  };
}
