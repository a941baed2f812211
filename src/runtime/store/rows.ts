import type { Expansion, StoredRow } from "../engine/ports.ts";
import type { SqlText } from "./driver.ts";
import { accessCondition, accessParameters, accessShape } from "./sql/access.sql.ts";
import { quote, type Table, type Tables, VERSION } from "./tables.ts";
import { createLayout, TextRow } from "./text-row.ts";

/** Columns to select for a row, and how to read it back from where they begin. */
export interface RowSelection {
  readonly columns: readonly string[];
  decode(
    row: readonly SqlText[],
    start: number,
    allowed: boolean,
    expanded?: StoredRow["expanded"],
  ): StoredRow;
}

/** Selects a row's version, id, the named fields (absent: all), and its time of change where it is none of them. */
export function selectRow(
  tables: Tables,
  table: Table,
  alias: string,
  fields?: readonly string[],
): RowSelection {
  const names = fields === undefined ? [...table.columns.keys()] : [...new Set(["id", ...fields])];
  const columns = names.map((name) => tables.column(table, name));
  const updatedAt = names.includes("updatedAt") ? [] : [tables.column(table, "updatedAt").name];
  const layout = createLayout(columns);
  return {
    columns: [VERSION, ...columns.map(({ name }) => name), ...updatedAt].map((name) => `${alias}.${name}`),
    decode: (row, start, allowed, expanded) => new TextRow(layout, row, start, allowed, expanded),
  };
}

/** Refs to follow in one statement. */
export interface ExpansionSelection {
  readonly columns: readonly string[];
  readonly joins: readonly string[];
  /** Undefined where nothing is expanded. */
  decode(row: readonly SqlText[], start: number): Readonly<Record<string, StoredRow | null>> | undefined;
}

/**
 * Follows refs by left joins whose conditions hold the access rules, so that a related row the caller may not see is
 * null. Plan: one primary-key look-up per ref. `parameter` hands out the next placeholder.
 */
export function selectExpansions(
  tables: Tables,
  table: Table,
  alias: string,
  expansions: readonly Expansion[],
  parameter: (expansion: number) => string,
): ExpansionSelection {
  const parts = expansions.map((expansion, index) => {
    const other = tables.table(expansion.resource);
    const inner = quote(`expand_${index}`);
    const ref = tables.column(table, expansion.field);
    const selection = selectRow(tables, other, inner, expansion.fields);
    const needsPrincipal = accessParameters(expansion.access).length > 0;
    const access = accessCondition(
      tables,
      other,
      inner,
      expansion.access,
      needsPrincipal ? parameter(index) : "",
    );
    const join = `left join ${other.name} ${inner} on ${inner}."id" = ${alias}.${ref.name} and ${access}`;
    return { field: expansion.field, selection, join, refColumn: `${alias}.${ref.name}` };
  });
  return {
    columns: parts.flatMap(({ selection, refColumn }) => [refColumn, ...selection.columns]),
    joins: parts.map(({ join }) => join),
    decode(row, start) {
      if (parts.length === 0) return undefined;
      const expanded: Record<string, StoredRow | null> = {};
      let at = start;
      for (const { field, selection } of parts) {
        // An absent ref has no related row to hide; a present one without a row is one the caller may not see.
        if (row[at] !== null)
          expanded[field] = row[at + 1] === null ? null : selection.decode(row, at + 1, true);
        at += 1 + selection.columns.length;
      }
      return expanded;
    },
  };
}

/** Identifies what a statement selects among statement shapes. */
export function selectionShape(fields: readonly string[] | undefined, expand: readonly Expansion[]): string {
  const own = fields === undefined ? "*" : fields.join(",");
  if (expand.length === 0) return own;
  return `${own};${expand
    .map(
      (part) => `${part.field}>${part.resource}[${part.fields?.join(",") ?? "*"}]${accessShape(part.access)}`,
    )
    .join(";")}`;
}
