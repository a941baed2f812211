import type { JsonValue } from "../../base/lib/json.ts";

/** Formats a string may be held to; each is checked by the validator and named in JSON Schema. */
export type StringFormat = "email" | "uri" | "uuid" | "hostname" | "ipv4" | "ipv6";

/**
 * A portable type as data: JSON-serialisable, with one exact meaning in JSON, JSON Schema, GraphQL, protobuf and SQL
 * (the table in docs/reference/types.md). Bounds of int64, decimal and money are decimal strings, so that JSON keeps them.
 */
export type TypeNode =
  | { readonly kind: "id"; readonly prefix: string }
  | { readonly kind: "ref"; readonly resource: string }
  | {
      readonly kind: "string";
      readonly minLength?: number;
      readonly maxLength: number;
      readonly pattern?: string;
      readonly format?: StringFormat;
    }
  | { readonly kind: "text"; readonly minLength?: number; readonly maxLength: number }
  | { readonly kind: "bool" }
  | { readonly kind: "int32"; readonly minimum?: number; readonly maximum?: number }
  | { readonly kind: "int64"; readonly minimum?: string; readonly maximum?: string }
  | { readonly kind: "float64"; readonly minimum?: number; readonly maximum?: number }
  | {
      readonly kind: "decimal";
      readonly precision: number;
      readonly scale: number;
      readonly minimum?: string;
      readonly maximum?: string;
    }
  | {
      readonly kind: "money";
      readonly currency: string;
      readonly minimum?: string;
      readonly maximum?: string;
    }
  | { readonly kind: "timestamp" }
  | { readonly kind: "date" }
  | { readonly kind: "duration" }
  | { readonly kind: "bytes"; readonly maxBytes: number }
  | { readonly kind: "enum"; readonly values: readonly string[] }
  | {
      readonly kind: "list";
      readonly items: FieldNode;
      readonly minItems?: number;
      readonly maxItems: number;
    }
  | { readonly kind: "map"; readonly values: FieldNode; readonly maxEntries: number }
  | ObjectNode
  | { readonly kind: "union"; readonly tag: string; readonly variants: Readonly<Record<string, ObjectNode>> }
  | { readonly kind: "json"; readonly maxBytes: number }
  | FileNode;

/** A file, whose bytes lie outside of the value. */
export interface FileNode {
  readonly kind: "file";
  readonly maxBytes: number;
  /** Media types that are taken; `image/*` stands for all of its kind. Absent: all. */
  readonly mediaTypes?: readonly string[];
}

/** An object with named fields; a field not named is refused. */
export interface ObjectNode {
  readonly kind: "object";
  readonly fields: Readonly<Record<string, FieldNode>>;
}

export type TypeKind = TypeNode["kind"];

/** A type in its place: the type and the traits of the field that has it. All traits are absent by default. */
export interface FieldNode {
  readonly type: TypeNode;
  /** May be absent. Absent is not null: a field is null only where `nullable`. */
  readonly optional?: true;
  readonly nullable?: true;
  /** Used when an input leaves the field out; in wire form (as JSON carries it). */
  readonly default?: JsonValue;
  /** Set by the server: refused in input. */
  readonly readOnly?: true;
  /** Taken in input, never sent out. */
  readonly writeOnly?: true;
  /** May be given at create, never changed after. */
  readonly immutable?: true;
  /** Kept out of logs, error messages and audit. */
  readonly sensitive?: true;
  readonly unique?: true;
  /** Roles (or `"owner"`) that see and write the field; others never learn of it. Absent: all who see the row. */
  readonly visibleTo?: readonly string[];
  readonly deprecated?: string;
  readonly since?: string;
  readonly example?: JsonValue;
  readonly description?: string;
}
