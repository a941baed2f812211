import { quote } from "../tables.ts";
import { columnClause } from "./create-table.ts";
import { diffColumn } from "./diff-column.ts";
import { isSame, type TableState } from "./state.ts";
import {
  addCheck,
  addForeignKey,
  createIndex,
  type DiffOptions,
  dropConstraint,
  dropIndex,
  type PlannedStatement,
  validate,
} from "./statements.ts";

/** Statements that change a table from one state to another. */
export function diffTable(
  table: string,
  from: TableState,
  to: TableState,
  options: DiffOptions,
): PlannedStatement[] {
  return [
    ...diffColumns(table, from, to, options),
    ...diffIndexes(table, from, to, options),
    ...diffForeignKeys(table, from, to, options),
    ...diffChecks(table, from, to, options),
  ];
}

function diffColumns(
  table: string,
  from: TableState,
  to: TableState,
  options: DiffOptions,
): PlannedStatement[] {
  const statements: PlannedStatement[] = [];
  for (const [name, column] of Object.entries(to.columns)) {
    const before = from.columns[name];
    if (before) {
      statements.push(...diffColumn(table, name, before, column, options));
      continue;
    }
    if (!column.nullable && column.default === undefined) {
      options.warn(
        `Column ${table}.${name} is required and has no default: adding it fails if the table has rows. Give the field a default, or make it optional, fill it, and require it later.`,
      );
    }
    const sql = `alter table ${quote(table)} add column ${columnClause(name, column)}`;
    statements.push({ sql, phase: "alter", alone: false });
  }
  for (const name of Object.keys(from.columns)) {
    if (to.columns[name]) continue;
    statements.push({
      sql: `alter table ${quote(table)} drop column ${quote(name)}`,
      phase: "drop",
      alone: false,
      loses: `Column ${table}.${name} with its values.`,
    });
  }
  return statements;
}

function diffIndexes(
  table: string,
  from: TableState,
  to: TableState,
  options: DiffOptions,
): PlannedStatement[] {
  const statements: PlannedStatement[] = [];
  for (const [name, index] of Object.entries(to.indexes)) {
    const before = from.indexes[name];
    if (before && isSame(before, index)) continue;
    if (index.unique) {
      options.warn(`Unique index ${name} fails to build if rows of ${table} have the same values.`);
    }
    // Online, creating begins with dropping what has the name.
    if (before && !options.online) statements.push({ ...dropIndex(name, false), phase: "unbind" });
    statements.push(...createIndex(table, name, index, options.online));
  }
  for (const [name, index] of Object.entries(from.indexes)) {
    // An index goes with its last column by itself, before a statement of ours could drop it.
    const hasColumns = index.columns.every((column) => to.columns[column]);
    if (!to.indexes[name] && hasColumns) statements.push(dropIndex(name, options.online));
  }
  return statements;
}

function diffForeignKeys(
  table: string,
  from: TableState,
  to: TableState,
  { online }: DiffOptions,
): PlannedStatement[] {
  const statements: PlannedStatement[] = [];
  for (const [name, key] of Object.entries(to.foreignKeys)) {
    const before = from.foreignKeys[name];
    if (before && isSame({ ...before, unvalidated: undefined }, { ...key, unvalidated: undefined })) {
      if (before.unvalidated) statements.push(validate(table, name));
      continue;
    }
    if (before) statements.push(dropConstraint(table, name));
    statements.push(...addForeignKey(table, name, key, online));
  }
  for (const name of Object.keys(from.foreignKeys)) {
    if (!to.foreignKeys[name]) statements.push(dropConstraint(table, name));
  }
  return statements;
}

function diffChecks(
  table: string,
  from: TableState,
  to: TableState,
  options: DiffOptions,
): PlannedStatement[] {
  const statements: PlannedStatement[] = [];
  for (const [name, check] of Object.entries(to.checks)) {
    const before = from.checks[name];
    if (before && sameValues(before.values, check.values)) {
      if (before.unvalidated) statements.push(validate(table, name));
      continue;
    }
    const removed = before?.values.filter((value) => !check.values.includes(value)) ?? [];
    if (removed.length > 0) {
      options.warn(
        `${table}.${check.column} no longer allows ${removed.join(", ")}: the check fails while rows hold it.`,
      );
    }
    if (before) statements.push(dropConstraint(table, name));
    statements.push(...addCheck(table, name, check, options.online));
  }
  for (const name of Object.keys(from.checks)) {
    if (!to.checks[name]) statements.push(dropConstraint(table, name));
  }
  return statements;
}

function sameValues(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((value) => right.includes(value));
}
