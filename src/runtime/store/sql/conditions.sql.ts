import type { ListFilter } from "../../../contract/language/index.ts";
import type { ListPlan } from "../../engine/ports.ts";
import { formatArray } from "../arrays.ts";
import type { SqlText } from "../driver.ts";
import { encodeColumn, type Table, type Tables } from "../tables.ts";
import { accessCondition, accessParameters, accessShape } from "./access.sql.ts";
import { Paths } from "./paths.ts";
import { searchDocument, searchQuery } from "./search.sql.ts";

/** The part of a question that says which rows a list has. */
export type Conditions = Pick<ListPlan, "access" | "filter" | "search">;

/** Identifies the conditions of a list, which its count shares. */
export function conditionShape(plan: Conditions): string {
  const filters = plan.filter.map((filter) => `${filter.field}:${filterShape(filter)}`).join(",");
  return `${accessShape(plan.access)} ${filters} ${plan.search === undefined ? "" : "search"}`;
}

/** Parameters of a list's conditions. */
export function conditionParameters(tables: Tables, table: Table, plan: Conditions): SqlText[] {
  const paths = new Paths(tables, table);
  const values: SqlText[] = [...accessParameters(plan.access)];
  for (const filter of plan.filter) {
    if (filter.operator === "isNull") continue;
    const { column } = paths.resolve(filter.field);
    const texts = filter.values.map((value) => encodeColumn(column, value));
    if (isSet(filter)) values.push(formatArray(texts));
    else values.push(...texts);
  }
  // A question without a word finds nothing; '' is the query that matches no row.
  if (plan.search !== undefined) values.push(searchQuery(plan.search) ?? "");
  return values;
}

/** The conditions of a list over alias `t`. Plan: see the lists that they are part of. */
export function buildConditions(
  tables: Tables,
  table: Table,
  plan: Conditions,
  paths: Paths,
  next: () => string,
): readonly string[] {
  const principal = accessParameters(plan.access).length > 0 ? next() : "";
  const access = accessCondition(tables, table, "t", plan.access, principal);
  const filters = plan.filter.map((filter) => buildFilter(filter, paths, next));
  const { resource } = table;
  const searched = resource.list.search.map((field) => resource.columns[field]!);
  const search =
    plan.search === undefined ? [] : [`${searchDocument(searched, "t")} @@ to_tsquery('simple', ${next()})`];
  return [...(access === "true" ? [] : [access]), ...filters, ...search];
}

/** Whether a list may leave rows out. */
export function hasConditions(plan: Conditions): boolean {
  return plan.access !== "all" || plan.filter.length > 0 || plan.search !== undefined;
}

/** Operators that take a set of values; one value is compared with `=`, which lets an index order the rows after it. */
function isSet(filter: ListFilter): boolean {
  return (filter.operator === "in" && filter.values.length !== 1) || filter.operator === "ne";
}

function filterShape(filter: ListFilter): string {
  if (filter.operator === "isNull") return filter.values[0] === true ? "isNull" : "isNotNull";
  if (isSet(filter)) return filter.operator === "in" ? "in" : "ne";
  return `${filter.operator}${filter.values.length}`;
}

const COMPARISONS = { in: "=", gt: ">", gte: ">=", lt: "<", lte: "<=" } as const;

function buildFilter(filter: ListFilter, paths: Paths, next: () => string): string {
  const { expression, column, nullable } = paths.resolve(filter.field);
  const { operator } = filter;
  const type = column.codec.sqlType;
  if (operator === "isNull") return `${expression} is ${filter.values[0] === true ? "" : "not "}null`;
  if (operator === "ne") {
    // A row without a value is not one of the values.
    const differs = `${expression} <> all (${next()}::${type}[])`;
    return nullable ? `(${expression} is null or ${differs})` : differs;
  }
  if (isSet(filter)) return `${expression} = any (${next()}::${type}[])`;
  return filter.values.map(() => `${expression} ${COMPARISONS[operator]} ${next()}::${type}`).join(" and ");
}

/** Writes conditions as a clause; none where there are none. */
export function where(conditions: readonly string[]): readonly string[] {
  return conditions.length === 0 ? [] : [`where ${conditions.join(" and ")}`];
}
