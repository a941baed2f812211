import { parseArray } from "../arrays.ts";
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

/** Reads the tables of the connection's current schema. What is not of a kind that we make is left out. */
export async function introspect(connection: Connection): Promise<SchemaState> {
  const tables = new Map<string, Parts>();
  const part = (name: SqlText | undefined): Parts | undefined => tables.get(name ?? "");
  const columns = await connection.query(COLUMNS, [], false);
  for (const [table = "", name, type, required, collation, hasDefault] of columns.rows) {
    const parts = tables.get(table ?? "") ?? {
      columns: {},
      primaryKey: "",
      indexes: {},
      foreignKeys: {},
      checks: {},
    };
    tables.set(table ?? "", parts);
    parts.columns[name ?? ""] = columnState(type, required === "t", collation, hasDefault === "t");
  }
  // A fresh database is the first start of many; looking for what hangs on tables costs more than making them.
  if (tables.size === 0) return EMPTY_STATE;
  const indexes = await connection.query(INDEXES, [], false);
  for (const row of indexes.rows) {
    const parts = part(row[0]);
    const index = indexState(row);
    if (parts && index) parts.indexes[row[1] ?? ""] = index;
  }
  const constraints = await connection.query(CONSTRAINTS, [], false);
  for (const row of constraints.rows) {
    const parts = part(row[0]);
    if (parts) addConstraint(parts, row);
  }
  return { tables: Object.fromEntries(tables) };
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

function indexState(row: readonly SqlText[]): IndexState | undefined {
  const [, , method, unique, valid, columns, definition, hasExpressions, isPartial] = row;
  const invalid = valid === "t" ? {} : ({ invalid: true } as const);
  if (isPartial === "t") return undefined;
  if (method === "btree" && hasExpressions === "f") {
    return { kind: "btree", columns: names(columns), unique: unique === "t", ...invalid };
  }
  if (method !== "gin" || !definition?.includes("to_tsvector('simple'")) return undefined;
  const searched = [...definition.matchAll(/COALESCE\("?(\w+)"?,/gi)].map((match) => match[1] ?? "");
  return { kind: "search", columns: searched, unique: false, ...invalid };
}

function addConstraint(parts: Parts, row: readonly SqlText[]): void {
  const [, name, type, validated, references, columns, definition] = row;
  const [column = ""] = names(columns);
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

function names(literal: SqlText | undefined): readonly string[] {
  return parseArray(literal ?? "{}", (text) => text).map(String);
}
