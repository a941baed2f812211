import { type JsonValue, stringifyJson } from "../../base/lib/index.ts";
import type { Model, ResourceModel } from "../../contract/model/model.ts";
import { isJsonObject } from "./merge-patch.ts";

/** Media type of comma-separated values (RFC 4180, RFC 7111). */
export const CSV_MEDIA_TYPE = "text/csv";

/** What of the rows was asked for and may be seen. */
export interface CsvSelection {
  readonly fields?: readonly string[] | undefined;
  readonly expand?: readonly string[] | undefined;
  readonly hidden?: readonly string[] | undefined;
}

/** Writes the rows of a page as CSV, a header line first. */
export type CsvWriter = (rows: readonly JsonValue[], selection: CsvSelection) => string;

interface Column {
  readonly path: string;
  readonly field: string;
  /** Field of the row that `field` refers to. */
  readonly inner?: string;
}

/**
 * Makes the CSV writer of a resource. Columns follow from the question alone, so that every page of a list has the same:
 * the fields in their order, those of followed refs as `provider.name`. Lists, maps, objects and unions are JSON text in
 * their cell. A value that is not there, or null, is an empty cell; an empty text is `""`. Values are never changed.
 */
export function createCsvWriter(model: Model, resource: ResourceModel): CsvWriter {
  return (rows, selection) => {
    const columns = columnsOf(model, resource, selection);
    const lines = [columns.map(({ path }) => path).join(",")];
    for (const row of rows) lines.push(columns.map((column) => cell(valueAt(row, column))).join(","));
    return `${lines.join("\r\n")}\r\n`;
  };
}

/** The same choice that the engine makes (runtime/engine/selection.ts), as a list of columns. */
function columnsOf(
  model: Model,
  resource: ResourceModel,
  { fields, expand = [], hidden = [] }: CsvSelection,
): readonly Column[] {
  const followed = new Map<string, string[] | undefined>(expand.map((name) => [name, undefined]));
  const heads = new Set<string>(
    fields === undefined ? shown(resource).filter((name) => !hidden.includes(name)) : [],
  );
  for (const path of fields ?? []) {
    const dot = path.indexOf(".");
    const head = dot === -1 ? path : path.slice(0, dot);
    heads.add(head);
    if (dot === -1) continue;
    const inner = followed.get(head) ?? [];
    if (!inner.includes(path.slice(dot + 1))) inner.push(path.slice(dot + 1));
    followed.set(head, inner);
  }
  for (const name of expand) heads.add(name);
  return [...heads].flatMap((field): Column[] => {
    if (!followed.has(field)) return [{ path: field, field }];
    const target = model.resources[resource.expand[field] ?? ""];
    const names = followed.get(field) ?? (target === undefined ? [] : shown(target));
    return names.map((inner) => ({ path: `${field}.${inner}`, field, inner }));
  });
}

function shown({ fields }: ResourceModel): string[] {
  return Object.keys(fields).filter((name) => !fields[name]?.writeOnly);
}

function valueAt(row: JsonValue, { field, inner }: Column): JsonValue | undefined {
  const value = isJsonObject(row) ? row[field] : undefined;
  if (inner === undefined) return value;
  if (isJsonObject(value)) return value[inner];
  // A followed row that the caller may not see stays an id.
  return inner === "id" ? value : undefined;
}

function cell(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return "";
  const text = typeof value === "string" ? value : stringifyJson(value);
  return text === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
