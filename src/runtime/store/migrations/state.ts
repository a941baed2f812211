import type { IndexModel, Model, ResourceModel } from "../../../contract/model/index.ts";
import type { FieldNode } from "../../../contract/schema/index.ts";
import { columnCodec } from "../columns.ts";
import { checkName, foreignKeyName, indexName, primaryKeyName } from "../names.ts";
import { compileReader } from "../stored-json.ts";

/**
 * The tables of a service as data: what a model wants, what a snapshot file recorded, or what a database has. Two
 * states are equal when they would hold and refuse the same rows by the same indexes; defaults are not part of it.
 */
export interface SchemaState {
  /** By table name. */
  readonly tables: Readonly<Record<string, TableState>>;
}

/** One table; everything by name. */
export interface TableState {
  readonly columns: Readonly<Record<string, ColumnState>>;
  readonly primaryKey: string;
  readonly indexes: Readonly<Record<string, IndexState>>;
  readonly foreignKeys: Readonly<Record<string, ForeignKeyState>>;
  readonly checks: Readonly<Record<string, CheckState>>;
}

export interface ColumnState {
  /** As format_type writes it: `text`, `numeric(19,2)`, `timestamp with time zone`. */
  readonly type: string;
  readonly nullable: boolean;
  readonly collation?: string;
  /** Default as an SQL literal; used when the column is added to rows that exist, not compared. */
  readonly default?: string;
  /** Whether a database has some default; only introspection knows. */
  readonly hasDefault?: true;
}

export interface IndexState {
  readonly kind: "btree" | "search";
  readonly columns: readonly string[];
  readonly unique: boolean;
  /** A build that failed leaves an index that is not used. Absent: valid. */
  readonly invalid?: true;
}

export interface ForeignKeyState {
  readonly column: string;
  readonly references: string;
  /** Rows that existed when it was added were never checked. Absent: all are. */
  readonly unvalidated?: true;
}

export interface CheckState {
  readonly column: string;
  /** The values an enum allows. */
  readonly values: readonly string[];
  readonly unvalidated?: true;
}

/** A database with no tables of ours. */
export const EMPTY_STATE: SchemaState = { tables: {} };

/** The state a model wants. */
export function stateOf(model: Model): SchemaState {
  return {
    tables: Object.fromEntries(
      Object.values(model.resources).map((resource) => [resource.table, tableState(model, resource)]),
    ),
  };
}

function tableState(model: Model, resource: ResourceModel): TableState {
  const fields = Object.entries(resource.fields);
  const column = (field: string) => resource.columns[field]!;
  return {
    columns: {
      ...Object.fromEntries(fields.map(([field, node]) => [column(field), columnState(node)])),
      row_version: { type: "bigint", nullable: false, default: "1" },
    },
    primaryKey: primaryKeyName(resource),
    indexes: Object.fromEntries(
      resource.indexes.map((index) => [indexName(resource, index), indexState(resource, index)]),
    ),
    foreignKeys: Object.fromEntries(
      fields.flatMap(([field, { type }]): [string, ForeignKeyState][] =>
        type.kind === "ref"
          ? [
              [
                foreignKeyName(resource, field),
                { column: column(field), references: model.resources[type.resource]!.table },
              ],
            ]
          : [],
      ),
    ),
    checks: Object.fromEntries(
      fields.flatMap(([field, { type }]): [string, CheckState][] =>
        type.kind === "enum"
          ? [[checkName(resource, field), { column: column(field), values: type.values }]]
          : [],
      ),
    ),
  };
}

function columnState(node: FieldNode): ColumnState {
  const { sqlType, collation } = columnCodec(node);
  const wire = node.default;
  return {
    type: sqlType,
    nullable: node.optional === true || node.nullable === true,
    ...(collation === undefined ? {} : { collation }),
    ...(wire === undefined || wire === null ? {} : { default: defaultLiteral(node, sqlType) }),
  };
}

function defaultLiteral(node: FieldNode, sqlType: string): string {
  const value = compileReader(node)(node.default ?? null);
  return `'${columnCodec(node).encode(value).replaceAll("'", "''")}'::${sqlType}`;
}

function indexState(resource: ResourceModel, index: IndexModel): IndexState {
  const columns = index.fields.map((field) => resource.columns[field]!);
  return index.kind === "search"
    ? { kind: "search", columns, unique: false }
    : { kind: "btree", columns, unique: index.unique };
}

/** Whether two parts of a state are equal, keys in any order; one that is undefined is none. */
export function isSame(left: unknown, right: unknown): boolean {
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null)
    return left === right;
  if (Array.isArray(left) || Array.isArray(right)) return isSameList(left, right);
  const others = new Map<string, unknown>(Object.entries(right));
  for (const [name, value] of Object.entries(left)) {
    if (!isSame(value, others.get(name))) return false;
    others.delete(name);
  }
  return [...others.values()].every((value) => value === undefined);
}

function isSameList(left: unknown, right: unknown): boolean {
  if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false;
  return left.every((value, index) => isSame(value, right[index]));
}
