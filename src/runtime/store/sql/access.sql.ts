import type { RowAccess } from "../../engine/ports.ts";
import type { SqlText } from "../driver.ts";
import { quote, type Table, type Tables } from "../tables.ts";

/** Identifies the rules of an access among statement shapes; the principal is not part of it. */
export function accessShape(access: RowAccess): string {
  if (access === "all") return "*";
  return access.any
    .map((rule) => (rule.kind === "self" ? rule.field : `${rule.resource}(${rule.row},${rule.self})`))
    .join("|");
}

/** Parameter an access needs: the principal, or none. */
export function accessParameters(access: RowAccess): readonly SqlText[] {
  return access === "all" || access.any.length === 0 ? [] : [access.principal];
}

/**
 * The condition under which a row is allowed: any rule, over the table's alias. Plan: `self` compares a ref column,
 * which has an index; `through` is a semi-join by the other table's index on its `row` column.
 */
export function accessCondition(
  tables: Tables,
  table: Table,
  alias: string,
  access: RowAccess,
  principal: string,
): string {
  if (access === "all") return "true";
  if (access.any.length === 0) return "false";
  const rules = access.any.map((rule) => {
    if (rule.kind === "self") return `${alias}.${tables.column(table, rule.field).name} = ${principal}`;
    const other = tables.table(rule.resource);
    const inner = quote(`${alias}_through`);
    const row = tables.column(other, rule.row).name;
    const self = tables.column(other, rule.self).name;
    return `exists (select 1 from ${other.name} ${inner} where ${inner}.${row} = ${alias}."id" and ${inner}.${self} = ${principal})`;
  });
  return `(${rules.join(" or ")})`;
}
