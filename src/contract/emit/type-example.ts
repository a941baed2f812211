import { compareDecimals } from "../../base/lib/index.ts";
import { currencyDigits, type TypeNode } from "../schema/index.ts";

const EXAMPLE_ID_BODY = "01m6b5cjm0eqattxhak44pypm5";

/** Returns an id that shows how those with a prefix look. */
export function exampleId(prefix: string): string {
  return `${prefix}_${EXAMPLE_ID_BODY}`;
}

/** Returns a value that shows the form of a type; undefined for types whose form is plain or not known. */
export function typeExample(type: TypeNode, prefixes: Readonly<Record<string, string>>): string | undefined {
  switch (type.kind) {
    case "id":
      return exampleId(type.prefix);
    case "ref":
      return exampleId(prefixes[type.resource] ?? "id");
    case "int64":
      return within(type, "9007199254740993");
    case "decimal":
      return within(type, `${"12".slice(0, type.precision - type.scale) || "0"}${fraction(type.scale, "5")}`);
    case "money":
      return within(type, `80${fraction(currencyDigits(type.currency) ?? 0, "0")}`);
    case "timestamp":
      return "2026-11-01T09:00:00Z";
    case "date":
      return "2026-11-01";
    case "duration":
      return "PT1H30M";
    default:
      return undefined;
  }
}

/** The example, or the bound that it passes. */
function within(
  { minimum, maximum }: { readonly minimum?: string; readonly maximum?: string },
  example: string,
): string {
  if (minimum !== undefined && compareDecimals(example, minimum) < 0) return minimum;
  return maximum !== undefined && compareDecimals(example, maximum) > 0 ? maximum : example;
}

/** A point and digits, the first of them given; nothing where there are none. */
function fraction(scale: number, first: string): string {
  return scale === 0 ? "" : `.${first.padEnd(scale, "0")}`;
}
