import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from "graphql";
import type { Violation } from "../../../base/errors/index.ts";
import { isDecimal, isWritingOf } from "../../../base/lib/index.ts";
import { type GraphqlScalar, isOwnScalar, SCALAR_TYPES } from "../../../contract/graphql/index.ts";
import { compileDecoder, type Decoder } from "../../../contract/schema/index.ts";

/**
 * Makes a scalar of ours for graphql-js. Inside, its values are in wire form, as they came: the engine reads them, and
 * this only refuses what could not be one. Literals are read from their text, so that no number is rounded.
 */
export function createScalar({ name, description }: GraphqlScalar): GraphQLScalarType {
  const check = checkerOf(name);
  return new GraphQLScalarType({
    name,
    description,
    serialize: (value) => value,
    parseValue: (value) => check(value),
    parseLiteral: (node, variables) => check(literalToJson(node, variables ?? {}), node),
  });
}

/** Throws what is wrong with a value, at the literal that has it. */
type Check = (value: unknown, nodes?: ValueNode) => unknown;

function checkerOf(name: string): Check {
  if (name === "JSON") return (value) => value;
  if (name === "Map" || name === "_Any") {
    return (value, nodes) => {
      if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
      throw wrong(`${name} is a JSON object.`, nodes);
    };
  }
  if (name === "Decimal") {
    return (value, nodes) => {
      if (typeof value === "string" && isDecimal(value)) return value;
      throw wrong('A Decimal is a string such as "12.50".', nodes);
    };
  }
  const type = isOwnScalar(name) ? SCALAR_TYPES[name] : undefined;
  const decode: Decoder = compileDecoder({ type: type ?? { kind: "json", maxBytes: 1_073_741_824 } });
  return (value, nodes) => {
    const violations: Violation[] = [];
    decode(value, "", violations);
    const [first] = violations;
    if (first === undefined) return value;
    throw wrong(`${name}: ${first.message}`, nodes);
  };
}

function wrong(message: string, nodes: ValueNode | undefined): GraphQLError {
  return new GraphQLError(message, nodes === undefined ? {} : { nodes });
}

/** A literal as the JSON that it stands for. Throws where a number would be rounded. */
export function literalToJson(node: ValueNode, variables: Readonly<Record<string, unknown>>): unknown {
  switch (node.kind) {
    case Kind.NULL:
      return null;
    case Kind.BOOLEAN:
    case Kind.STRING:
    case Kind.ENUM:
      return node.value;
    case Kind.INT: {
      const value = Number(node.value);
      return Number.isSafeInteger(value) ? value : BigInt(node.value);
    }
    case Kind.FLOAT: {
      const value = Number(node.value);
      if (Number.isFinite(value) && isWritingOf(node.value, value)) return value;
      throw new GraphQLError(`The number ${node.value} cannot be kept exactly.`, { nodes: node });
    }
    case Kind.LIST:
      return node.values.map((item) => literalToJson(item, variables));
    case Kind.OBJECT: {
      const value: Record<string, unknown> = {};
      for (const field of node.fields) {
        // As Object.defineProperty: a key such as __proto__ is refused by who reads the value, not lost here.
        const inner = literalToJson(field.value, variables);
        Object.defineProperty(value, field.name.value, {
          value: inner,
          enumerable: true,
          configurable: true,
          writable: true,
        });
      }
      return value;
    }
    case Kind.VARIABLE:
      return variables[node.name.value] ?? null;
  }
}
