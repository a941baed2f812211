import type {
  CheckState,
  ColumnState,
  ForeignKeyState,
  IndexState,
  SchemaState,
  TableState,
} from "./state.ts";

/** One way in which a database is not what a model wants. */
export interface Difference {
  /** `table appointments`, `column appointments.status`, `index appointments_status_idx`. */
  readonly place: string;
  /** `nothing` where it should not be there. */
  readonly expected: string;
  readonly found: string;
  /** Whether the store cannot work with it; the rest costs speed or safety only. */
  readonly breaks: boolean;
}

/**
 * Names each difference between what is there and what is wanted. Tables and indexes that the model does not know are
 * not its business; a column that it does not fill is, if it must have a value.
 */
export function findDrift(live: SchemaState, wanted: SchemaState): readonly Difference[] {
  return Object.entries(wanted.tables).flatMap(([name, table]) => {
    const found = live.tables[name];
    return found
      ? driftOfTable(name, found, table)
      : [{ place: `table ${name}`, expected: "a table", found: "nothing", breaks: true }];
  });
}

function driftOfTable(table: string, live: TableState, wanted: TableState): Difference[] {
  const differences: Difference[] = [];
  const compare = <Part extends object>(
    what: string,
    from: Readonly<Record<string, Part>>,
    to: Readonly<Record<string, Part>>,
    {
      fits,
      breaks = false,
    }: { readonly fits: (found: Part, wanted: Part) => boolean; readonly breaks?: boolean },
  ) => {
    for (const [name, expected] of Object.entries(to)) {
      const found = from[name];
      if (found && fits(found, expected)) continue;
      const place = `${what} ${what === "column" ? `${table}.` : ""}${name}`;
      differences.push({
        place,
        expected: describe(expected),
        found: found ? describe(found) : "nothing",
        breaks,
      });
    }
  };
  compare("column", live.columns, wanted.columns, { fits: isColumn, breaks: true });
  for (const [name, column] of Object.entries(live.columns)) {
    if (wanted.columns[name] || column.nullable || column.hasDefault) continue;
    const found = `${describe(column)}, without a default`;
    differences.push({ place: `column ${table}.${name}`, expected: "nothing", found, breaks: true });
  }
  compare("index", live.indexes, wanted.indexes, { fits: isIndex });
  compare("foreign key", live.foreignKeys, wanted.foreignKeys, { fits: isForeignKey });
  compare("check", live.checks, wanted.checks, { fits: isCheck });
  return differences;
}

// Written out, since every start compares thousands of columns. Defaults are not told as they were written.
function isColumn(found: ColumnState, wanted: ColumnState): boolean {
  return (
    found.type === wanted.type && found.nullable === wanted.nullable && found.collation === wanted.collation
  );
}

function isIndex(found: IndexState, wanted: IndexState): boolean {
  const { kind, unique, invalid, columns } = wanted;
  return (
    found.kind === kind &&
    found.unique === unique &&
    found.invalid === invalid &&
    found.columns.length === columns.length &&
    found.columns.every((column, index) => column === columns[index])
  );
}

function isForeignKey(found: ForeignKeyState, { column, references, unvalidated }: ForeignKeyState): boolean {
  return found.column === column && found.references === references && found.unvalidated === unvalidated;
}

function isCheck(found: CheckState, { column, values, unvalidated }: CheckState): boolean {
  return (
    found.column === column &&
    found.unvalidated === unvalidated &&
    found.values.length === values.length &&
    found.values.every((value) => values.includes(value))
  );
}

/** Without what a database does not tell as it was written. */
function comparable(part: object): object {
  const entries = Object.entries(part).filter(([name]) => name !== "default" && name !== "hasDefault");
  return Object.fromEntries(
    entries.map(([name, value]: [string, unknown]) => [
      name,
      name === "values" && Array.isArray(value) ? [...value].sort() : value,
    ]),
  );
}

function describe(part: object): string {
  return Object.entries(comparable(part))
    .map(
      ([name, value]: [string, unknown]) =>
        `${name} ${Array.isArray(value) ? value.join(", ") : String(value)}`,
    )
    .join("; ");
}
