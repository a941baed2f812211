import { type JsonValue, timestampToMs } from "../../base/lib/index.ts";
import type { AnswerModel, Model, OperationModel, PagePart } from "../../contract/model/model.ts";
import type { FieldNode, TypeNode } from "../../contract/schema/node.ts";
import { isJsonObject } from "./merge-patch.ts";

/** Turns an operation's output, in wire form, into the body of its answer. */
export type AnswerWriter = (output: JsonValue) => JsonValue;

/**
 * Makes the writer of answers that are not simply the output; undefined for the others, which the house's other media
 * types are offered for, too. What decides is what the contract declares, not whether an output holds times.
 */
export function createAnswerWriter(model: Model, operation: OperationModel): AnswerWriter | undefined {
  const wrap = wrapperOf(operation.http?.answer);
  const rewrite =
    model.rest.timestamps === "milliseconds" ? (rewriterOf(model, operation) ?? same) : undefined;
  if (wrap === undefined || rewrite === undefined) return wrap ?? rewrite;
  return (output) => wrap(rewrite(output));
}

function wrapperOf(answer: AnswerModel | undefined): AnswerWriter | undefined {
  if (answer === undefined) return undefined;
  if (answer.kind === "value") return (output) => ({ [answer.key]: output });
  const { data: rows = "data", ...others } = answer.keys;
  const keys = Object.entries(others);
  return (output) => {
    if (!isJsonObject(output)) return output;
    const page: { readonly [part in PagePart | string]?: JsonValue } = isJsonObject(output.page)
      ? output.page
      : {};
    const parts = keys.map(([part, key]): [string, JsonValue] => [key, page[part] ?? null]);
    return Object.fromEntries([[rows, output.data ?? []], ...parts]);
  };
}

type Rewrite = (value: JsonValue) => JsonValue;

const same: Rewrite = (value) => value;

/** Milliseconds always: three digits, where a time in its shortest form has none, three or six. */
const toMilliseconds: Rewrite = (value) =>
  typeof value === "string" ? new Date(timestampToMs(value)).toISOString() : value;

function rewriterOf(model: Model, { output }: OperationModel): Rewrite | undefined {
  const made = new Map<string, Rewrite>();
  const rowOf = (name: string): Rewrite => {
    const known = made.get(name);
    if (known !== undefined) return known;
    let rewrite: Rewrite | undefined;
    // Rows may hold rows of their own kind, so the name is taken before the fields are read.
    made.set(name, (value) => (rewrite === undefined ? value : rewrite(value)));
    rewrite = objectRewrite(model.resources[name]?.fields ?? {}, rowOf);
    return made.get(name) ?? rewrite;
  };
  switch (output.kind) {
    case "none":
      return undefined;
    case "row":
      return rowOf(output.resource);
    case "page": {
      const row = rowOf(output.resource);
      return (value) => {
        if (!isJsonObject(value) || !Array.isArray(value.data)) return value;
        return { ...value, data: value.data.map((item: JsonValue) => row(item)) };
      };
    }
    case "value":
      return typeRewrite(output.field.type, rowOf);
  }
}

function objectRewrite(
  fields: Readonly<Record<string, FieldNode>>,
  rowOf: (resource: string) => Rewrite,
): Rewrite {
  const rewrites = Object.entries(fields).flatMap(([name, { type }]) => {
    const rewrite = typeRewrite(type, rowOf);
    return rewrite === undefined ? [] : [[name, rewrite] as const];
  });
  return (value) => {
    if (!isJsonObject(value)) return value;
    const changed: Record<string, JsonValue> = { ...value };
    for (const [name, rewrite] of rewrites) {
      const inner = value[name];
      if (inner !== undefined) changed[name] = rewrite(inner);
    }
    return changed;
  };
}

/** Undefined for types that hold no times. */
function typeRewrite(type: TypeNode, rowOf: (resource: string) => Rewrite): Rewrite | undefined {
  switch (type.kind) {
    case "timestamp":
      return toMilliseconds;
    case "ref":
      // An id, or the row it names where the caller asked for that.
      return rowOf(type.resource);
    case "list": {
      const items = typeRewrite(type.items.type, rowOf);
      return (
        items && ((value) => (Array.isArray(value) ? value.map((item: JsonValue) => items(item)) : value))
      );
    }
    case "map": {
      const values = typeRewrite(type.values.type, rowOf);
      if (values === undefined) return undefined;
      return (value) =>
        isJsonObject(value)
          ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, values(inner)]))
          : value;
    }
    case "object":
      return objectRewrite(type.fields, rowOf);
    case "union": {
      const variants = new Map(
        Object.entries(type.variants).map(([name, { fields }]) => [name, objectRewrite(fields, rowOf)]),
      );
      return (value) => {
        const tag = isJsonObject(value) ? value[type.tag] : undefined;
        return (typeof tag === "string" ? variants.get(tag)?.(value) : undefined) ?? value;
      };
    }
    default:
      return undefined;
  }
}
