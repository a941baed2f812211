import type { ErrorTemplateModel } from "../model/index.ts";
import type { JsonObject } from "./json-object.ts";

/** An error to fill a shape with, for an example. */
export interface SampleError {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly requestId: string;
}

/** Returns the JSON Schema of error answers that have a shape of their own. */
export function errorStyleSchema(template: ErrorTemplateModel): JsonObject {
  switch (template.kind) {
    case "literal":
      return { const: template.value };
    case "object":
      return {
        type: "object",
        properties: mapValues(template.members, errorStyleSchema),
        required: Object.keys(template.members),
      };
    case "list":
      return {
        type: "array",
        prefixItems: template.items.map(errorStyleSchema),
        minItems: template.items.length,
        maxItems: template.items.length,
      };
    case "status":
      return { type: "integer", description: "HTTP status." };
    case "data":
      return { description: "Data that the contract declares with the error; else null." };
    case "violations":
      return {
        type: "array",
        items: errorStyleSchema(template.item),
        description: "Everything wrong with the input.",
      };
    case "messagesByField":
      return {
        type: "object",
        description: `What is wrong, by field; under \`${template.otherwise}\` what belongs to none.`,
        additionalProperties: { type: "array", items: { type: "string" } },
      };
    default:
      return { type: "string", description: TEXTS[template.kind] ?? "" };
  }
}

const TEXTS: Readonly<Record<string, string>> = {
  code: "Stable code to decide by.",
  title: "Short title of the code; the same for every occurrence.",
  detail: "What happened this time, for people.",
  requestId: "Names the request in the server's log.",
  field: "Name of the field; empty for the input as a whole.",
  pointer: "JSON Pointer (RFC 6901) into the body.",
  reason: "Stable code of what is wrong.",
  message: "What was expected.",
};

/** An answer of this shape, to show in documents. */
export function errorStyleExample(template: ErrorTemplateModel, error: SampleError): JsonObject[string] {
  switch (template.kind) {
    case "literal":
      return template.value;
    case "object":
      return mapValues(template.members, (member) => errorStyleExample(member, error));
    case "list":
      return template.items.map((item) => errorStyleExample(item, error));
    case "data":
      return null;
    case "violations":
      return [];
    case "messagesByField":
      return { [template.otherwise]: [error.detail] };
    case "field":
    case "pointer":
    case "reason":
    case "message":
      return "";
    default:
      return error[template.kind];
  }
}

function mapValues<T>(
  record: Readonly<Record<string, ErrorTemplateModel>>,
  map: (template: ErrorTemplateModel) => T,
): { [key: string]: T } {
  return Object.fromEntries(Object.entries(record).map(([key, template]) => [key, map(template)]));
}
