import { type FieldNode, Kind, type ValueNode } from "graphql";
import { ApiError } from "../../../base/errors/index.ts";
import type { GraphqlInput, GraphqlInputField } from "../../../contract/graphql/index.ts";
import { namedType, type PlanScope } from "./plan-scope.ts";
import { literalToJson } from "./scalars.ts";

/** Variables of a request in wire form; those that were left out, and have no default, are not there. */
export type Variables = Readonly<Record<string, unknown>>;

/** Gives the arguments of a field in wire form; what was left out is not there, null is null. */
export interface ReadArguments {
  (variables: Variables): Readonly<Record<string, unknown>>;
  /** Where no variable is in them. */
  readonly fixed?: Readonly<Record<string, unknown>>;
}

/** Makes the reader of a field's arguments: the same object each time where no variable is in them. */
export function compileArguments(
  args: readonly GraphqlInputField[],
  node: FieldNode,
  scope: PlanScope,
): ReadArguments {
  const given = new Map((node.arguments ?? []).map(({ name, value }) => [name.value, value]));
  const read = compileFields(args, given, scope);
  if (read.fixed === undefined) return read.read;
  const fixed = read.fixed;
  return Object.assign(() => fixed, { fixed });
}

/** Reads the default of a variable, which has no variables in it. */
export function readDefault(type: string, node: ValueNode, scope: PlanScope): unknown {
  return compileLiteral(type, node, scope).read({});
}

/** A value of the document: known beforehand, or read from the variables. */
interface Value<T = unknown> {
  /** Where no variable is in it. */
  readonly fixed?: T;
  readonly read: (variables: Variables) => T;
}

type Members = Readonly<Record<string, unknown>>;

function fixedValue<T>(fixed: T): Value<T> {
  return { fixed, read: () => fixed };
}

/** Stands for a value that is not there. */
const ABSENT: unique symbol = Symbol("absent");

function compileFields(
  fields: readonly GraphqlInputField[],
  given: ReadonlyMap<string, ValueNode>,
  scope: PlanScope,
): Value<Members> {
  const readers: [string, Value][] = [];
  for (const field of fields) {
    const node = given.get(field.name);
    if (node !== undefined) readers.push([field.name, compileGiven(field, node, scope)]);
    else if (field.default !== undefined) readers.push([field.name, fixedValue(field.default.value)]);
  }
  const read = (variables: Variables): Members => {
    const values: Record<string, unknown> = {};
    for (const [name, value] of readers) {
      const found = value.read(variables);
      if (found !== ABSENT) values[name] = found;
    }
    return values;
  };
  return readers.every(([, value]) => "fixed" in value) ? fixedValue(read({})) : { read };
}

/** A field that the document gives; a variable that is left out leaves the field out. */
function compileGiven(field: GraphqlInputField, node: ValueNode, scope: PlanScope): Value {
  if (node.kind !== Kind.VARIABLE) return compileLiteral(field.type, node, scope);
  const name = node.name.value;
  const otherwise = field.default === undefined ? ABSENT : field.default.value;
  const required = field.type.endsWith("!");
  return {
    read: (variables) => {
      if (!Object.hasOwn(variables, name)) return otherwise;
      // A variable that may be null stands where a default makes it optional (section 5.8.5).
      if (variables[name] === null && required) throw nullVariable(name);
      return variables[name];
    },
  };
}

function nullVariable(name: string): ApiError {
  return new ApiError("invalid_input", `The variable $${name} must not be null here.`, {
    violations: [{ pointer: `/${name}`, code: "wrong_type", message: "Must not be null." }],
  });
}

/** A literal of a type; documents have been validated, so it is of that type. */
function compileLiteral(type: string, node: ValueNode, scope: PlanScope): Value {
  if (node.kind === Kind.VARIABLE) {
    const name = node.name.value;
    return { read: (variables) => (Object.hasOwn(variables, name) ? variables[name] : null) };
  }
  if (node.kind === Kind.NULL) return fixedValue(null);
  const inner = type.endsWith("!") ? type.slice(0, -1) : type;
  if (inner.endsWith("]")) {
    const items = (node.kind === Kind.LIST ? node.values : [node]).map((item) =>
      compileLiteral(inner.slice(1, -1), item, scope),
    );
    const read = (variables: Variables) => items.map((item) => item.read(variables));
    return items.every((item) => "fixed" in item) ? fixedValue(read({})) : { read };
  }
  const described = scope.description.types.get(namedType(inner));
  if (described?.kind === "enum" && node.kind === Kind.ENUM) {
    return fixedValue(described.values.find(({ name }) => name === node.value)?.value);
  }
  if (described?.kind === "input" && node.kind === Kind.OBJECT) {
    const given = new Map(node.fields.map(({ name, value }) => [name.value, value]));
    return tagged(described, compileFields(described.fields, given, scope));
  }
  if (inner === "ID" && node.kind === Kind.INT) return fixedValue(node.value);
  if (holdsVariable(node)) return { read: (variables) => literalToJson(node, variables) };
  return fixedValue(literalToJson(node, {}));
}

/** A union's one field becomes its value, with the tag. */
function tagged({ tag }: GraphqlInput, value: Value<Members>): Value {
  if (tag === undefined) return value;
  const read = (variables: Variables) => toTagged(tag, value.read(variables));
  return "fixed" in value ? fixedValue(read({})) : { read };
}

/** The value of a union in wire form, of the one field that was given. */
export function toTagged(tag: string, members: Members): Members {
  const [entry] = Object.entries(members);
  const [variant, value] = entry ?? ["", undefined];
  return { [tag]: variant, ...(typeof value === "object" && value !== null ? value : {}) };
}

function holdsVariable(node: ValueNode): boolean {
  if (node.kind === Kind.VARIABLE) return true;
  if (node.kind === Kind.LIST) return node.values.some(holdsVariable);
  return node.kind === Kind.OBJECT && node.fields.some(({ value }) => holdsVariable(value));
}
