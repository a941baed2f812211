import { decodeBase64, type JsonValue } from "../../base/lib/index.ts";
import type { Outline, OutputModel } from "../../contract/model/index.ts";
import type { FieldNode } from "../../contract/schema/index.ts";

/** A value in an answer that does not have the form that the contract says. */
export class WireMisfit extends Error {
  override readonly name = "WireMisfit";

  constructor(pointer: string, expected: string) {
    super(`Expected ${expected} at "${pointer}".`);
  }
}

/**
 * Brings an operation's output into program form: int64 to bigint, bytes to Uint8Array, refs that were expanded to rows.
 * Reads with tolerance for a service that is newer: members that the contract does not know stay as they came, those that
 * are missing stay away.
 */
export function fromWire(output: OutputModel, wire: JsonValue | undefined, outline: Outline): unknown {
  switch (output.kind) {
    case "none":
    case "file":
      return undefined;
    case "value":
      return decode(output.field, wire, "", outline);
    case "row":
      return decodeRow(outline.fields(output.resource), wire, "", outline);
    case "page": {
      if (!isRecord(wire) || !Array.isArray(wire.data)) throw new WireMisfit("", "a page with data");
      const fields = outline.fields(output.resource);
      const rows = wire.data.map((row: JsonValue, at) => decodeRow(fields, row, `/data/${at}`, outline));
      return { ...wire, data: rows };
    }
  }
}

/** Brings a declared error's data into program form. */
export function errorDataFromWire(field: FieldNode, wire: JsonValue, outline: Outline): unknown {
  return decode(field, wire, "/data", outline);
}

type Fields = Readonly<Record<string, FieldNode>>;

function decodeRow(
  fields: Fields,
  wire: JsonValue | undefined,
  pointer: string,
  outline: Outline,
): Record<string, unknown> {
  if (!isRecord(wire)) throw new WireMisfit(pointer, "an object");
  const row: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(wire)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    row[name] = field === undefined ? value : decode(field, value, `${pointer}/${name}`, outline);
  }
  return row;
}

function decode(
  { type }: FieldNode,
  wire: JsonValue | undefined,
  pointer: string,
  outline: Outline,
): unknown {
  if (wire === null) return null;
  switch (type.kind) {
    case "json":
    case "file":
      return wire;
    case "bool":
      return typeof wire === "boolean" ? wire : misfit(pointer, "true or false");
    case "int32":
      return typeof wire === "number" ? wire : misfit(pointer, "a number");
    case "float64":
      // Whole numbers beyond 2^53 are read as bigint; a double that is one comes back as it was.
      return typeof wire === "number" || typeof wire === "bigint"
        ? Number(wire)
        : misfit(pointer, "a number");
    case "int64":
      return toBigint(wire) ?? misfit(pointer, "digits in a string");
    case "bytes":
      return (typeof wire === "string" ? decodeBase64(wire) : undefined) ?? misfit(pointer, "base64 text");
    case "list":
      if (!Array.isArray(wire)) return misfit(pointer, "a list");
      return wire.map((item: JsonValue, at) => decode(type.items, item, `${pointer}/${at}`, outline));
    case "map":
      if (!isRecord(wire)) return misfit(pointer, "an object");
      return Object.fromEntries(
        Object.entries(wire).map(([key, value]) => [
          key,
          decode(type.values, value, `${pointer}/${key}`, outline),
        ]),
      );
    case "object":
      return decodeRow(type.fields, wire, pointer, outline);
    case "union": {
      const tag = isRecord(wire) ? wire[type.tag] : undefined;
      const variant =
        typeof tag === "string" && Object.hasOwn(type.variants, tag) ? type.variants[tag] : undefined;
      // A variant that the contract does not know yet stays as it came.
      return variant === undefined ? wire : decodeRow(variant.fields, wire, pointer, outline);
    }
    case "ref":
      if (isRecord(wire)) return decodeRow(outline.fields(type.resource), wire, pointer, outline);
      return typeof wire === "string" ? wire : misfit(pointer, "an id");
    default:
      return typeof wire === "string" ? wire : misfit(pointer, "a string");
  }
}

function toBigint(wire: JsonValue | undefined): bigint | undefined {
  if (typeof wire === "string") return /^-?\d{1,40}$/.test(wire) ? BigInt(wire) : undefined;
  if (typeof wire === "bigint") return wire;
  return typeof wire === "number" && Number.isSafeInteger(wire) ? BigInt(wire) : undefined;
}

function misfit(pointer: string, expected: string): never {
  throw new WireMisfit(pointer, expected);
}

function isRecord(value: JsonValue | undefined): value is { readonly [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
