import { selectRow } from "../rows.ts";
import type { BuiltStatement } from "../statements.ts";
import { type Table, type Tables, VERSION } from "../tables.ts";
import type { ReadRow } from "./get.sql.ts";

/** Inserts a whole row: every column, in the order of the fields; what is absent is NULL. */
export function buildInsert(tables: Tables, table: Table): BuiltStatement<ReadRow> {
  const columns = [...table.columns.values()];
  const row = selectRow(tables, table, "t");
  return {
    text: [
      `insert into ${table.name} as t (${columns.map(({ name }) => name).join(", ")}, ${VERSION})`,
      `values (${columns.map((_, index) => `$${index + 1}`).join(", ")}, 1)`,
      `returning ${row.columns.join(", ")}`,
    ].join(" "),
    read: (texts) => row.decode(texts, 0, true),
  };
}

/**
 * Writes the named fields of one row: $1 is the id, $2 the time of change, then the fields, then the version where one
 * is asked for. Plan: primary key; the version is compared after the row lock, so two writers cannot both match.
 */
export function buildUpdate(
  tables: Tables,
  table: Table,
  fields: readonly string[],
  versioned: boolean,
): BuiltStatement<ReadRow> {
  const row = selectRow(tables, table, "t");
  const assignments = fields.map((field, index) => `${tables.column(table, field).name} = $${index + 3}`);
  return {
    text: [
      `update ${table.name} t set`,
      [
        `${VERSION} = t.${VERSION} + 1`,
        `${tables.column(table, "updatedAt").name} = $2`,
        ...assignments,
      ].join(", "),
      `where t."id" = $1${versioned ? ` and t.${VERSION} = $${fields.length + 3}` : ""}`,
      `returning ${row.columns.join(", ")}`,
    ].join(" "),
    read: (texts) => row.decode(texts, 0, true),
  };
}

/** Deletes one row: $1 is the id, $2 the version where one is asked for. Plan: primary key. */
export function buildDelete(table: Table, versioned: boolean): string {
  return `delete from ${table.name} t where t."id" = $1${versioned ? ` and t.${VERSION} = $2` : ""}`;
}
