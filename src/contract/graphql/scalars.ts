import type { TypeKind, TypeNode } from "../schema/index.ts";

/** Scalars of our own, and what they are written as. */
export const SCALARS = {
  Int64:
    "A whole number of 64 bits, as a string of digits. Taken as a string or as a whole number, never rounded.",
  Decimal: 'An exact decimal number, as a string such as "12.50".',
  DateTime: 'A moment, in RFC 3339 with at most microseconds; sent in UTC: "2026-11-01T09:30:00Z".',
  Date: 'A day of the calendar, without a time zone: "2026-11-01".',
  Duration: 'A length of time in ISO 8601, in days and less: "PT1H30M".',
  Bytes: "Bytes in base64 (RFC 4648 section 4), padded.",
  JSON: "Any JSON value. Whole numbers of any size are kept exactly.",
  Map: "A JSON object whose keys are free; its description says what the values are.",
} as const satisfies Record<string, string>;

/** Name of a scalar of our own. */
export type ScalarName = keyof typeof SCALARS;

/** Which scalar a kind is, where it is one: ours, or one that GraphQL has. */
export const SCALAR_OF: Readonly<Partial<Record<TypeKind, string>>> = {
  id: "ID",
  ref: "ID",
  string: "String",
  text: "String",
  bool: "Boolean",
  int32: "Int",
  float64: "Float",
  int64: "Int64",
  decimal: "Decimal",
  money: "Decimal",
  timestamp: "DateTime",
  date: "Date",
  duration: "Duration",
  bytes: "Bytes",
  json: "JSON",
  map: "Map",
};

/** The widest type of each kind that has a text form, which a scalar's values are checked as. */
export const SCALAR_TYPES: Readonly<Partial<Record<ScalarName, TypeNode>>> = {
  Int64: { kind: "int64" },
  DateTime: { kind: "timestamp" },
  Date: { kind: "date" },
  Duration: { kind: "duration" },
  Bytes: { kind: "bytes", maxBytes: 1_073_741_824 },
};

/** Tells whether a scalar is one of ours. */
export function isOwnScalar(name: string): name is ScalarName {
  return Object.hasOwn(SCALARS, name);
}
