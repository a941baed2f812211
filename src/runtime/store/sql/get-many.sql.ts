import type { GetManyOptions } from "../../engine/ports.ts";
import { formatArray } from "../arrays.ts";
import type { SqlText } from "../driver.ts";
import { selectExpansions, selectionShape, selectRow } from "../rows.ts";
import type { BuiltStatement } from "../statements.ts";
import type { Table, Tables } from "../tables.ts";
import { accessCondition, accessParameters, accessShape } from "./access.sql.ts";
import type { ReadRow } from "./get.sql.ts";

/** Identifies the statement that gets many rows. */
export function getManyShape(resource: string, { fields, expand = [], access }: GetManyOptions): string {
  return `${resource} many ${accessShape(access)} ${selectionShape(fields, expand)}`;
}

/** Its parameters, in the order of {@link buildGetMany}. */
export function getManyParameters(
  ids: readonly string[],
  { access, expand = [] }: GetManyOptions,
): SqlText[] {
  return [
    formatArray(ids),
    ...accessParameters(access),
    ...expand.flatMap((expansion) => accessParameters(expansion.access)),
  ];
}

/**
 * Rows by their ids, those only that the caller may read. Plan: the primary key is looked up for each element of the
 * array; the access rules and the expanded refs are looked up for the rows found.
 */
export function buildGetMany(
  tables: Tables,
  table: Table,
  { fields, expand = [], access }: GetManyOptions,
): BuiltStatement<ReadRow> {
  let placeholders = 1;
  const next = () => `$${++placeholders}`;
  const principal = accessParameters(access).length > 0 ? next() : "";
  const allowed = accessCondition(tables, table, "t", access, principal);
  const row = selectRow(tables, table, "t", fields);
  const expansions = selectExpansions(tables, table, "t", expand, next);
  const text = [
    `select ${[...row.columns, ...expansions.columns].join(", ")}`,
    `from ${table.name} t`,
    ...expansions.joins,
    `where t."id" = any ($1::text[])`,
    ...(allowed === "true" ? [] : [`and ${allowed}`]),
  ].join(" ");
  const after = row.columns.length;
  return {
    text,
    read: (columns) =>
      row.decode(columns, 0, true, expand.length === 0 ? undefined : expansions.decode(columns, after)),
  };
}
