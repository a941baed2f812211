import type { ListPlan, StoredRow } from "../../engine/ports.ts";
import type { SqlText } from "../driver.ts";
import { selectExpansions, selectionShape, selectRow } from "../rows.ts";
import type { BuiltStatement } from "../statements.ts";
import { encodeColumn, type Table, type Tables } from "../tables.ts";
import { accessParameters } from "./access.sql.ts";
import {
  buildConditions,
  conditionParameters,
  conditionShape,
  hasConditions,
  where,
} from "./conditions.sql.ts";
import { keysetSegments } from "./keyset.ts";
import { Paths } from "./paths.ts";

/** Reads the rows of a page and their sort values. */
export interface ReadPageRow {
  row(texts: readonly SqlText[]): StoredRow;
  sortValue(texts: readonly SqlText[]): unknown;
}

/** Identifies the statement of a list: everything that changes its text. */
export function listShape(resource: string, plan: ListPlan): string {
  const { from } = plan;
  const position = from === undefined ? "first" : `${from.value === null ? "null" : "value"}${from.backward}`;
  return [
    resource,
    plan.sort.field,
    plan.sort.descending,
    position,
    hasConditions(plan) ? "" : plan.limit,
    plan.offset === undefined ? "" : "offset",
    conditionShape(plan),
    selectionShape(plan.fields, plan.expand ?? []),
  ].join(" ");
}

/** Parameters of a list: those of its conditions, then position, limit, offset and expansions. */
export function listParameters(tables: Tables, table: Table, plan: ListPlan): SqlText[] {
  const values = conditionParameters(tables, table, plan);
  if (plan.from) {
    const { column } = new Paths(tables, table).resolve(plan.sort.field);
    if (plan.from.value !== null && plan.sort.field !== "id")
      values.push(encodeColumn(column, plan.from.value));
    values.push(plan.from.id);
  }
  if (hasConditions(plan)) values.push(String(plan.limit + 1));
  if (plan.offset !== undefined) values.push(String(plan.offset));
  for (const expansion of plan.expand ?? []) values.push(...accessParameters(expansion.access));
  return values;
}

/**
 * One page, one row more than its limit. Plan: an index scan on (filtered columns, sort column, id) or (sort column, id)
 * that begins at the position and ends at the limit, forwards or backwards, so that every page costs the same; for a
 * relation's sort a scan of the other table's index and a nested loop by the ref's index.
 *
 * Prepared statements get one generic plan after five uses if it looks as cheap. Without conditions it is the right one,
 * and the limit is a literal so that the planner knows that few rows are wanted. With conditions the best index depends
 * on how common the value is; the limit is then a parameter, for which a generic plan expects a tenth of the table, so
 * that on tables that matter each page is planned for its own values.
 */
export function buildList(tables: Tables, table: Table, plan: ListPlan): BuiltStatement<ReadPageRow> {
  let placeholders = 0;
  const next = () => `$${++placeholders}`;
  const paths = new Paths(tables, table);
  const conditions = buildConditions(tables, table, plan, paths, next);
  const sort = paths.resolve(plan.sort.field);
  const segments = keysetSegments(sort, plan, next);
  const limit = hasConditions(plan) ? next() : String(plan.limit + 1);
  const offset = plan.offset === undefined ? "" : ` offset ${next()}`;
  const row = selectRow(tables, table, "t", plan.fields);
  const expansions = selectExpansions(tables, table, "t", plan.expand ?? [], next);
  const sorted = row.columns.includes(sort.expression) ? [] : [sort.expression];
  const columns = [...row.columns, ...sorted, ...expansions.columns];
  const sortAt = columns.indexOf(sort.expression);
  const backward = plan.from?.backward === true;
  const direction = plan.sort.descending === backward ? "asc" : "desc";
  const select = (segment: readonly string[]) =>
    [
      `select ${columns.map((column, index) => `${column} as "c${index}"`).join(", ")}`,
      `from ${table.name} t`,
      ...paths.joins,
      ...expansions.joins,
      ...where([...conditions, ...segment]),
      `order by ${sort.expression === 't."id"' ? "" : `${sort.expression} ${direction}, `}t."id" ${direction}`,
      `limit ${limit}${offset}`,
    ].join(" ");
  const [only, ...others] = segments.map(select);
  // Rows with and without a sort value are two ranges of the index; each is read from its own beginning.
  const text =
    others.length === 0
      ? only!
      : `select * from (${[only, ...others].map((part) => `(${part})`).join(" union all ")}) u order by "c${sortAt}" ${direction}, "c${columns.indexOf('t."id"')}" ${direction} limit ${limit}`;
  return {
    text,
    read: {
      row: (texts) =>
        row.decode(texts, 0, true, expansions.decode(texts, row.columns.length + sorted.length)),
      sortValue(texts) {
        const text = texts[sortAt] ?? null;
        return text === null ? null : sort.column.codec.decode(text);
      },
    },
  };
}

/** The number of rows a list has in all. Plan: the same conditions as the page, without order and limit. */
export function buildCount(tables: Tables, table: Table, plan: ListPlan, selected = "count(*)"): string {
  let placeholders = 0;
  const paths = new Paths(tables, table);
  const conditions = buildConditions(tables, table, plan, paths, () => `$${++placeholders}`);
  return [`select ${selected} from ${table.name} t`, ...paths.joins, ...where(conditions)].join(" ");
}
