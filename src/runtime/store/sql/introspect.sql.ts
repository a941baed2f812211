/** Columns of the tables of the current schema, in order, with their numbers. */
export const COLUMNS = `
select c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, l.collname,
  a.atthasdef or a.attidentity <> '', a.attnum
from pg_class c
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
left join pg_collation l on l.oid = a.attcollation and l.collname <> 'default'
where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
order by c.relname, a.attnum`;

/**
 * Indexes but primary keys, with the numbers of their columns or, for expressions, their definition: writing the definitions
 * of a thousand tables' indexes, or looking their columns up one by one, took most of this statement's time.
 */
export const INDEXES = `
select c.relname, i.relname, m.amname, x.indisunique, x.indisvalid, x.indkey,
  case when x.indexprs is not null then pg_get_indexdef(i.oid) end, x.indexprs is not null, x.indpred is not null
from pg_class c
join pg_index x on x.indrelid = c.oid
join pg_class i on i.oid = x.indexrelid
join pg_am m on m.oid = i.relam
where c.relnamespace = current_schema()::regnamespace and not x.indisprimary
order by c.relname, i.relname`;

/** Primary keys, foreign keys and checks, with the numbers of their columns; of checks also the definition. */
export const CONSTRAINTS = `
select c.relname, n.conname, n.contype, n.convalidated, r.relname, n.conkey,
  case when n.contype = 'c' then pg_get_constraintdef(n.oid) end
from pg_constraint n
join pg_class c on c.oid = n.conrelid
left join pg_class r on r.oid = n.confrelid
where c.relnamespace = current_schema()::regnamespace and n.contype in ('p', 'f', 'c')
order by c.relname, n.conname`;
