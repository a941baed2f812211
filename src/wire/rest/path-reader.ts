import type { JsonValue } from "../../base/lib/json.ts";
import type { Model, OperationModel } from "../../contract/model/model.ts";
import { decodeSegment } from "./percent.ts";
import { toWire } from "./query-input.ts";

/** What a path says of a call. */
export interface PathParts {
  /** Id of the row, for operations on one. */
  readonly id: string | undefined;
  /** Input fields, in wire form. */
  readonly input: Readonly<Record<string, JsonValue>>;
}

/** Reads the parameters of a path that the route table has found. */
export type PathReader = (path: string) => PathParts;

/**
 * Makes the reader of an operation's path parameters; undefined where there is none beside the row's id, which the route
 * table has already found.
 */
export function createPathReader(model: Model, operation: OperationModel): PathReader | undefined {
  const { http, input } = operation;
  if (http === undefined || http.parameters.length === 0) return undefined;
  const segments = (model.rest.base + http.path).split("/");
  const places = http.parameters.map((name) => ({
    name,
    at: segments.indexOf(`{${name}}`),
    kind: input?.fields[name]?.type.kind,
  }));
  const idAt = http.parameters.includes("id") ? -1 : segments.indexOf("{id}");
  return (path) => {
    const found = path.split("/");
    const fields: Record<string, JsonValue> = {};
    for (const { name, at, kind } of places)
      fields[name] = parameterValue(kind, decodeSegment(found[at] ?? "") ?? "");
    return { id: idAt === -1 ? undefined : decodeSegment(found[idAt] ?? ""), input: fields };
  };
}

/** A number in another form than ours (`01`, `1e2`) stays text, which is refused: one thing has one path. */
function parameterValue(kind: string | undefined, text: string): JsonValue {
  const value = toWire(kind, text);
  return typeof value === "number" && String(value) !== text ? text : value;
}
