import type { Connection } from "../driver.ts";
import { EMPTY_STATE, type SchemaState, type TableState } from "./state.ts";

/** The state that was last applied: it tells the tables and indexes that are ours from those that are not. */
export async function readOwn(connection: Connection): Promise<SchemaState> {
  const { rows } = await connection.query(
    "select value from concordat.meta where \"key\" = 'schema'",
    [],
    false,
  );
  const text = rows[0]?.[0];
  if (!text) return EMPTY_STATE;
  const state: SchemaState = JSON.parse(text);
  return state;
}

/** Records the state that was applied. */
export async function writeOwn(connection: Connection, state: SchemaState): Promise<void> {
  const text =
    'insert into concordat.meta ("key", value) values (\'schema\', $1) on conflict ("key") do update set value = excluded.value';
  await connection.query(text, [JSON.stringify(state)], false);
}

/** What of a database is ours: what an earlier state made or the wanted one names. */
export function ownPart(live: SchemaState, recorded: SchemaState, wanted: SchemaState): SchemaState {
  const tables: Record<string, TableState> = {};
  for (const [name, table] of Object.entries(live.tables)) {
    const known = [recorded.tables[name], wanted.tables[name]].filter((state) => state !== undefined);
    if (known.length === 0) continue;
    const pick = <T>(
      parts: Readonly<Record<string, T>>,
      part: "columns" | "indexes" | "foreignKeys" | "checks",
    ) => Object.fromEntries(Object.entries(parts).filter(([key]) => known.some((state) => state[part][key])));
    tables[name] = {
      columns: pick(table.columns, "columns"),
      primaryKey: table.primaryKey,
      indexes: pick(table.indexes, "indexes"),
      foreignKeys: pick(table.foreignKeys, "foreignKeys"),
      checks: pick(table.checks, "checks"),
    };
  }
  return { tables };
}
