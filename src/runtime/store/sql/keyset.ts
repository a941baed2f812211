import type { ListPlan } from "../../engine/ports.ts";
import type { PathSql } from "./paths.ts";

/**
 * The ranges of the sort order that a page is read from: each a list of conditions. Order is ascending with NULL last,
 * or its exact reverse (descending with NULL first), so that one plain index serves both directions. A position splits
 * a nullable order in two ranges, the rows with a value and those without.
 */
export function keysetSegments(
  sort: PathSql,
  plan: ListPlan,
  next: () => string,
): readonly (readonly string[])[] {
  const { from } = plan;
  if (from === undefined) return [[]];
  const ascending = plan.sort.descending === from.backward;
  const operator = ascending ? ">" : "<";
  const { expression } = sort;
  if (expression === 't."id"') return [[`${expression} ${operator} ${next()}`]];
  if (from.value === null) {
    const sameNull = [`${expression} is null`, `t."id" ${operator} ${next()}`];
    return ascending ? [sameNull] : [sameNull, [`${expression} is not null`]];
  }
  const value = `${next()}::${sort.column.codec.sqlType}`;
  const row = `(${expression}, t."id") ${operator} (${value}, ${next()})`;
  // The other table's index cannot hold this table's id, so the range on its own column is said as well.
  const range = sort.via ? [`${expression} ${operator}= ${value}`, row] : [row];
  return sort.nullable && ascending ? [range, [`${expression} is null`]] : [range];
}
