import { ApiError } from "../../base/errors/index.ts";
import type { Model, ResourceModel } from "../../contract/model/index.ts";
import type { FieldNode } from "../../contract/schema/index.ts";
import { type ColumnCodec, columnCodec } from "./columns.ts";
import type { SqlText } from "./driver.ts";
import type { Constraints } from "./errors.ts";
import { constraintsOf } from "./names.ts";

/** A resource as the SQL builders see it: names quoted, codecs made. */
export interface Table {
  readonly resource: ResourceModel;
  /** Quoted. */
  readonly name: string;
  readonly columns: ReadonlyMap<string, Column>;
}

/** One field's column. */
export interface Column {
  readonly field: string;
  readonly node: FieldNode;
  /** Quoted. */
  readonly name: string;
  readonly codec: ColumnCodec;
  /** Whether the column may hold NULL: an absent optional, or a null. */
  readonly nullable: boolean;
  /** For refs: the resource named. */
  readonly target?: string;
}

/** All tables of a model. */
export interface Tables {
  /** Throws TypeError for a resource or field the model does not have: a mistake of the code that asks. */
  table(resource: string): Table;
  column(table: Table, field: string): Column;
  readonly all: readonly Table[];
  readonly constraints: Constraints;
}

/** The column that holds a row's version. */
export const VERSION = '"row_version"';

/** Makes the tables of a model. */
export function createTables(model: Model): Tables {
  const byName = new Map(
    Object.values(model.resources).map((resource) => [resource.name, createTable(resource)]),
  );
  return {
    all: [...byName.values()],
    constraints: new Map(Object.values(model.resources).flatMap((resource) => constraintsOf(resource))),
    table(resource) {
      const table = byName.get(resource);
      if (!table) throw new TypeError(`The model has no resource "${resource}"`);
      return table;
    },
    column(table, field) {
      const column = table.columns.get(field);
      if (!column) throw new TypeError(`Resource "${table.resource.name}" has no field "${field}"`);
      return column;
    },
  };
}

/** Text format of a field's value; the pointer of a refusal names the field. */
export function encodeColumn(column: Column, value: unknown): SqlText {
  if (value === null || value === undefined) return null;
  try {
    return column.codec.encode(value);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw new ApiError(error.code, error.message, {
      violations: error.violations.map((violation) => ({ ...violation, pointer: `/${column.field}` })),
    });
  }
}

/** Writes an SQL identifier, quoted. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function createTable(resource: ResourceModel): Table {
  const columns = Object.entries(resource.fields).map(([field, node]): [string, Column] => [
    field,
    {
      field,
      node,
      name: quote(resource.columns[field]!),
      codec: columnCodec(node),
      nullable: node.optional === true || node.nullable === true,
      ...(node.type.kind === "ref" ? { target: node.type.resource } : {}),
    },
  ]);
  return { resource, name: quote(resource.table), columns: new Map(columns) };
}
