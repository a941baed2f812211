import { quote } from "../tables.ts";
import type { ColumnState } from "./state.ts";
import type { DiffOptions, PlannedStatement } from "./statements.ts";

/** Statements that change a column that exists. */
export function diffColumn(
  table: string,
  name: string,
  from: ColumnState,
  to: ColumnState,
  options: DiffOptions,
): PlannedStatement[] {
  const column = `alter table ${quote(table)} alter column ${quote(name)}`;
  const statements: PlannedStatement[] = [];
  if (from.type !== to.type || from.collation !== to.collation) {
    statements.push(changeType(table, name, from, to, options));
  }
  // A database does not tell its defaults as they were written, so only a snapshot's are compared.
  if (from.default !== undefined && to.default !== undefined && from.default !== to.default) {
    statements.push({ sql: `${column} set default ${to.default}`, phase: "alter", alone: false });
  }
  if (!from.nullable && to.nullable) {
    statements.push({ sql: `${column} drop not null`, phase: "alter", alone: false });
  }
  if (from.nullable && !to.nullable) statements.push(...requireValue(table, name, to, options));
  return statements;
}

function changeType(
  table: string,
  name: string,
  from: ColumnState,
  to: ColumnState,
  options: DiffOptions,
): PlannedStatement {
  const collation = to.collation === undefined ? "" : ` collate ${quote(to.collation)}`;
  const cost = typeChange(from.type, to.type);
  if (cost === "rewrite") {
    options.warn(`Changing the type of ${table}.${name} rewrites the table and blocks it meanwhile.`);
  }
  if (from.collation !== to.collation)
    options.warn(`Changing the collation of ${table}.${name} rebuilds its indexes.`);
  return {
    sql: `alter table ${quote(table)} alter column ${quote(name)} type ${to.type}${collation} using ${quote(name)}::${to.type}`,
    phase: "alter",
    alone: false,
    ...(cost === "lossy"
      ? { loses: `Values of ${table}.${name} that ${to.type} cannot hold as ${from.type} did.` }
      : {}),
  };
}

/** What a change of type costs: nothing, a rewrite of the table, or values. */
function typeChange(from: string, to: string): "free" | "rewrite" | "lossy" {
  if (from === to) return "free";
  const [a, b] = [numericOf(from), numericOf(to)];
  if (a && b && b.scale >= a.scale && b.whole >= a.whole) return a.scale === b.scale ? "free" : "rewrite";
  const widening = [
    ["integer", "bigint"],
    ["integer", "double precision"],
    ["date", "timestamp with time zone"],
  ].some(([before, after]) => before === from && after === to);
  return widening ? "rewrite" : "lossy";
}

function numericOf(type: string): { readonly whole: number; readonly scale: number } | undefined {
  const match = /^numeric\((\d+),(\d+)\)$/.exec(type);
  return match ? { whole: Number(match[1]) - Number(match[2]), scale: Number(match[2]) } : undefined;
}

/**
 * Makes a column required. Online: a check that is added unvalidated and then validated proves to `set not null` that no
 * row is without a value, so it need not read the table under its lock (PostgreSQL documentation, ALTER TABLE).
 */
function requireValue(
  table: string,
  name: string,
  to: ColumnState,
  options: DiffOptions,
): PlannedStatement[] {
  const [quotedTable, column] = [quote(table), quote(name)];
  const proof = quote(`${name}_not_null`);
  const fill: PlannedStatement[] =
    to.default === undefined
      ? []
      : [
          {
            sql: `update ${quotedTable} set ${column} = ${to.default} where ${column} is null`,
            phase: "alter",
            alone: false,
          },
        ];
  if (to.default === undefined) {
    options.warn(
      `Column ${table}.${name} becomes required: this fails while rows have no value. Fill them first.`,
    );
  } else options.warn(`Rows of ${table} without ${name} are filled with its default in one statement.`);
  const setNotNull = `alter table ${quotedTable} alter column ${column} set not null`;
  if (!options.online) return [...fill, { sql: setNotNull, phase: "alter", alone: false }];
  const drop = `alter table ${quotedTable} drop constraint if exists ${proof}`;
  return [
    ...fill,
    { sql: drop, phase: "bind", alone: false },
    {
      sql: `alter table ${quotedTable} add constraint ${proof} check (${column} is not null) not valid`,
      phase: "bind",
      alone: false,
    },
    { sql: `alter table ${quotedTable} validate constraint ${proof}`, phase: "validate", alone: true },
    { sql: setNotNull, phase: "validate", alone: true },
    { sql: drop, phase: "validate", alone: true },
  ];
}
