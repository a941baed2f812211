import { type Model, type OperationModel, prefixesOf } from "../model/index.ts";
import { accessText } from "./access-text.ts";
import type { JsonObject } from "./json-object.ts";
import { operationText } from "./operation.ts";
import { nameOperations } from "./operation-names.ts";
import { type ToolArguments, toolArguments, toolName } from "./tool-arguments.ts";
import { answersObject, toolOutputSchema } from "./tool-output.ts";
import { toolInputSchema } from "./tool-schema.ts";

/** An operation as an agent sees it: a tool of the Model Context Protocol. */
export interface ToolDescription {
  readonly name: string;
  /** For people. */
  readonly title: string;
  readonly description: string;
  /** JSON Schema 2020-12, without a reference in it. */
  readonly inputSchema: JsonObject;
  /** Absent where nothing is answered. */
  readonly outputSchema?: JsonObject;
  readonly annotations: JsonObject;
}

/** A tool and what its arguments mean. */
export interface EmittedTool {
  readonly tool: ToolDescription;
  readonly names: ToolArguments;
  /** Whether all answers are objects. */
  readonly answersObject: boolean;
}

/** Makes the tools of a model, each when it is asked for. */
export function createToolEmitter(model: Model): (operation: OperationModel) => EmittedTool {
  const names = nameOperations(model);
  const prefixes = prefixesOf(model);
  return (operation) => {
    const argumentNames = toolArguments(model, operation);
    const source = { model, operation, names: argumentNames };
    const output = toolOutputSchema({ ...source, context: { direction: "output", prefixes } });
    return {
      names: argumentNames,
      answersObject: answersObject(operation),
      tool: {
        name: toolName(operation),
        title: names.get(operation.id)?.summary ?? operation.id,
        description: describe(model, operation),
        inputSchema: toolInputSchema({ ...source, context: { direction: "input", prefixes } }),
        ...(output === undefined ? {} : { outputSchema: output }),
        annotations: annotationsOf(operation),
      },
    };
  };
}

function describe(model: Model, operation: OperationModel): string {
  const paragraphs = [operationText(model, operation), accessText(model, operation)];
  for (const [field, states] of Object.entries(operation.when ?? {})) {
    paragraphs.push(`Only while \`${field}\` is ${states.join(" or ")}.`);
  }
  const errors = operation.errors.flatMap((code) => {
    const error = model.errors[code];
    return error === undefined ? [] : [`\`${code}\` (${error.message ?? error.title})`];
  });
  if (errors.length > 0) paragraphs.push(`Errors of its own: ${errors.join(", ")}.`);
  if (operation.deprecated !== undefined) paragraphs.push(`Deprecated: ${operation.deprecated}`);
  return paragraphs.join("\n\n");
}

/**
 * What the model knows of a tool's behaviour. Where it does not know, the hint is left out and the protocol's cautious
 * default holds.
 */
function annotationsOf({ kind, method, idempotency }: OperationModel): JsonObject {
  // What a handler talks to is its own business.
  const closed = method === "list" || method === "get" ? { openWorldHint: false } : {};
  if (kind === "query") return { readOnlyHint: true, ...closed };
  const again = method === "replace" || method === "patch" || method === "delete";
  return {
    readOnlyHint: false,
    // A row more takes nothing away; whatever else a command does may.
    destructiveHint: method !== "create",
    // With a required key, the same arguments are the same request.
    idempotentHint: again || idempotency === "required",
  };
}
