import type { FieldNode } from "../../contract/schema/index.ts";
import { isRecord, type WireRecord } from "./field-path.ts";

/** What a patch by a mask is worked out from. */
export interface MaskedPatch {
  /** Paths in camelCase: `*`, `name`, `address.city`. */
  readonly mask: readonly string[];
  /** What the request sets. */
  readonly given: WireRecord;
  /** The resource's fields. */
  readonly fields: Readonly<Record<string, FieldNode>>;
}

/**
 * Works out what a mask changes of a row, as whole fields: a path that is not set is removed, or empty where it is a list that
 * cannot be absent (AIP-134); `*` names every field that is set, and all others that the caller sees in the row. A path may
 * lead into objects, and into nothing else. One that leads nowhere becomes a field that does not exist, which the rules of
 * the input tell of.
 */
export function applyMask({ mask, given, fields }: MaskedPatch, current: WireRecord): WireRecord {
  const changes: WireRecord = {};
  const whole = mask.includes("*")
    ? everyField(given, fields, current)
    : mask.filter((path) => !path.includes("."));
  for (const name of whole) changes[name] = memberOf(given, name) ?? nothing(fields[name]);
  for (const name of Object.keys(given)) if (!Object.hasOwn(fields, name)) changes[name] = given[name];
  for (const path of mask) {
    const [name = "", ...rest] = path.split(".");
    if (rest.length === 0) continue;
    if (!leadsToField(fields, [name, ...rest])) changes[path] = null;
    else if (!whole.includes(name)) {
      const before = Object.hasOwn(changes, name) ? changes[name] : memberOf(current, name);
      const after = withPart(before, memberOf(given, name), rest);
      if (after !== undefined) changes[name] = after;
    }
  }
  return changes;
}

/** What the caller does not see of the row stays as it is; what nobody sees is named with the rest. */
function everyField(
  given: WireRecord,
  fields: MaskedPatch["fields"],
  current: WireRecord,
): readonly string[] {
  return Object.entries(fields).flatMap(([name, { readOnly, immutable, writeOnly, visibleTo }]) => {
    if (memberOf(given, name) !== undefined) return name;
    if (readOnly || immutable) return [];
    const isThere = writeOnly ? visibleTo === undefined : (memberOf(current, name) ?? null) !== null;
    return isThere ? name : [];
  });
}

function nothing(node: FieldNode | undefined): unknown {
  if (node === undefined || node.optional || node.nullable) return null;
  return node.type.kind === "list" ? [] : node.type.kind === "map" ? {} : null;
}

function leadsToField(fields: MaskedPatch["fields"], path: readonly string[]): boolean {
  let members: MaskedPatch["fields"] | undefined = fields;
  for (const name of path) {
    const node: FieldNode | undefined =
      members !== undefined && Object.hasOwn(members, name) ? members[name] : undefined;
    if (node === undefined) return false;
    members = node.type.kind === "object" ? node.type.fields : undefined;
  }
  return true;
}

/** The object with one part of it as it was given; undefined where there is neither. */
function withPart(before: unknown, given: unknown, [name, ...rest]: readonly string[]): unknown {
  if (name === undefined) return given;
  const part = withPart(memberOf(before, name), memberOf(given, name), rest);
  if (part === undefined && !isRecord(before)) return undefined;
  const members = isRecord(before) ? { ...before } : {};
  if (part === undefined) delete members[name];
  else members[name] = part;
  return members;
}

function memberOf(value: unknown, name: string): unknown {
  return isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}
