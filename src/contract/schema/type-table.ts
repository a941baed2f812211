import type { TypeKind } from "./node.ts";

/** What one kind of type is, in each place it occurs: one row of docs/reference/types.md. */
export interface TypeRow {
  /** How an author writes it. */
  readonly author: string;
  /** The value's type in programs. */
  readonly typescript: string;
  readonly json: string;
  /** In CBOR (RFC 8949). */
  readonly cbor: string;
  readonly jsonSchema: string;
  readonly graphql: string;
  readonly protobuf: string;
  /** Column of a field of its own; inside a list, map, object or union every kind lies in its jsonb, in wire form. */
  readonly sql: string;
  readonly limits: string;
  /** What is kept exactly, brought to one form, or refused. */
  readonly exactness: string;
}

/** The meaning of every portable type. The documents, and tests of every wire, are held to it. */
export const TYPE_TABLE: Readonly<Record<TypeKind, TypeRow>> = {
  id: {
    author: 't.id("apt")',
    typescript: "string",
    json: "string",
    cbor: "text string",
    jsonSchema: "string, pattern",
    graphql: "ID",
    protobuf: "string",
    sql: 'text collate "C"',
    limits: "prefix of 1 to 16 lower-case letters and digits, `_`, 26 characters of Crockford base32",
    exactness: "Made by the server (UUIDv7); sorts by time of making. Lower case only.",
  },
  ref: {
    author: "t.ref(() => Patient)",
    typescript: "string",
    json: "string",
    cbor: "text string",
    jsonSchema: "string, pattern",
    graphql: "the row, and its ID beside it; ID in input",
    protobuf: "string",
    sql: 'text collate "C"',
    limits: "an id of the resource it names",
    exactness:
      "The form is checked as input is read, that the row exists when it is written (`reference_not_found`).",
  },
  string: {
    author: "t.string({ maxLength: 120 })",
    typescript: "string",
    json: "string",
    cbor: "text string",
    jsonSchema: "string, minLength, maxLength, pattern, format",
    graphql: "String",
    protobuf: "string",
    sql: 'text collate "C"',
    limits:
      "255 code points unless `maxLength` says otherwise; `minLength`, `pattern` (ECMA-262, `u`), `format`",
    exactness:
      "Every Unicode text but NUL and lone surrogates, which are refused; never trimmed or normalised.",
  },
  text: {
    author: "t.text()",
    typescript: "string",
    json: "string",
    cbor: "text string",
    jsonSchema: "string, minLength, maxLength",
    graphql: "String",
    protobuf: "string",
    sql: 'text collate "C"',
    limits: "65,536 code points unless `maxLength` says otherwise",
    exactness: "As string.",
  },
  bool: {
    author: "t.bool()",
    typescript: "boolean",
    json: "true or false",
    cbor: "true or false",
    jsonSchema: "boolean",
    graphql: "Boolean",
    protobuf: "bool",
    sql: "boolean",
    limits: "",
    exactness: "0, 1 and texts are refused.",
  },
  int32: {
    author: "t.int32()",
    typescript: "number",
    json: "number",
    cbor: "integer",
    jsonSchema: "integer, format int32, minimum, maximum",
    graphql: "Int",
    protobuf: "int32",
    sql: "integer",
    limits: "-2^31 to 2^31 - 1; `minimum`, `maximum`",
    exactness: "Fractions are refused; `1e3` and `5.0` are whole; minus zero is zero.",
  },
  int64: {
    author: "t.int64()",
    typescript: "bigint",
    json: "string of digits",
    cbor: "integer; taken: text of digits too",
    jsonSchema: "string, format int64, pattern",
    graphql: "Int64 (string)",
    protobuf: "int64",
    sql: "bigint",
    limits: "-2^63 to 2^63 - 1; `minimum`, `maximum`",
    exactness:
      "Sent as a string. Taken as a string or as a JSON number, which is read without rounding; in strings, leading zeros, plus signs and exponents are refused.",
  },
  float64: {
    author: "t.float64()",
    typescript: "number",
    json: "number",
    cbor: "shortest float that holds it, or integer",
    jsonSchema: "number, format double, minimum, maximum",
    graphql: "Float",
    protobuf: "double",
    sql: "double precision",
    limits: "finite; `minimum`, `maximum`",
    exactness:
      "The double itself, in the shortest digits that give it. Numbers that reading as a double would change (`9007199254740993`, `1e400`, more digits than it holds) are refused; minus zero is zero.",
  },
  decimal: {
    author: "t.decimal({ precision: 8, scale: 2 })",
    typescript: "string",
    json: "string",
    cbor: "text string",
    jsonSchema: "string, pattern",
    graphql: "Decimal (string)",
    protobuf: "string",
    sql: "numeric(precision,scale)",
    limits: "`precision` digits in all (at most 1,000), `scale` after the point; `minimum`, `maximum`",
    exactness:
      "Brought to `scale` digits (`12.5` → `12.50`); more are refused, even zeros, as are exponents and JSON numbers. Never rounded.",
  },
  money: {
    author: 't.money({ currency: "EUR" })',
    typescript: "string",
    json: "string",
    cbor: "text string",
    jsonSchema: "string, pattern",
    graphql: "Decimal (string)",
    protobuf: "string",
    sql: "numeric(19,digits)",
    limits:
      "18 digits in all, of which the minor digits of the currency (ISO 4217: EUR 2, JPY 0, KWD 3); `minimum`, `maximum`",
    exactness: "As decimal, with the currency's minor digits as scale. The currency is part of the type.",
  },
  timestamp: {
    author: "t.timestamp()",
    typescript: "string",
    json: "string",
    cbor: "text string",
    jsonSchema: "string, format date-time",
    graphql: "DateTime (string)",
    protobuf: "google.protobuf.Timestamp",
    sql: "timestamp with time zone",
    limits: "years 1 to 9999, microseconds",
    exactness:
      "RFC 3339; brought to UTC with `Z` and 0, 3 or 6 fraction digits. Leap seconds, year 0 and anything finer than microseconds are refused.",
  },
  date: {
    author: "t.date()",
    typescript: "string",
    json: "string",
    cbor: "text string",
    jsonSchema: "string, format date",
    graphql: "Date (string)",
    protobuf: "string",
    sql: "date",
    limits: "years 1 to 9999",
    exactness: "`YYYY-MM-DD`, a day of the Gregorian calendar; it has no time zone and never gets one.",
  },
  duration: {
    author: "t.duration()",
    typescript: "string",
    json: "string",
    cbor: "text string",
    jsonSchema: "string, pattern",
    graphql: "Duration (string)",
    protobuf: "google.protobuf.Duration",
    sql: "bigint (microseconds)",
    limits: "10,000 years either way, microseconds",
    exactness:
      "ISO 8601 with days of 24 hours; brought to the largest units (`PT90M` → `PT1H30M`). Months and years, which have no exact length, are refused.",
  },
  bytes: {
    author: "t.bytes({ maxBytes: 1024 })",
    typescript: "Uint8Array",
    json: "string (base64)",
    cbor: "byte string; taken: base64 text too",
    jsonSchema: "string, contentEncoding base64, pattern, maxLength",
    graphql: "Bytes (base64 string)",
    protobuf: "bytes",
    sql: "bytea",
    limits: "65,536 bytes unless `maxBytes` says otherwise",
    exactness:
      "RFC 4648 section 4, padded. White space, base64url, missing padding and left-over bits are refused.",
  },
  enum: {
    author: 't.enum(["open", "booked"])',
    typescript: "union of literals",
    json: "string",
    cbor: "text string",
    jsonSchema: "string, enum",
    graphql: "enum, its values in capitals",
    protobuf: "enum",
    sql: 'text collate "C"',
    limits: "values in snake_case",
    exactness: "Exactly one of the values; case counts.",
  },
  file: {
    author: 't.file({ mediaTypes: ["image/*"] })',
    typescript: "FileValue",
    json: "object: id, name, mediaType, size, sha256; in input a part of multipart/form-data, or the body",
    cbor: "map, as the JSON object",
    jsonSchema: "object, properties, required",
    graphql: "File (bytes are sent and fetched by REST)",
    protobuf: "message FileInfo (bytes come and go by REST)",
    sql: "jsonb",
    limits:
      "10,485,760 bytes unless `maxBytes` says otherwise; `mediaTypes`; a field of a resource or of a command's input, or a query's whole output",
    exactness:
      "The bytes as they came, with their SHA-256. The name loses its path and control characters and is cut at 255 code points; parameters of the media type are dropped.",
  },
  list: {
    author: "t.list(t.string())",
    typescript: "T[]",
    json: "array",
    cbor: "array",
    jsonSchema: "array, items, minItems, maxItems",
    graphql: "[T!]",
    protobuf: "repeated T",
    sql: "jsonb",
    limits: "1,000 items unless `maxItems` says otherwise; `minItems`",
    exactness:
      "Order and repetition are kept. Items are always there; null only where the items are nullable.",
  },
  map: {
    author: "t.map(t.int32())",
    typescript: "Record<string, T>",
    json: "object",
    cbor: "map",
    jsonSchema: "object, additionalProperties, propertyNames, maxProperties",
    graphql: "Map (JSON object)",
    protobuf: "map<string, T>",
    sql: "jsonb",
    limits: "1,000 entries unless `maxEntries` says otherwise; keys of 255 UTF-16 units",
    exactness:
      "`__proto__`, `constructor`, `prototype`, NUL and lone surrogates in keys are refused. Keys have no order.",
  },
  object: {
    author: "t.object({ street: t.string() })",
    typescript: "object type",
    json: "object",
    cbor: "map",
    jsonSchema: "object, properties, required",
    graphql: "type, input; Map where it has no fields",
    protobuf: "message",
    sql: "jsonb",
    limits: "names in camelCase",
    exactness:
      "Unknown names are refused in input and left out of output. An absent field is not a null one.",
  },
  union: {
    author: 't.union("kind", { cat: t.object({}) })',
    typescript: "discriminated union",
    json: "object with the tag",
    cbor: "map with the tag",
    jsonSchema: "object, oneOf",
    graphql: "union with the tag, @oneOf input",
    protobuf: "message with a oneof",
    sql: "jsonb",
    limits: "variants are objects without a field named as the tag",
    exactness: "The tag alone decides the variant; fields of another variant are refused.",
  },
  json: {
    author: "t.json()",
    typescript: "JsonValue",
    json: "any value but null",
    cbor: "any value but null, undefined and byte strings; bignums beyond 64 bits",
    jsonSchema: "every type but null",
    graphql: "JSON",
    protobuf: "string (the JSON text)",
    sql: "jsonb",
    limits:
      "65,536 bytes of JSON unless `maxBytes` says otherwise; 64 levels; numbers in the range of a double",
    exactness:
      "Whole numbers beyond 2^53 are bigint in programs and digits in JSON. NUL, lone surrogates and prototype keys are refused. A bare null only where nullable.",
  },
};
