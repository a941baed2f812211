import type { ListManyPlan } from "../../engine/ports.ts";
import { formatArray } from "../arrays.ts";
import type { SqlText } from "../driver.ts";
import { selectExpansions, selectionShape, selectRow } from "../rows.ts";
import type { BuiltStatement } from "../statements.ts";
import type { Table, Tables } from "../tables.ts";
import { accessParameters } from "./access.sql.ts";
import { buildConditions, conditionParameters, conditionShape, where } from "./conditions.sql.ts";
import type { ReadPageRow } from "./list.sql.ts";
import { Paths } from "./paths.ts";

/** Identifies the statement of many lists: everything that changes its text. */
export function listManyShape(resource: string, plan: ListManyPlan): string {
  return [
    resource,
    "by",
    plan.ref,
    plan.sort.field,
    plan.sort.descending,
    plan.limit,
    plan.offset === undefined ? "" : "offset",
    conditionShape(plan),
    selectionShape(plan.fields, plan.expand ?? []),
  ].join(" ");
}

/** Its parameters, in the order of {@link buildListMany}. */
export function listManyParameters(
  tables: Tables,
  table: Table,
  plan: ListManyPlan,
  parents: readonly string[],
): SqlText[] {
  return [
    formatArray(parents),
    ...conditionParameters(tables, table, plan),
    ...(plan.offset === undefined ? [] : [String(plan.offset)]),
    ...(plan.expand ?? []).flatMap((expansion) => accessParameters(expansion.access)),
  ];
}

/**
 * The first page of the rows of each parent, one row more than the limit; the first column is the parent's place from 1.
 * Plan: for each parent an index scan on (ref, sort column, id) that ends at the limit where the sort is the list's
 * default, else one on (ref) and a sort of its rows. The limit is a literal: the planner then knows that few rows are
 * wanted of each parent, and one generic plan serves all.
 */
export function buildListMany(tables: Tables, table: Table, plan: ListManyPlan): BuiltStatement<ReadPageRow> {
  let placeholders = 1;
  const next = () => `$${++placeholders}`;
  const paths = new Paths(tables, table);
  const conditions = buildConditions(tables, table, plan, paths, next);
  const sort = paths.resolve(plan.sort.field);
  const offset = plan.offset === undefined ? "" : ` offset ${next()}`;
  const row = selectRow(tables, table, "t", plan.fields);
  const expansions = selectExpansions(tables, table, "t", plan.expand ?? [], next);
  const sorted = row.columns.includes(sort.expression) ? [] : [sort.expression];
  const columns = [...row.columns, ...sorted, ...expansions.columns];
  const sortAt = columns.indexOf(sort.expression);
  const idAt = columns.indexOf('t."id"');
  const direction = plan.sort.descending ? "desc" : "asc";
  const order = (value: string, id: string) =>
    value === id ? `${id} ${direction}` : `${value} ${direction}, ${id} ${direction}`;
  const page = [
    `select ${columns.map((column, index) => `${column} as "c${index}"`).join(", ")}`,
    `from ${table.name} t`,
    ...paths.joins,
    ...expansions.joins,
    ...where([`t.${tables.column(table, plan.ref).name} = p.id`, ...conditions]),
    `order by ${order(sort.expression, 't."id"')}`,
    `limit ${plan.limit + 1}${offset}`,
  ].join(" ");
  return {
    text: [
      `select p.n, r.* from unnest($1::text[]) with ordinality as p (id, n)`,
      `cross join lateral (${page}) r`,
      // A join promises no order of its own.
      `order by p.n, ${order(`r."c${sortAt}"`, `r."c${idAt}"`)}`,
    ].join(" "),
    read: {
      row: (texts) =>
        row.decode(texts, 1, true, expansions.decode(texts, 1 + row.columns.length + sorted.length)),
      sortValue(texts) {
        const text = texts[1 + sortAt] ?? null;
        return text === null ? null : sort.column.codec.decode(text);
      },
    },
  };
}

/** How many rows each parent has. Plan: the index on (ref) for each parent, then as the list's conditions. */
export function buildCountMany(tables: Tables, table: Table, plan: ListManyPlan): string {
  let placeholders = 1;
  const paths = new Paths(tables, table);
  const conditions = buildConditions(tables, table, plan, paths, () => `$${++placeholders}`);
  const ref = `t.${tables.column(table, plan.ref).name}`;
  return [
    `select ${ref}, count(*) from ${table.name} t`,
    ...paths.joins,
    ...where([`${ref} = any ($1::text[])`, ...conditions]),
    `group by ${ref}`,
  ].join(" ");
}

/**
 * A statement to be explained, never to be run: a list `l0`, `l1` … for each of `count` parents, so that the planner
 * estimates each as it would estimate it alone. Parameters: those of the conditions, then the parents.
 */
export function buildEstimateMany(tables: Tables, table: Table, plan: ListManyPlan, count: number): string {
  let placeholders = 0;
  const next = () => `$${++placeholders}`;
  const paths = new Paths(tables, table);
  const conditions = buildConditions(tables, table, plan, paths, next);
  const ref = `t.${tables.column(table, plan.ref).name}`;
  const names = Array.from({ length: count }, (_, place) => `l${place}`);
  const lists = names.map((name) => {
    const rows = where([`${ref} = ${next()}::text`, ...conditions]);
    return `${name} as materialized (${["select 1", `from ${table.name} t`, ...paths.joins, ...rows].join(" ")})`;
  });
  return `with ${lists.join(", ")} ${names.map((name) => `select 1 from ${name}`).join(" union all ")}`;
}
