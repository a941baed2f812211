import type { JsonValue } from "../../base/lib/json.ts";
import type { StoredRow } from "./ports.ts";
import { isRecord } from "./record.ts";
import type { Selection } from "./selection.ts";

/** A row in program form, with the refs that were followed. */
export interface EncodableRow {
  readonly values: StoredRow["values"];
  readonly expanded?: StoredRow["expanded"];
}

/**
 * Writes a row in wire form: what the selection names and the caller may see. A followed ref whose row the caller may
 * not see stays an id. `hidden` receives the fields left out because another owns the row.
 */
export function encodeRow(
  { values, expanded }: EncodableRow,
  selection: Selection,
  principal: string | undefined,
  hidden?: string[],
): JsonValue {
  const { view, fields, related } = selection;
  if (fields === undefined && related === undefined && view.ownerOnly.size === 0) return view.encode(values);
  const { owner } = view.resource.model;
  const owned = owner !== undefined && principal !== undefined && values[owner] === principal;
  const wire: Record<string, JsonValue> = {};
  for (const field of fields ?? view.visible) {
    if (!owned && view.ownerOnly.has(field.name)) {
      hidden?.push(field.name);
      continue;
    }
    const value = values[field.name];
    if (value === undefined) continue;
    const inner = related?.get(field.name);
    const row = inner && expanded?.[field.name];
    wire[field.name] = inner && row ? encodeRow(row, inner, principal) : field.encode(value);
  }
  return wire;
}

/**
 * Writes a row straight from the database's texts, as {@link encodeRow} and stringifyJson would; undefined where that
 * takes more than its texts: refs to follow, fields that only the owner may see, rows that were never texts.
 */
export function jsonOfRow(row: StoredRow, { view, names, related }: Selection): string | undefined {
  return row.json === undefined || related !== undefined || view.ownerOnly.size > 0
    ? undefined
    : row.json(names);
}

/** Takes a handler's answer for a row: an object with an id. */
export function isRow(value: unknown): value is { readonly id: string } & Readonly<Record<string, unknown>> {
  return isRecord(value) && typeof value.id === "string";
}
