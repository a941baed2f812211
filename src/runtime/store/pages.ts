import { type JsonValue, parseJson } from "../../base/lib/index.ts";
import type { ListManyPlan, StoredPage, StoredRow } from "../engine/ports.ts";
import { formatArray } from "./arrays.ts";
import type { SqlText } from "./driver.ts";
import type { Reader } from "./page.ts";
import { conditionParameters } from "./sql/conditions.sql.ts";
import type { ReadPageRow } from "./sql/list.sql.ts";
import {
  buildCountMany,
  buildEstimateMany,
  buildListMany,
  listManyParameters,
  listManyShape,
} from "./sql/list-many.sql.ts";
import type { StoreParts } from "./store-parts.ts";
import type { Table } from "./tables.ts";

/** What is to be read. */
export interface PagesQuestion {
  readonly resource: string;
  readonly plan: ListManyPlan;
  readonly parents: readonly string[];
}

/** Reads the first page of each parent's rows, and their totals where asked; in the order of the parents. */
export async function readPages(
  parts: StoreParts,
  run: Reader,
  { resource, plan, parents }: PagesQuestion,
): Promise<readonly StoredPage[]> {
  const { tables, lists } = parts;
  const table = tables.table(resource);
  const statement = lists.get(listManyShape(resource, plan), () => buildListMany(tables, table, plan));
  const prepare = statement.prepare && plan.search === undefined;
  const parameters = listManyParameters(tables, table, plan, parents);
  const [result, totals] = await Promise.all([
    run(statement.text, parameters, prepare),
    plan.total === undefined ? undefined : readTotals(parts, run, { table, plan, parents }),
  ]);
  const texts: (readonly SqlText[])[][] = parents.map(() => []);
  for (const row of result.rows) texts[Number(row[0]) - 1]?.push(row);
  return texts.map((rows, place) => new TextPage(statement.read, rows, plan.limit, totals?.[place]));
}

/** Rows of one parent; one more than the limit says that there are others. */
class TextPage implements StoredPage {
  readonly rows: readonly StoredRow[];
  readonly more: boolean;
  readonly total?: number;
  readonly #read: ReadPageRow;
  readonly #texts: readonly (readonly SqlText[])[];

  constructor(
    read: ReadPageRow,
    texts: readonly (readonly SqlText[])[],
    limit: number,
    total: number | undefined,
  ) {
    this.more = texts.length > limit;
    this.#read = read;
    this.#texts = texts;
    this.rows = (this.more ? texts.slice(0, limit) : texts).map(read.row);
    if (total !== undefined) this.total = total;
  }

  sortValue(index: number): unknown {
    const texts = this.#texts[index];
    return texts && this.#read.sortValue(texts);
  }
}

async function readTotals(
  { tables }: StoreParts,
  run: Reader,
  { table, plan, parents }: Omit<PagesQuestion, "resource"> & { readonly table: Table },
): Promise<readonly number[]> {
  const conditions = conditionParameters(tables, table, plan);
  if (plan.total === "estimated") {
    const text = buildEstimateMany(tables, table, plan, parents.length);
    const { rows } = await run(`explain (format json) ${text}`, [...conditions, ...parents], false);
    return estimates(rows[0]?.[0] ?? "", parents.length);
  }
  const { rows } = await run(
    buildCountMany(tables, table, plan),
    [formatArray(parents), ...conditions],
    false,
  );
  const counted = new Map(rows.map(([parent, count]) => [parent, Number(count)]));
  return parents.map((parent) => counted.get(parent) ?? 0);
}

/** The planner's estimate of each list, which its JSON has under the list's name, wherever in the plan that is. */
function estimates(explained: string, count: number): readonly number[] {
  const found = new Map<string, number>();
  const visit = (node: JsonValue): void => {
    if (Array.isArray(node)) for (const item of node) visit(item);
    else if (isObject(node)) {
      const { "Subplan Name": name, "Plan Rows": rows } = node;
      if (typeof name === "string" && typeof rows === "number") found.set(name, rows);
      for (const value of Object.values(node)) if (typeof value === "object") visit(value);
    }
  };
  visit(parseJson(explained));
  return Array.from({ length: count }, (_, place) => found.get(`CTE l${place}`) ?? 0);
}

function isObject(value: JsonValue): value is { readonly [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
