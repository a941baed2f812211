import type { Violation } from "../../base/errors/index.ts";
import { checkKey } from "./json-value.ts";
import { leafDecoder, type Prefixes } from "./leaf-decoder.ts";
import type { FieldNode, ObjectNode, TypeNode } from "./node.ts";
import { pointerTo, report, reportType } from "./violations.ts";

/** What a decoder may be told besides the field. */
export interface DecoderOptions {
  /** Names of the outermost object that the server sets: given in input, they are reported as `read_only`. */
  readonly readOnly?: readonly string[];
  /** Id prefix of resources by name; without it a ref may name a row of any resource. */
  readonly prefixes?: Prefixes;
}

/**
 * Decodes by walking the field's description: the slow, obvious reading that compileDecoder is held to and falls back
 * on. Adds every violation to `violations`; the result is of use only if there are none.
 */
export function interpretDecode(
  field: FieldNode,
  wire: unknown,
  pointer: string,
  violations: Violation[],
  options: DecoderOptions = {},
): unknown {
  if (wire === undefined) {
    if (field.default !== undefined) return decodeGiven(field, field.default, pointer, violations, options);
    return field.optional ? undefined : report(violations, pointer, "required", "Must be given.");
  }
  return decodeGiven(field, wire, pointer, violations, options);
}

function decodeGiven(
  field: FieldNode,
  wire: unknown,
  pointer: string,
  violations: Violation[],
  options: DecoderOptions,
): unknown {
  if (wire !== null) return decodeType(field.type, wire, pointer, violations, options);
  if (field.nullable) return null;
  const hint = field.optional ? "Must not be null; leave it out instead." : "Must not be null.";
  return report(violations, pointer, "wrong_type", hint);
}

function decodeType(
  type: TypeNode,
  wire: unknown,
  pointer: string,
  violations: Violation[],
  options: DecoderOptions,
): unknown {
  switch (type.kind) {
    case "list":
      return decodeList(type, wire, pointer, violations, options);
    case "map":
      return decodeMap(type, wire, pointer, violations, options);
    case "object":
      return decodeObject(type, wire, pointer, violations, options);
    case "union":
      return decodeUnion(type, wire, pointer, violations, options);
    default:
      return leafDecoder(type, options.prefixes)(wire, pointer, violations);
  }
}

function decodeList(
  type: Extract<TypeNode, { kind: "list" }>,
  wire: unknown,
  pointer: string,
  violations: Violation[],
  options: DecoderOptions,
): unknown {
  if (!Array.isArray(wire)) return reportType(violations, pointer, "a list", wire);
  const { items, minItems = 0, maxItems } = type;
  if (wire.length > maxItems) {
    // The items are left alone: looking at all of them is what the limit is there to avoid.
    return report(
      violations,
      pointer,
      "too_many",
      `Must have at most ${maxItems} items, found ${wire.length}.`,
    );
  }
  if (wire.length < minItems) {
    report(violations, pointer, "too_few", `Must have at least ${minItems} items, found ${wire.length}.`);
  }
  const inner = { ...options, readOnly: [] };
  return Array.from(wire, (item, index) =>
    interpretDecode(items, item, pointerTo(pointer, index), violations, inner),
  );
}

function decodeMap(
  type: Extract<TypeNode, { kind: "map" }>,
  wire: unknown,
  pointer: string,
  violations: Violation[],
  options: DecoderOptions,
): unknown {
  if (!isRecord(wire)) return reportType(violations, pointer, "an object", wire);
  const keys = Object.keys(wire).filter((key) => wire[key] !== undefined);
  if (keys.length > type.maxEntries) {
    const message = `Must have at most ${type.maxEntries} entries, found ${keys.length}.`;
    return report(violations, pointer, "too_many", message);
  }
  const map: Record<string, unknown> = {};
  for (const key of keys) {
    const place = pointerTo(pointer, key);
    if (!checkKey(key, place, violations)) continue;
    map[key] = interpretDecode(type.values, wire[key], place, violations, { ...options, readOnly: [] });
  }
  return map;
}

function decodeObject(
  type: ObjectNode,
  wire: unknown,
  pointer: string,
  violations: Violation[],
  options: DecoderOptions,
  tag?: string,
): unknown {
  if (!isRecord(wire)) return reportType(violations, pointer, "an object", wire);
  const { readOnly = [], ...inner } = options;
  const object: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(type.fields)) {
    const given = Object.hasOwn(wire, name) ? wire[name] : undefined;
    const value = interpretDecode(field, given, pointerTo(pointer, name), violations, inner);
    if (value !== undefined) object[name] = value;
  }
  for (const key of Object.keys(wire)) {
    if (Object.hasOwn(type.fields, key) || key === tag || wire[key] === undefined) continue;
    const place = pointerTo(pointer, key);
    if (readOnly.includes(key))
      report(violations, place, "read_only", "Is set by the server and may not be given.");
    else report(violations, place, "unknown_field", "There is no field of this name.");
  }
  return object;
}

function decodeUnion(
  type: Extract<TypeNode, { kind: "union" }>,
  wire: unknown,
  pointer: string,
  violations: Violation[],
  options: DecoderOptions,
): unknown {
  if (!isRecord(wire)) return reportType(violations, pointer, "an object", wire);
  const place = pointerTo(pointer, type.tag);
  const name = Object.hasOwn(wire, type.tag) ? wire[type.tag] : undefined;
  if (name === undefined) return report(violations, place, "required", "Must be given.");
  if (typeof name !== "string") return reportType(violations, place, "a string", name);
  const variant = Object.hasOwn(type.variants, name) ? type.variants[name] : undefined;
  if (variant === undefined) {
    const names = Object.keys(type.variants).join(", ");
    return report(violations, place, "not_allowed", `Must be one of ${names}.`);
  }
  const object = decodeObject(variant, wire, pointer, violations, { ...options, readOnly: [] }, type.tag);
  return Object.assign({ [type.tag]: name }, object);
}

function isRecord(wire: unknown): wire is Readonly<Record<string, unknown>> {
  return typeof wire === "object" && wire !== null && !Array.isArray(wire);
}
