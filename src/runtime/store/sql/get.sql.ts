import type { GetOptions, StoredRow } from "../../engine/ports.ts";
import type { SqlText } from "../driver.ts";
import { selectExpansions, selectionShape, selectRow } from "../rows.ts";
import type { BuiltStatement } from "../statements.ts";
import type { Table, Tables } from "../tables.ts";
import { accessCondition, accessParameters, accessShape } from "./access.sql.ts";

/** Reads the one row of a get. */
export type ReadRow = (row: readonly SqlText[]) => StoredRow;

/** Identifies the statement of a get. */
export function getShape(resource: string, options: GetOptions): string {
  const { fields, expand = [], access, lock } = options;
  return `${resource} ${lock ? "lock" : ""} ${accessShape(access)} ${selectionShape(fields, expand)}`;
}

/** Parameters of a get, in the order of {@link buildGet}. */
export function getParameters(id: string, options: GetOptions): SqlText[] {
  return [
    id,
    ...accessParameters(options.access),
    ...(options.expand ?? []).flatMap((expansion) => accessParameters(expansion.access)),
  ];
}

/**
 * One row by id, with whether the caller may touch it. Plan: one look-up by primary key for the row and one for each
 * expanded ref, each at most one row; the access rules are evaluated on that row only.
 */
export function buildGet(tables: Tables, table: Table, options: GetOptions): BuiltStatement<ReadRow> {
  const { fields, expand = [], access, lock } = options;
  let placeholders = 1;
  const next = () => `$${++placeholders}`;
  const principal = accessParameters(access).length > 0 ? next() : "";
  const allowed = accessCondition(tables, table, "t", access, principal);
  const row = selectRow(tables, table, "t", fields);
  const expansions = selectExpansions(tables, table, "t", expand, next);
  const text = [
    `select ${[allowed, ...row.columns, ...expansions.columns].join(", ")}`,
    `from ${table.name} t`,
    ...expansions.joins,
    `where t."id" = $1`,
    ...(lock ? ["for update of t"] : []),
  ].join(" ");
  return {
    text,
    read: (columns) =>
      row.decode(
        columns,
        1,
        columns[0] === "t",
        expand.length === 0 ? undefined : expansions.decode(columns, 1 + row.columns.length),
      ),
  };
}
