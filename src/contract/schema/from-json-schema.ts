import type { Mistake } from "../../base/errors/index.ts";
import type { JsonValue } from "../../base/lib/index.ts";
import {
  type AnyField,
  Field,
  type FieldSpec,
  type FieldTraits,
  type ObjectField,
  type TypeSpec,
} from "./field.ts";
import {
  allow,
  type Complaints,
  complain,
  count,
  isSchema,
  type JsonSchema,
  readEnum,
  readInteger,
  readNumber,
  readString,
} from "./json-schema-leaf.ts";

/** Longest list and map where the schema sets no limit: the same as t.list() and t.map(). */
const MAX_ITEMS = 1000;

interface Scope extends Complaints {
  readonly root: JsonSchema;
  /** Names of the definitions being read: one that comes again is recursive. */
  readonly open: readonly string[];
}

/** Reads a JSON Schema as a portable type. What none of them means exactly is added to `mistakes`. */
export function readJsonSchema(schema: JsonSchema, place: string, mistakes: Mistake[]): FieldSpec {
  return readSpec(schema, place, { root: schema, mistakes, open: [] });
}

function readSpec(given: JsonSchema, place: string, scope: Scope): FieldSpec {
  const [schema, nullable] = withoutNull(given);
  if (typeof schema.$ref === "string") return readRef(schema, schema.$ref, nullable, place, scope);
  return {
    type: readType(schema, place, scope),
    traits: { ...readTraits(given), ...(nullable ? { nullable } : {}) },
  };
}

function readRef(schema: JsonSchema, ref: string, nullable: boolean, place: string, scope: Scope): FieldSpec {
  allow(schema, ["$ref"], place, scope);
  const name = ref.startsWith("#/$defs/") ? ref.slice("#/$defs/".length) : undefined;
  const definitions = scope.root.$defs;
  const target = name !== undefined && isSchema(definitions) ? definitions[name] : undefined;
  if (name === undefined || !isSchema(target) || scope.open.includes(name)) {
    complain(
      place,
      "a type that does not contain itself",
      `a reference to ${ref}`,
      "use t.json() for recursive data",
      scope,
    );
    return { type: { kind: "bool" }, traits: {} };
  }
  const spec = readSpec(target, place, { ...scope, open: [...scope.open, name] });
  return {
    type: spec.type,
    traits: { ...spec.traits, ...readTraits(schema), ...(nullable ? { nullable } : {}) },
  };
}

/** Takes `null` out of `type: [x, "null"]` and of `anyOf` or `oneOf` with it. */
function withoutNull(schema: JsonSchema): readonly [JsonSchema, boolean] {
  const { type, enum: values, ...rest } = schema;
  if (Array.isArray(type) && type.includes("null")) {
    const types = type.filter((name) => name !== "null");
    const kept = Array.isArray(values) ? { enum: values.filter((value) => value !== null) } : {};
    return [{ ...rest, ...kept, type: types.length === 1 ? (types[0] ?? "null") : types }, true];
  }
  for (const keyword of ["anyOf", "oneOf"] as const) {
    const { [keyword]: options, ...others } = schema;
    if (!Array.isArray(options)) continue;
    const kept = options.filter((option) => !(isSchema(option) && option.type === "null"));
    if (kept.length === options.length) continue;
    const only = kept.length === 1 ? kept[0] : undefined;
    return [isSchema(only) ? { ...only, ...others } : { ...others, [keyword]: kept }, true];
  }
  return [schema, false];
}

function readTraits({ description, deprecated, examples, default: value }: JsonSchema): FieldTraits {
  return {
    ...(typeof description === "string" ? { description } : {}),
    ...(deprecated === true ? { deprecated: "Deprecated." } : {}),
    ...(Array.isArray(examples) && examples.length > 0 ? { example: examples[0] } : {}),
    ...(value === undefined ? {} : { default: value }),
  };
}

function readType(schema: JsonSchema, place: string, scope: Scope): TypeSpec {
  const options = schema.oneOf ?? schema.anyOf;
  if (Array.isArray(options)) return readUnion(schema, options, place, scope);
  if (schema.enum !== undefined || schema.const !== undefined) return readEnum(schema, place, scope);
  switch (schema.type) {
    case "string":
      return readString(schema, place, scope);
    case "boolean":
      allow(schema, ["type"], place, scope);
      return { kind: "bool" };
    case "integer":
      return readInteger(schema, place, scope);
    case "number":
      return readNumber(schema, place, scope);
    case "array":
      return readArray(schema, place, scope);
    case "object":
      return readObject(schema, place, scope);
    default: {
      const found = schema.type === undefined ? "any value" : `type ${JSON.stringify(schema.type)}`;
      complain(
        place,
        "one type",
        found,
        "use t.json() for any JSON value, a union of objects for alternatives",
        scope,
      );
      return { kind: "bool" };
    }
  }
}

function readArray(schema: JsonSchema, place: string, scope: Scope): TypeSpec {
  allow(schema, ["type", "items", "minItems", "maxItems"], place, scope);
  const minItems = count(schema.minItems);
  return {
    kind: "list",
    items: readField(schema.items, `${place}[]`, scope),
    maxItems: count(schema.maxItems) ?? MAX_ITEMS,
    ...(minItems === undefined ? {} : { minItems }),
  };
}

function readObject(schema: JsonSchema, place: string, scope: Scope): TypeSpec {
  const { properties, additionalProperties: more, propertyNames } = schema;
  if (isSchema(properties)) return readProperties(schema, place, scope);
  allow(schema, ["type", "additionalProperties", "propertyNames"], place, scope);
  if (propertyNames !== undefined && JSON.stringify(propertyNames) !== '{"type":"string"}') {
    complain(place, "a map with any keys", "rules for its keys", "use an object with named fields", scope);
  }
  return { kind: "map", values: readField(more, `${place}{}`, scope), maxEntries: MAX_ITEMS };
}

function readProperties(
  schema: JsonSchema,
  place: string,
  scope: Scope,
): Extract<TypeSpec, { kind: "object" }> {
  allow(schema, ["type", "properties", "required", "additionalProperties"], place, scope);
  const { properties, required, additionalProperties: more } = schema;
  if (more !== undefined && more !== false) {
    complain(
      place,
      "an object with named fields only",
      "other keys allowed",
      "name them, or put them in a map",
      scope,
    );
  }
  const names = Array.isArray(required) ? required : [];
  const fields: Record<string, AnyField> = {};
  for (const [name, property] of Object.entries(isSchema(properties) ? properties : {})) {
    const { spec } = readField(property, `${place}.${name}`, scope);
    const optional = !names.includes(name) && spec.traits.default === undefined;
    fields[name] = optional
      ? new Field({ ...spec, traits: { ...spec.traits, optional: true } })
      : new Field(spec);
  }
  return { kind: "object", fields };
}

/** Alternatives that are objects told apart by a required property with a constant text. */
function readUnion(schema: JsonSchema, options: readonly JsonValue[], place: string, scope: Scope): TypeSpec {
  allow(schema, ["type", "oneOf", "anyOf"], place, scope);
  const objects = options
    .filter((option) => isSchema(option))
    .filter((option) => isSchema(option.properties));
  const tag = objects.length === options.length ? commonTag(objects) : undefined;
  if (tag === undefined) {
    complain(
      place,
      "alternatives that are objects with a constant text under one name",
      `${options.length} alternatives without it`,
      "add a field such as kind, or use t.json()",
      scope,
    );
    return { kind: "bool" };
  }
  const variants: Record<string, ObjectField> = {};
  for (const option of objects) {
    const { [tag]: constant, ...properties } = isSchema(option.properties) ? option.properties : {};
    const name = constantOf(constant) ?? "";
    const type = readProperties({ ...option, properties }, `${place}.${name}`, scope);
    variants[name] = new Field({ type, traits: readTraits(option) }) as ObjectField;
  }
  return { kind: "union", tag, variants };
}

function commonTag(objects: readonly JsonSchema[]): string | undefined {
  const first = objects[0]?.properties;
  return Object.keys(isSchema(first) ? first : {}).find((name) => {
    const constants = objects.map((object) => {
      const required = Array.isArray(object.required) && object.required.includes(name);
      return required && isSchema(object.properties) ? constantOf(object.properties[name]) : undefined;
    });
    return constants.every((text) => text !== undefined) && new Set(constants).size === objects.length;
  });
}

function constantOf(schema: JsonValue | undefined): string | undefined {
  if (!isSchema(schema)) return undefined;
  const only = Array.isArray(schema.enum) && schema.enum.length === 1 ? schema.enum[0] : schema.const;
  return typeof only === "string" ? only : undefined;
}

function readField(schema: JsonValue | undefined, place: string, scope: Scope): Field<unknown> {
  return new Field(readSpec(isSchema(schema) ? schema : {}, place, scope));
}
