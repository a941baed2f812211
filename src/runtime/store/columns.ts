import { durationFromMicros, durationToMicros, stringifyJson } from "../../base/lib/index.ts";
import { compileEncoder, currencyDigits, type FieldNode } from "../../contract/schema/index.ts";
import { type JsonText, jsonTextOf } from "./json-text.ts";
import { compileReader, parserOf } from "./stored-json.ts";
import { bytesFromSql, bytesToSql, checkText, numberToSql, timestampFromSql } from "./values.ts";

/** How one field lies in a column. */
export interface ColumnCodec {
  /** As PostgreSQL itself writes the type (format_type). */
  readonly sqlType: string;
  /** Collation of texts, which is always `C`: the same order on every server, that of code points. */
  readonly collation?: "C";
  /** Program form → text format. Never called with null or undefined. */
  readonly encode: (value: unknown) => string;
  /** Text format → program form. */
  readonly decode: (text: string) => unknown;
  /** Text format → JSON text of the wire form, as encoding and stringifying what `decode` gives would write it. */
  readonly json: JsonText;
}

/** The codec of a field. Objects, lists, maps, unions and json lie as jsonb in wire form. */
export function columnCodec(field: FieldNode): ColumnCodec {
  const codec = valueCodec(field);
  return { ...codec, json: jsonTextOf(field, codec.decode) };
}

function valueCodec(field: FieldNode): Omit<ColumnCodec, "json"> {
  const { type } = field;
  switch (type.kind) {
    case "id":
    case "ref":
    case "string":
    case "text":
    case "enum":
      return { sqlType: "text", collation: "C", encode: encodeText, decode: same };
    case "bool":
      return {
        sqlType: "boolean",
        encode: (value) => (value === true ? "t" : "f"),
        decode: (text) => text === "t",
      };
    case "int32":
      return { sqlType: "integer", encode: String, decode: Number };
    case "int64":
      return { sqlType: "bigint", encode: String, decode: BigInt };
    case "float64":
      return { sqlType: "double precision", encode: (value) => numberToSql(Number(value)), decode: Number };
    case "decimal":
      return { sqlType: `numeric(${type.precision},${type.scale})`, encode: String, decode: same };
    case "money":
      return { sqlType: `numeric(19,${currencyDigits(type.currency) ?? 2})`, encode: String, decode: same };
    case "timestamp":
      return { sqlType: "timestamp with time zone", encode: encodeText, decode: timestampFromSql };
    case "date":
      return { sqlType: "date", encode: encodeText, decode: same };
    case "duration":
      return {
        sqlType: "bigint",
        encode: (value) => durationToMicros(String(value)).toString(),
        decode: (text) => durationFromMicros(BigInt(text)),
      };
    case "bytes":
      return { sqlType: "bytea", encode: encodeBytes, decode: bytesFromSql };
    default:
      return jsonCodec(field);
  }
}

function jsonCodec(field: FieldNode): Omit<ColumnCodec, "json"> {
  const write = compileEncoder(field);
  const read = compileReader(field);
  const parse = parserOf(field);
  return {
    sqlType: "jsonb",
    encode: (value) => stringifyJson(write(value)),
    decode: (text) => read(parse(text)),
  };
}

function same(text: string): string {
  return text;
}

function encodeText(value: unknown): string {
  return checkText(String(value));
}

function encodeBytes(value: unknown): string {
  if (!(value instanceof Uint8Array)) throw new TypeError("Expected bytes as Uint8Array");
  return bytesToSql(value);
}
