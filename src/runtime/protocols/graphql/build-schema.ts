import {
  GraphQLBoolean,
  GraphQLEnumType,
  type GraphQLFieldConfig,
  GraphQLFloat,
  GraphQLID,
  type GraphQLInputFieldConfig,
  GraphQLInputObjectType,
  type GraphQLInputType,
  GraphQLInt,
  GraphQLInterfaceType,
  GraphQLList,
  type GraphQLNamedType,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLOutputType,
  GraphQLSchema,
  GraphQLString,
  type GraphQLType,
  GraphQLUnionType,
  isInputType,
  isInterfaceType,
  isObjectType,
  isOutputType,
} from "graphql";
import type {
  GraphqlDescription,
  GraphqlField,
  GraphqlInputField,
  GraphqlType,
} from "../../../contract/graphql/index.ts";
import { createScalar } from "./scalars.ts";

const BUILT_IN: readonly GraphQLNamedType[] = [
  GraphQLString,
  GraphQLInt,
  GraphQLFloat,
  GraphQLBoolean,
  GraphQLID,
];

/** Makes the schema that requests are checked against, without resolvers: the executor has plans instead. */
export function buildGraphqlSchema({ types }: GraphqlDescription): GraphQLSchema {
  const made = new Map(BUILT_IN.map((type) => [type.name, type]));
  const find = (name: string): GraphQLNamedType => {
    const type = made.get(name);
    if (type === undefined) throw new TypeError(`The schema has no type ${name}`);
    return type;
  };
  for (const type of types.values()) made.set(type.name, makeType(type, find));
  const query = find("Query");
  const mutation = made.get("Mutation");
  return new GraphQLSchema({
    query: isObjectType(query) ? query : null,
    mutation: isObjectType(mutation) ? mutation : null,
    types: [...types.keys()].map(find),
    // The names have been checked by the compiler, and that the schema is valid by tests over generated contracts.
    assumeValid: true,
  });
}

type Find = (name: string) => GraphQLNamedType;

function makeType(type: GraphqlType, find: Find): GraphQLNamedType {
  const about = { name: type.name, description: type.description ?? null };
  switch (type.kind) {
    case "scalar":
      return createScalar(type);
    case "enum":
      return new GraphQLEnumType({
        ...about,
        values: Object.fromEntries(type.values.map(({ name, value }) => [name, { value }])),
      });
    case "object":
      return new GraphQLObjectType({
        ...about,
        interfaces: () => (type.interfaces ?? []).map(find).filter(isInterfaceType),
        fields: () => outputFields(type.fields, find),
      });
    case "interface":
      return new GraphQLInterfaceType({ ...about, fields: () => outputFields(type.fields, find) });
    case "union":
      return new GraphQLUnionType({
        ...about,
        types: () => Object.values(type.members).map(find).filter(isObjectType),
      });
    case "input":
      return new GraphQLInputObjectType({
        ...about,
        isOneOf: type.tag !== undefined,
        fields: () => inputFields(type.fields, find),
      });
  }
}

function outputFields(fields: readonly GraphqlField[], find: Find) {
  const made: Record<string, GraphQLFieldConfig<unknown, unknown>> = {};
  for (const { name, type, description, deprecated, args = [] } of fields) {
    made[name] = {
      type: outputType(type, find),
      description: description ?? null,
      deprecationReason: deprecated ?? null,
      args: inputFields(args, find),
    };
  }
  return made;
}

function inputFields(fields: readonly GraphqlInputField[], find: Find) {
  const made: Record<string, GraphQLInputFieldConfig> = {};
  for (const { name, type, description, deprecated, default: value } of fields) {
    made[name] = {
      type: inputType(type, find),
      description: description ?? null,
      deprecationReason: deprecated ?? null,
      ...(value === undefined ? {} : { defaultValue: value.value }),
    };
  }
  return made;
}

function outputType(text: string, find: Find): GraphQLOutputType {
  const type = readType(text, find);
  if (isOutputType(type)) return type;
  throw new TypeError(`${text} is no type of answers`);
}

function inputType(text: string, find: Find): GraphQLInputType {
  const type = readType(text, find);
  if (isInputType(type)) return type;
  throw new TypeError(`${text} is no type of inputs`);
}

/** Reads a type as SDL writes it. */
function readType(text: string, find: Find): GraphQLType {
  if (text.endsWith("!")) {
    const inner = readType(text.slice(0, -1), find);
    return inner instanceof GraphQLNonNull ? inner : new GraphQLNonNull(inner);
  }
  if (text.endsWith("]")) return new GraphQLList(readType(text.slice(1, -1), find));
  return find(text);
}
