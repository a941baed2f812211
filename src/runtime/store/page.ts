import type { ListPlan, StoredPage } from "../engine/ports.ts";
import type { QueryResult, SqlText } from "./driver.ts";
import { conditionParameters } from "./sql/conditions.sql.ts";
import { buildCount, buildList, listParameters, listShape } from "./sql/list.sql.ts";
import type { StoreParts } from "./store-parts.ts";

/** Runs a statement that only reads. */
export type Reader = (text: string, parameters: readonly SqlText[], prepare: boolean) => Promise<QueryResult>;

/** Reads one page of a list, and its total where asked. */
export async function readPage(
  { tables, lists }: StoreParts,
  run: Reader,
  resource: string,
  plan: ListPlan,
): Promise<StoredPage> {
  const table = tables.table(resource);
  const statement = lists.get(listShape(resource, plan), () => buildList(tables, table, plan));
  // The best plan of a search depends on its words, so it is never kept.
  const prepare = statement.prepare && plan.search === undefined;
  const result = await run(statement.text, listParameters(tables, table, plan), prepare);
  const { read } = statement;
  const texts = result.rows.slice(0, plan.limit);
  if (plan.from?.backward) texts.reverse();
  const page = {
    rows: texts.map(read.row),
    sortValue(index: number): unknown {
      const row = texts[index];
      return row && read.sortValue(row);
    },
    more: result.rows.length > plan.limit,
  };
  if (plan.total === undefined) return page;
  const parameters = conditionParameters(tables, table, plan);
  if (plan.total === "exact") {
    const { rows } = await run(buildCount(tables, table, plan), parameters, false);
    return { ...page, total: Number(rows[0]?.[0]) };
  }
  const { rows } = await run(
    `explain (format json) ${buildCount(tables, table, plan, "1")}`,
    parameters,
    false,
  );
  return { ...page, total: estimatedRows(rows[0]?.[0] ?? "") };
}

/** The planner's estimate, which is the first one in its JSON: that of the plan's root. */
function estimatedRows(explained: string): number {
  return Number(/"Plan Rows": (\d+)/.exec(explained)?.[1] ?? 0);
}
