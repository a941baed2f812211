import { stringifyJson } from "../../base/lib/index.ts";
import { compileEncoder, currencyDigits, type Encoder, type FieldNode } from "../../contract/schema/index.ts";
import { timestampFromSql } from "./values.ts";

/** Text format of a column → JSON text of its wire form. */
export type JsonText = (text: string) => string;

/**
 * Makes the writer of a column's JSON text: what stringifying, encoding and decoding the text would give, in one step
 * where the text has its usual form. Anything unusual (infinity, a year beyond 9999) goes the slow way and fails there.
 */
export function jsonTextOf(field: FieldNode, decode: (text: string) => unknown): JsonText {
  let encode: Encoder | undefined;
  const slow: JsonText = (text) => {
    encode ??= compileEncoder(field);
    return stringifyJson(encode(decode(text)));
  };
  const { type } = field;
  switch (type.kind) {
    case "id":
    case "ref":
    case "string":
    case "text":
    case "enum":
      return (text) => JSON.stringify(text);
    case "bool":
      return (text) => (text === "t" ? "true" : "false");
    case "int32":
      return (text) => text;
    case "int64":
      return (text) => `"${text}"`;
    case "float64":
      return (text) => {
        const value = Number(text);
        // Adding zero takes the sign from minus zero.
        return Number.isFinite(value) ? String(value + 0) : slow(text);
      };
    case "decimal":
      return fixedPoint(type.scale, slow);
    case "money":
      return fixedPoint(currencyDigits(type.currency) ?? 2, slow);
    case "timestamp":
      return (text) =>
        text.endsWith("+00") && text.charCodeAt(10) === SPACE ? `"${timestampFromSql(text)}"` : slow(text);
    case "date":
      return (text) => (text.length === 10 && text.charCodeAt(4) === DASH ? `"${text}"` : slow(text));
    default:
      return slow;
  }
}

const SPACE = 0x20;
const DASH = 0x2d;
const POINT = 0x2e;

/** numeric(p,s) prints exactly s digits after the point; only NaN and the infinities look otherwise. */
function fixedPoint(scale: number, slow: JsonText): JsonText {
  if (scale === 0) return (text) => (/\d$/.test(text) ? `"${text}"` : slow(text));
  return (text) => (text.charCodeAt(text.length - scale - 1) === POINT ? `"${text}"` : slow(text));
}
