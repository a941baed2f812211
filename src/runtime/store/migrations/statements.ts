import { searchDocument } from "../sql/search.sql.ts";
import { quote } from "../tables.ts";
import type { CheckState, ForeignKeyState, IndexState, TableState } from "./state.ts";

/** One statement of a plan. */
export interface PlannedStatement {
  /** Without a semicolon. */
  readonly sql: string;
  readonly phase: "unbind" | "create" | "alter" | "bind" | "index" | "validate" | "drop";
  /** It cannot run in a transaction, or would hold its lock until the end of it. */
  readonly alone: boolean;
  /** What is lost by it. */
  readonly loses?: string;
}

/** How a table that has rows is changed. */
export interface DiffOptions {
  readonly online: boolean;
  warn(text: string): void;
}

/** `create index`; online, without blocking writers, and repeatable after a build that failed half-way. */
export function createIndex(
  table: string,
  name: string,
  index: IndexState,
  online: boolean,
): PlannedStatement[] {
  const what =
    index.kind === "search"
      ? `using gin (${searchDocument(index.columns)})`
      : `(${index.columns.map(quote).join(", ")})`;
  const create = `create ${index.unique ? "unique " : ""}index`;
  const on = `${quote(name)} on ${quote(table)} ${what}`;
  if (!online) return [{ sql: `${create} ${on}`, phase: "index", alone: false }];
  return [
    { sql: `drop index concurrently if exists ${quote(name)}`, phase: "index", alone: true },
    { sql: `${create} concurrently ${on}`, phase: "index", alone: true },
  ];
}

/** `drop index`. */
export function dropIndex(name: string, online: boolean): PlannedStatement {
  return {
    sql: `drop index ${online ? "concurrently " : ""}if exists ${quote(name)}`,
    phase: "drop",
    alone: online,
  };
}

/** Adds a foreign key; online, existing rows are checked afterwards under a lock that blocks nobody. */
export function addForeignKey(
  table: string,
  name: string,
  { column, references }: ForeignKeyState,
  online: boolean,
): PlannedStatement[] {
  const sql = `alter table ${quote(table)} add constraint ${quote(name)} foreign key (${quote(column)}) references ${quote(references)} ("id")`;
  return withValidation(table, name, sql, online);
}

/** Adds an enum's check, as {@link addForeignKey}. */
export function addCheck(
  table: string,
  name: string,
  check: CheckState,
  online: boolean,
): PlannedStatement[] {
  const sql = `alter table ${quote(table)} add constraint ${quote(name)} ${checkClause(check)}`;
  return withValidation(table, name, sql, online);
}

/** `check ("status" in ('a', 'b'))`. */
export function checkClause({ column, values }: CheckState): string {
  return `check (${quote(column)} in (${values.map((value) => `'${value.replaceAll("'", "''")}'`).join(", ")}))`;
}

/** `validate constraint`: reads the table without blocking writers. */
export function validate(table: string, name: string): PlannedStatement {
  return {
    sql: `alter table ${quote(table)} validate constraint ${quote(name)}`,
    phase: "validate",
    alone: true,
  };
}

/** `drop constraint`. */
export function dropConstraint(table: string, name: string): PlannedStatement {
  return {
    sql: `alter table ${quote(table)} drop constraint if exists ${quote(name)}`,
    phase: "unbind",
    alone: false,
  };
}

/** Drops a table, after the foreign keys that it takes part in. */
export function dropTable(name: string, table: TableState): PlannedStatement[] {
  return [
    ...Object.keys(table.foreignKeys).map((key) => dropConstraint(name, key)),
    {
      sql: `drop table ${quote(name)}`,
      phase: "drop",
      alone: false,
      loses: `Table ${name} with all its rows.`,
    },
  ];
}

function withValidation(table: string, name: string, sql: string, online: boolean): PlannedStatement[] {
  if (!online) return [{ sql, phase: "bind", alone: false }];
  return [{ sql: `${sql} not valid`, phase: "bind", alone: false }, validate(table, name)];
}
