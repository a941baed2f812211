import type { Violation } from "../../base/errors/index.ts";
import { JsonSyntaxError, parseJson } from "../../base/lib/index.ts";
import { compileDecoder } from "./compile-decoder.ts";
import type { Decoder } from "./leaf-decoder.ts";
import type { FieldNode } from "./node.ts";
import { report } from "./violations.ts";

// Fields live as long as their model: a decoder is compiled once for each.
const decoders = new WeakMap<FieldNode, Decoder>();

/**
 * Reads a value written as plain text, such as one of a query string: `true`, numbers in JSON's grammar, and texts
 * without quotes. Lists, maps, objects, unions and json have no such form. Returns the program form, or adds a
 * violation.
 */
export function decodeText(
  field: FieldNode,
  text: string,
  pointer: string,
  violations: Violation[],
): unknown {
  const wire = toWire(field, text, pointer, violations);
  if (wire === undefined) return undefined;
  let decode = decoders.get(field);
  if (decode === undefined) {
    decode = compileDecoder(field);
    decoders.set(field, decode);
  }
  return decode(wire, pointer, violations);
}

function toWire(field: FieldNode, text: string, pointer: string, violations: Violation[]): unknown {
  switch (field.type.kind) {
    case "bool":
      if (text === "true" || text === "false") return text === "true";
      return report(violations, pointer, "bad_format", "Must be true or false.");
    case "int32":
    case "float64":
      return parseNumber(text) ?? report(violations, pointer, "bad_format", "Must be a number.");
    case "list":
    case "map":
    case "object":
    case "union":
    case "json":
      return report(violations, pointer, "wrong_type", `A ${field.type.kind} cannot be written as text.`);
    default:
      return text;
  }
}

function parseNumber(text: string): unknown {
  if (!/^-?\d[\d.eE+-]{0,99}$/.test(text)) return undefined;
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return undefined;
    throw error;
  }
}
