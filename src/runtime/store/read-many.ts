import type { GetManyOptions, StoredRow } from "../engine/ports.ts";
import type { Reader } from "./page.ts";
import { buildGetMany, getManyParameters, getManyShape } from "./sql/get-many.sql.ts";
import type { StoreParts } from "./store-parts.ts";

/** What is to be read. */
export interface ManyQuestion {
  readonly resource: string;
  readonly ids: readonly string[];
  readonly options: GetManyOptions;
}

/** Reads rows by their ids. */
export async function readMany(
  { tables, gets }: StoreParts,
  run: Reader,
  { resource, ids, options }: ManyQuestion,
): Promise<readonly StoredRow[]> {
  const table = tables.table(resource);
  const statement = gets.get(getManyShape(resource, options), () => buildGetMany(tables, table, options));
  const { rows } = await run(statement.text, getManyParameters(ids, options), statement.prepare);
  return rows.map(statement.read);
}
