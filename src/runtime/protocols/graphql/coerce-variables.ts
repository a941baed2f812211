import { print, type VariableDefinitionNode } from "graphql";
import type { Violation } from "../../../base/errors/index.ts";
import { isDecimal } from "../../../base/lib/index.ts";
import {
  type GraphqlDescription,
  type GraphqlInput,
  isOwnScalar,
  SCALAR_TYPES,
} from "../../../contract/graphql/index.ts";
import { compileDecoder, type Decoder } from "../../../contract/schema/index.ts";
import { readDefault, toTagged, type Variables } from "./arguments.ts";
import type { PlanScope } from "./plan-scope.ts";

/**
 * Brings one value to wire form (section 6.1.2), nothing rounded. What is wrong goes to `violations` and stays as it came,
 * so that the engine's own rules can be asked for the rest.
 */
export type Coerce = (value: unknown, pointer: string, violations: Violation[]) => unknown;

/** A variable of an operation. */
export interface CoercedVariable {
  readonly name: string;
  /** As SDL writes it. */
  readonly type: string;
  readonly coerce: Coerce;
  /** Its default, where it has one. */
  readonly otherwise?: { readonly value: unknown };
  readonly definition: VariableDefinitionNode;
}

/** Makes what a variable's values are coerced by. */
export function compileVariable(definition: VariableDefinitionNode, scope: PlanScope): CoercedVariable {
  const type = print(definition.type);
  const { defaultValue } = definition;
  return {
    name: definition.variable.name.value,
    type,
    coerce: compileCoerce(type, scope.description),
    ...(defaultValue === undefined ? {} : { otherwise: { value: readDefault(type, defaultValue, scope) } }),
    definition,
  };
}

/** A variable whose value is not of its type. */
export interface RefusedVariable {
  readonly variable: CoercedVariable;
  /** As far as it could be brought to wire form. */
  readonly value: unknown;
  readonly violations: readonly Violation[];
}

/** Coerces all variables of a request, and tells of those that cannot be; those not declared are passed over. */
export function coerceVariables(
  variables: readonly CoercedVariable[],
  given: Variables,
  refused: RefusedVariable[],
): Variables {
  const values: Record<string, unknown> = {};
  for (const variable of variables) {
    const { name, type, coerce, otherwise } = variable;
    if (!Object.hasOwn(given, name) || given[name] === undefined) {
      if (otherwise !== undefined) values[name] = otherwise.value;
      else if (type.endsWith("!")) refused.push({ variable, value: undefined, violations: [absent("")] });
      continue;
    }
    const violations: Violation[] = [];
    values[name] = coerce(given[name], "", violations);
    if (violations.length > 0) refused.push({ variable, value: values[name], violations });
  }
  return values;
}

function absent(pointer: string): Violation {
  return { pointer, code: "required", message: "Must be given." };
}

function compileCoerce(type: string, description: GraphqlDescription): Coerce {
  if (type.endsWith("!")) {
    const coerce = compileCoerce(type.slice(0, -1), description);
    return (value, pointer, violations) => {
      if (value !== null && value !== undefined) return coerce(value, pointer, violations);
      violations.push({ pointer, code: "wrong_type", message: "Must not be null." });
      return value;
    };
  }
  const inner = compileSome(type, description);
  return (value, pointer, violations) =>
    value === null || value === undefined ? value : inner(value, pointer, violations);
}

function compileSome(type: string, description: GraphqlDescription): Coerce {
  if (type.endsWith("]")) {
    const coerce = compileCoerce(type.slice(1, -1), description);
    return (value, pointer, violations) =>
      Array.isArray(value)
        ? value.map((item: unknown, index) => coerce(item, `${pointer}/${index}`, violations))
        : [coerce(value, `${pointer}/0`, violations)];
  }
  const described = description.types.get(type);
  if (described?.kind === "enum") {
    const values = new Map(described.values.map(({ name, value }) => [name, value]));
    return (value, pointer, violations) => {
      const found = typeof value === "string" ? values.get(value) : undefined;
      if (found !== undefined) return found;
      const code = typeof value === "string" ? "not_allowed" : "wrong_type";
      const message = `Must be one of ${[...values.keys()].join(", ")}.`;
      violations.push({ pointer, code, message });
      return value;
    };
  }
  if (described?.kind === "input") return compileInput(described, description);
  return SCALARS[type] ?? compileScalar(type);
}

function compileInput({ fields, tag }: GraphqlInput, description: GraphqlDescription): Coerce {
  // Made when first used: input types may name each other.
  let made: ReadonlyMap<string, Coerce> | undefined;
  const coercers = () => {
    made ??= new Map(fields.map(({ name, type }) => [name, compileCoerce(type, description)]));
    return made;
  };
  return (value, pointer, violations) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return wrongType("an object", value, pointer, violations);
    }
    const given: Variables = { ...value };
    const values: Record<string, unknown> = {};
    for (const name of Object.keys(given)) {
      const coerce = coercers().get(name);
      if (coerce === undefined) {
        violations.push({
          pointer: `${pointer}/${name}`,
          code: "unknown_field",
          message: `There is no field of this name. Allowed: ${fields.map((field) => field.name).join(", ")}.`,
        });
        Object.defineProperty(values, name, { value: given[name], enumerable: true });
      } else if (given[name] !== undefined) {
        // In the operation's own input a variant has no name of its own to go through: its tag stands beside its fields.
        const place = tag === undefined ? `${pointer}/${name}` : pointer;
        values[name] = coerce(given[name], place, violations);
      }
    }
    for (const { name, type, default: otherwise } of fields) {
      if (given[name] !== undefined) continue;
      if (otherwise !== undefined) values[name] = otherwise.value;
      else if (type.endsWith("!")) violations.push(absent(`${pointer}/${name}`));
    }
    if (tag === undefined) return values;
    const [only, ...others] = Object.values(values);
    if (only !== undefined && only !== null && others.length === 0) return toTagged(tag, values);
    violations.push({
      pointer,
      code: "wrong_type",
      message: "Must have exactly one field that is not null.",
    });
    return values;
  };
}

function wrongType(expected: string, value: unknown, pointer: string, violations: Violation[]): unknown {
  const found = Array.isArray(value)
    ? "a list"
    : typeof value === "object"
      ? "an object"
      : `a ${typeof value}`;
  violations.push({ pointer, code: "wrong_type", message: `Expected ${expected}, found ${found}.` });
  return value;
}

function expecting(expected: string, is: (value: unknown) => boolean): Coerce {
  return (value, pointer, violations) =>
    is(value) ? value : wrongType(expected, value, pointer, violations);
}

const isInt32 = (value: unknown): boolean => typeof value === "number" && (value | 0) === value;

const SCALARS: Readonly<Record<string, Coerce>> = {
  String: expecting("a string", (value) => typeof value === "string"),
  Boolean: expecting("true or false", (value) => typeof value === "boolean"),
  Int: expecting("a whole number of 32 bits", isInt32),
  Float: expecting("a number", (value) => typeof value === "number" || typeof value === "bigint"),
  ID: (value, pointer, violations) =>
    typeof value === "number" && Number.isSafeInteger(value)
      ? String(value)
      : expecting("a string", (id) => typeof id === "string")(value, pointer, violations),
  JSON: (value) => value,
  Map: expecting("an object", (value) => typeof value === "object" && !Array.isArray(value)),
  _Any: expecting("an object", (value) => typeof value === "object" && !Array.isArray(value)),
  Decimal: (value, pointer, violations) => {
    if (typeof value !== "string") return wrongType('a string such as "12.50"', value, pointer, violations);
    if (!isDecimal(value)) {
      violations.push({ pointer, code: "bad_format", message: 'Must be a number such as "12.50".' });
    }
    return value;
  },
};

const decoders = new Map<string, Decoder>();

/** Scalars whose form the portable types know. */
function compileScalar(name: string): Coerce {
  let decode = decoders.get(name);
  if (decode === undefined) {
    const type = isOwnScalar(name) ? SCALAR_TYPES[name] : undefined;
    if (type === undefined) throw new TypeError(`There is no scalar ${name}`);
    decode = compileDecoder({ type });
    decoders.set(name, decode);
  }
  const known = decode;
  return (value, pointer, violations) => {
    known(value, pointer, violations);
    return value;
  };
}
