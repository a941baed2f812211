import type { Violation } from "../../base/errors/index.ts";
import type { JsonValue } from "../../base/lib/index.ts";
import type { Model, OperationModel } from "../../contract/model/index.ts";
import { compileDecoder, compileEncoder, type FieldNode } from "../../contract/schema/index.ts";

type Fields = Readonly<Record<string, FieldNode>>;

/**
 * Writes an input in wire form field by field. What is missing, unknown or does not fit is passed on as it is, since
 * refusing it is what the pipeline is tested for.
 */
export function encodeInput({ input }: OperationModel, value: unknown): unknown {
  if (!isRecord(value)) return value;
  const fields = input?.fields ?? {};
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, encode(fields[name], field)]),
  );
}

function encode(node: FieldNode | undefined, value: unknown): unknown {
  if (node === undefined || value === null || value === undefined) return value;
  try {
    return compileEncoder(node)(value);
  } catch {
    return value;
  }
}

/** Reads an answer into program form: bigint for int64, Uint8Array for bytes. Hidden and unasked fields stay away. */
export function decodeAnswer(
  model: Model,
  { output }: OperationModel,
  value: JsonValue | undefined,
): unknown {
  if (output.kind === "none" || value === undefined) return undefined;
  if (output.kind === "file") return value;
  if (output.kind === "value") return decode(output.field, value);
  const fields = model.resources[output.resource]?.fields ?? {};
  if (output.kind === "row") return decodeRow(fields, value);
  if (!isRecord(value) || !Array.isArray(value.data)) return value;
  return { ...value, data: value.data.map((row: unknown) => decodeRow(fields, row)) };
}

function decodeRow(fields: Fields, row: unknown): unknown {
  if (!isRecord(row)) return row;
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, decode(fields[name], value)]));
}

/** An expanded ref is a row where an id is expected: it stays in wire form. */
function decode(node: FieldNode | undefined, wire: unknown): unknown {
  if (node === undefined || wire === null) return wire;
  const violations: Violation[] = [];
  const value = compileDecoder(node)(wire, "", violations);
  return violations.length === 0 ? value : wire;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
