import { quote } from "../tables.ts";
import type { ColumnState, TableState } from "./state.ts";
import { addForeignKey, checkClause, createIndex, type PlannedStatement } from "./statements.ts";

/** Creates a table with its indexes; its foreign keys come after all tables. An empty table needs no online steps. */
export function createTable(name: string, table: TableState): PlannedStatement[] {
  const lines = [
    ...Object.entries(table.columns).map(([column, state]) => columnClause(column, state)),
    `constraint ${quote(table.primaryKey)} primary key ("id")`,
    ...Object.entries(table.checks).map(
      ([check, state]) => `constraint ${quote(check)} ${checkClause(state)}`,
    ),
  ];
  return [
    {
      sql: `create table ${quote(name)} (\n${lines.map((line) => `  ${line}`).join(",\n")}\n)`,
      phase: "create",
      alone: false,
    },
    ...Object.entries(table.indexes).flatMap(([index, state]) => createIndex(name, index, state, false)),
    ...Object.entries(table.foreignKeys).flatMap(([key, state]) => addForeignKey(name, key, state, false)),
  ];
}

/** `"price" numeric(19,2) not null default '0.00'::numeric(19,2)`. */
export function columnClause(name: string, column: ColumnState): string {
  return [
    `${quote(name)} ${column.type}`,
    ...(column.collation === undefined ? [] : [`collate ${quote(column.collation)}`]),
    ...(column.nullable ? [] : ["not null"]),
    ...(column.default === undefined ? [] : [`default ${column.default}`]),
  ].join(" ");
}
