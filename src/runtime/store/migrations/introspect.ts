import type { Connection, SqlText } from "../driver.ts";
import { COLUMNS, CONSTRAINTS, INDEXES } from "../sql/introspect.sql.ts";
import {
  type CheckState,
  type ColumnState,
  EMPTY_STATE,
  type ForeignKeyState,
  type IndexState,
  type SchemaState,
  type TableState,
} from "./state.ts";

type Mutable<T> = {
  -readonly [K in keyof T]: Record<string, T[K] extends Readonly<Record<string, infer V>> ? V : never>;
};
type Parts = Mutable<Omit<TableState, "primaryKey">> & { primaryKey: string };

/** A table with the names of its columns by number. */
interface LiveTable {
  readonly parts: Parts;
  readonly names: string[];
}

/** How a database is looked at. */
export interface IntrospectOptions {
  /** Whether there surely are tables: what hangs on them is then asked for at once, not when the first has come. */
  readonly expectsTables?: boolean;
}

/** Reads the tables of the connection's current schema. What is not of a kind that we make is left out. */
export async function introspect(
  connection: Connection,
  { expectsTables = false }: IntrospectOptions = {},
): Promise<SchemaState> {
  const rest = () =>
    Promise.all([connection.query(INDEXES, [], false), connection.query(CONSTRAINTS, [], false)]);
  const asked = connection.query(COLUMNS, [], false);
  const [columns, early] = await Promise.all([asked, expectsTables ? rest() : undefined]);
  const tables = new Map<string, LiveTable>();
  for (const [table, name, type, required, collation, hasDefault, number] of columns.rows) {
    const { parts, names } = tables.get(table ?? "") ?? addTable(tables, table ?? "");
    parts.columns[name ?? ""] = columnState(type, required === "t", collation, hasDefault === "t");
    names[Number(number)] = name ?? "";
  }
  // A fresh database is the first start of many; looking for what hangs on tables costs more than making them.
  if (tables.size === 0) return EMPTY_STATE;
  const [indexes, constraints] = early ?? (await rest());
  for (const row of indexes.rows) {
    const table = tables.get(row[0] ?? "");
    const index = table && indexState(row, table.names);
    if (table && index) table.parts.indexes[row[1] ?? ""] = index;
  }
  for (const row of constraints.rows) {
    const table = tables.get(row[0] ?? "");
    if (table) addConstraint(table, row);
  }
  return { tables: Object.fromEntries([...tables].map(([name, { parts }]) => [name, parts])) };
}

function addTable(tables: Map<string, LiveTable>, name: string): LiveTable {
  const table: LiveTable = {
    parts: { columns: {}, primaryKey: "", indexes: {}, foreignKeys: {}, checks: {} },
    names: [],
  };
  tables.set(name, table);
  return table;
}

function columnState(
  type: SqlText | undefined,
  required: boolean,
  collation: SqlText | undefined,
  hasDefault: boolean,
): ColumnState {
  return {
    type: type ?? "",
    nullable: !required,
    ...(collation ? { collation } : {}),
    ...(hasDefault ? { hasDefault: true as const } : {}),
  };
}

function indexState(row: readonly SqlText[], names: readonly string[]): IndexState | undefined {
  const [, , method, unique, valid, columns, definition, hasExpressions, isPartial] = row;
  const invalid = valid === "t" ? {} : ({ invalid: true } as const);
  if (isPartial === "t") return undefined;
  if (method === "btree" && hasExpressions === "f") {
    return { kind: "btree", columns: columnsOf(columns, names), unique: unique === "t", ...invalid };
  }
  if (method !== "gin" || !definition?.includes("to_tsvector('simple'")) return undefined;
  const searched = [...definition.matchAll(/COALESCE\("?(\w+)"?,/gi)].map((match) => match[1] ?? "");
  return { kind: "search", columns: searched, unique: false, ...invalid };
}

function addConstraint({ parts, names }: LiveTable, row: readonly SqlText[]): void {
  const [, name, type, validated, references, columns, definition] = row;
  const [column = ""] = columnsOf(columns, names);
  const unvalidated = validated === "t" ? {} : ({ unvalidated: true } as const);
  if (type === "p") parts.primaryKey = name ?? "";
  else if (type === "f") {
    const key: ForeignKeyState = { column, references: references ?? "", ...unvalidated };
    parts.foreignKeys[name ?? ""] = key;
  } else if (/^CHECK \(\(\(?"?\w+"? = (?:ANY|')/.test(definition ?? "")) {
    const values = [...(definition ?? "").matchAll(/'((?:[^']|'')*)'::text/g)].map((match) =>
      (match[1] ?? "").replaceAll("''", "'"),
    );
    const check: CheckState = { column, values, ...unvalidated };
    parts.checks[name ?? ""] = check;
  }
}

/** Names of the columns whose numbers a vector (`1 2`) or an array (`{1,2}`) lists; an expression has none. */
function columnsOf(numbers: SqlText | undefined, names: readonly string[]): readonly string[] {
  return (numbers ?? "").match(/\d+/g)?.flatMap((number) => names[Number(number)] ?? []) ?? [];
}
