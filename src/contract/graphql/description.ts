import type { JsonValue } from "../../base/lib/json.ts";

/** A GraphQL schema as plain data, by type name in the order in which it is printed; what executes it reads `source`. */
export interface GraphqlDescription {
  readonly types: ReadonlyMap<string, GraphqlType>;
}

/** A type of the schema. */
export type GraphqlType =
  | GraphqlScalar
  | GraphqlEnum
  | GraphqlObject
  | GraphqlInterface
  | GraphqlUnion
  | GraphqlInput;

/** A scalar of our own: a portable type that GraphQL has none for. */
export interface GraphqlScalar {
  readonly kind: "scalar";
  readonly name: string;
  readonly description: string;
}

export interface GraphqlEnum {
  readonly kind: "enum";
  readonly name: string;
  readonly description?: string | undefined;
  /** Name in GraphQL, in capitals, and value in wire form. */
  readonly values: readonly { readonly name: string; readonly value: string }[];
}

export interface GraphqlObject {
  readonly kind: "object";
  readonly name: string;
  readonly description?: string | undefined;
  readonly interfaces?: readonly string[];
  readonly fields: readonly GraphqlField[];
  /** Rows of this resource. */
  readonly resource?: string;
}

export interface GraphqlInterface {
  readonly kind: "interface";
  readonly name: string;
  readonly description: string;
  readonly fields: readonly GraphqlField[];
}

export interface GraphqlUnion {
  readonly kind: "union";
  readonly name: string;
  readonly description?: string | undefined;
  /** Member types by the value of `tag`. */
  readonly members: Readonly<Record<string, string>>;
  /** Member of the value that says which it is. */
  readonly tag: string;
}

export interface GraphqlInput {
  readonly kind: "input";
  readonly name: string;
  readonly description?: string | undefined;
  readonly fields: readonly GraphqlInputField[];
  /** A union: exactly one field is given (`@oneOf`); in wire form its value gets this member, with the field's name. */
  readonly tag?: string;
}

/** A field of an output type. */
export interface GraphqlField {
  readonly name: string;
  /** As SDL writes it: `[ID!]!`. */
  readonly type: string;
  readonly description?: string | undefined;
  readonly deprecated?: string | undefined;
  readonly args?: readonly GraphqlInputField[];
  readonly source: GraphqlSource;
}

/** An argument, or a field of an input type. */
export interface GraphqlInputField {
  readonly name: string;
  readonly type: string;
  readonly description?: string | undefined;
  readonly deprecated?: string | undefined;
  /** Used where it is left out: in wire form, and as GraphQL writes it. */
  readonly default?: { readonly value: JsonValue; readonly literal: string };
}

/** Where the value of a field comes from. */
export type GraphqlSource =
  /** Member of the value or field of the row that it belongs to. */
  | { readonly kind: "member"; readonly name: string }
  /** The row that a ref names. */
  | { readonly kind: "ref"; readonly field: string }
  /** The rows that refer to this one. */
  | { readonly kind: "relation"; readonly relation: string }
  /** A call of an operation of the model. */
  | { readonly kind: "operation"; readonly id: string }
  /** Of Query: the row of an id, or those of several. */
  | { readonly kind: "node" | "nodes" }
  /** Of Query, for gateways: the subgraph's text, and rows by what gateways know of them. */
  | { readonly kind: "subgraph"; readonly part: "service" | "entities" }
  /** Of Query: the version of the contract. */
  | { readonly kind: "version" }
  /** Of a connection, its edges and its page info. */
  | {
      readonly kind: "page";
      readonly part:
        | "edges"
        | "nodes"
        | "pageInfo"
        | "totalCount"
        | "node"
        | "cursor"
        | "hasNextPage"
        | "hasPreviousPage"
        | "startCursor"
        | "endCursor";
    }
  /** Of a mutation's payload. */
  | {
      readonly kind: "payload";
      readonly part: "row" | "result" | "deletedId" | "operation" | "version" | "replayed" | "error";
    };
