import type { ObjectField } from "../schema/field.ts";
import {
  type AnyField,
  Field,
  type FieldSpec,
  type Fields,
  type TypeKind,
  type TypeSpec,
} from "../schema/index.ts";
import { isRecord } from "./read-options.ts";
import { copyTraits, type FieldPlace, TYPE_OPTIONS } from "./read-traits.ts";
import { aKind, show } from "./report.ts";
import { resolveTarget } from "./scope.ts";

/** Values that GraphQL reads as literals, and the name of every proto3 enum's zero. */
const RESERVED_VALUES: readonly unknown[] = ["true", "false", "null", "unspecified"];

/** Levels of lists, maps, objects and unions inside each other: half of what the JSON parser reads. */
const MAX_DEPTH = 32;

interface KindOptions {
  readonly required: readonly string[];
  readonly optional?: readonly string[];
}

const BOUNDS = ["minimum", "maximum"];
const NONE: KindOptions = { required: [] };

/** What each kind of type is made of. */
const OPTIONS: Readonly<Record<TypeKind, KindOptions>> = {
  id: { required: ["prefix"] },
  ref: { required: ["target"] },
  string: { required: ["maxLength"], optional: ["minLength", "pattern", "format"] },
  text: { required: ["maxLength"], optional: ["minLength"] },
  bool: NONE,
  int32: { required: [], optional: BOUNDS },
  int64: { required: [], optional: BOUNDS },
  float64: { required: [], optional: BOUNDS },
  decimal: { required: ["precision", "scale"], optional: BOUNDS },
  money: { required: ["currency"], optional: BOUNDS },
  timestamp: NONE,
  date: NONE,
  duration: NONE,
  bytes: { required: ["maxBytes"] },
  enum: { required: ["values"] },
  list: { required: ["items", "maxItems"], optional: ["minItems"] },
  map: { required: ["values", "maxEntries"] },
  object: { required: ["fields"] },
  union: { required: ["tag", "variants"] },
  json: { required: ["maxBytes"] },
  file: { required: ["maxBytes"], optional: ["mediaTypes"] },
};

/** Tells whether a value was made by one of `t.*`. */
function isField(value: unknown): value is AnyField {
  if (!isRecord(value) || !isRecord(value.spec)) return false;
  return isRecord(value.spec.type) && isRecord(value.spec.traits) && isKind(value.spec.type.kind);
}

function isKind(kind: unknown): boolean {
  return typeof kind === "string" && Object.hasOwn(OPTIONS, kind);
}

/**
 * Copies what an author wrote, with refs resolved to names, after checking the parts that plain JavaScript can get wrong
 * and the schema room takes on trust. Undefined where a mistake was reported.
 */
export function readField(field: unknown, at: FieldPlace): FieldSpec | undefined {
  return copyField(field, at, []);
}

/** `outer`: the fields of the objects that this one is inside of, to end where one contains itself. */
function copyField(field: unknown, at: FieldPlace, outer: readonly unknown[]): FieldSpec | undefined {
  if (!isField(field)) {
    at.scope.report({
      place: at.place,
      expected: "a field type such as t.string()",
      found: show(field),
      fix: typeof field === "function" ? "call it: t.string()" : "use one of t.*",
    });
    return undefined;
  }
  const traits = copyTraits(field.spec.traits, at);
  const type = copyType(field.spec.type, at, outer);
  return traits && type && { type, traits };
}

function copyType(type: TypeSpec, at: FieldPlace, outer: readonly unknown[]): TypeSpec | undefined {
  if (!checkOptions(type, at)) return undefined;
  if (outer.length > MAX_DEPTH) {
    const fix = "flatten it, or make resources of its parts";
    at.scope.report({ place: at.place, expected: `at most ${MAX_DEPTH} levels`, found: "more", fix });
    return undefined;
  }
  switch (type.kind) {
    case "ref":
      return copyRef(type.target, at);
    case "list": {
      const items = copyField(type.items, { ...at, inner: true, place: `${at.place}[]` }, [...outer, type]);
      return items && { ...type, items: new Field(items) };
    }
    case "map": {
      const values = copyField(type.values, { ...at, inner: true, place: `${at.place}{}` }, [...outer, type]);
      return values && { ...type, values: new Field(values) };
    }
    case "object": {
      const fields = copyFields(type.fields, at, outer);
      return fields && { kind: "object", fields };
    }
    case "union": {
      const variants = copyVariants(type.variants, at, outer);
      return variants && { ...type, variants };
    }
    case "enum":
      return copyEnum(type.values, at);
    case "file":
      return copyFile(type, at, outer);
    default:
      return { ...type };
  }
}

function checkOptions(type: TypeSpec, { place, scope }: FieldPlace): boolean {
  const { required, optional = [] } = OPTIONS[type.kind];
  const given: ReadonlyMap<string, unknown> = new Map(Object.entries(type));
  const missing = required.filter((name) => !given.has(name));
  let right = true;
  for (const name of [...missing, ...given.keys()]) {
    const value = given.get(name);
    const isKnown = name === "kind" || required.includes(name) || optional.includes(name);
    const expected = isKnown ? formOf(name, type.kind) : "option that the type has";
    if (expected === undefined || typeof value === expected) continue;
    const fix =
      expected === "string"
        ? "write it in quotes"
        : expected === "number"
          ? "write it without quotes"
          : "remove it";
    scope.report({ place: `${place}, ${name}`, expected: `a ${expected}`, found: show(value), fix });
    right = false;
  }
  return right;
}

/** JavaScript type of an option; undefined for those that hold other types, which are checked as they are copied. */
function formOf(name: string, kind: TypeKind): "string" | "number" | undefined {
  if (name === "minimum" || name === "maximum")
    return kind === "int32" || kind === "float64" ? "number" : "string";
  return Object.hasOwn(TYPE_OPTIONS, name) ? TYPE_OPTIONS[name] : undefined;
}

function copyRef(target: unknown, { place, stored, inner, scope }: FieldPlace): TypeSpec | undefined {
  const resource = resolveTarget(target, place, scope);
  if (resource !== undefined && stored && inner) {
    scope.report({
      place,
      expected: "a ref as a field of the resource itself, where the database holds it to a row that exists",
      found: `a ref to ${resource} inside a value`,
      fix: "make it a field of the resource, make a resource of the relation, or use t.id(…) for an id nobody checks",
    });
    return undefined;
  }
  return resource === undefined ? undefined : { kind: "ref", target: resource };
}

function copyFields(given: unknown, at: FieldPlace, outer: readonly unknown[]): Fields | undefined {
  if (!isRecord(given) || outer.includes(given)) {
    at.scope.report({
      place: at.place,
      expected: "fields by name",
      found: isRecord(given) ? "an object that contains itself" : show(given),
      fix: isRecord(given)
        ? "make a resource with a t.ref to itself, or use t.json()"
        : "write t.object({ … })",
    });
    return undefined;
  }
  const fields: Record<string, AnyField> = {};
  let right = true;
  for (const [name, field] of Object.entries(given)) {
    const copy = copyField(field, { ...at, inner: true, place: `${at.place}.${name}` }, [...outer, given]);
    if (copy === undefined) right = false;
    // Assigning the key __proto__ would set the prototype, and the schema room would not see the name to refuse it.
    else Object.defineProperty(fields, name, { value: new Field(copy), enumerable: true });
  }
  return right ? fields : undefined;
}

function copyVariants(
  given: unknown,
  at: FieldPlace,
  outer: readonly unknown[],
): Readonly<Record<string, ObjectField>> | undefined {
  if (!isRecord(given)) {
    at.scope.report({
      place: at.place,
      expected: "objects by tag",
      found: show(given),
      fix: "write { a: t.object(…) }",
    });
    return undefined;
  }
  const variants: Record<string, ObjectField> = {};
  let right = true;
  for (const [name, variant] of Object.entries(given)) {
    const place = `${at.place}.${name}`;
    const copy = copyField(variant, { ...at, inner: true, place }, outer);
    const field = copy && new Field(copy);
    if (field && isObjectField(field)) variants[name] = field;
    else {
      if (field) {
        const fix = "write t.object({ … }) without traits";
        at.scope.report({
          place,
          expected: "an object",
          found: `${aKind(field.spec.type.kind)} or one with traits`,
          fix,
        });
      }
      right = false;
    }
  }
  return right ? variants : undefined;
}

function isObjectField(field: AnyField): field is ObjectField {
  const { optional, nullable, default: value } = field.spec.traits;
  return field.spec.type.kind === "object" && !optional && !nullable && value === undefined;
}

function copyFile(
  type: Extract<TypeSpec, { kind: "file" }>,
  { place, stored, scope }: FieldPlace,
  outer: readonly unknown[],
): TypeSpec | undefined {
  const { mediaTypes } = type;
  if (mediaTypes !== undefined && !(Array.isArray(mediaTypes) && mediaTypes.every(isText))) {
    const fix = 'write mediaTypes: ["application/pdf"]';
    scope.report({ place, expected: "a list of media types", found: show(mediaTypes), fix });
    return undefined;
  }
  // Inside a shape one level is that of its own fields; a list or a map is a level too, and has none.
  const [outermost] = outer;
  const inList = isRecord(outermost) && isKind(outermost.kind);
  if (outer.length > (stored ? 0 : 1) || inList) {
    scope.report({
      place,
      expected: "a file as a field of a resource or of a command's input, or as a query's whole output",
      found: "a file inside another value",
      fix: "make a resource of it, with t.file() as one of its fields",
    });
    return undefined;
  }
  return mediaTypes === undefined ? { ...type } : { ...type, mediaTypes: [...mediaTypes] };
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function copyEnum(values: unknown, { place, scope }: FieldPlace): TypeSpec | undefined {
  const wrong = Array.isArray(values)
    ? values.findIndex((value) => typeof value !== "string" || RESERVED_VALUES.includes(value))
    : undefined;
  if (Array.isArray(values) && wrong === -1) return { kind: "enum", values: [...values] };
  scope.report({
    place,
    expected: `a list of names other than ${RESERVED_VALUES.join(", ")}`,
    found: show(Array.isArray(values) ? values[wrong ?? 0] : values),
    fix: Array.isArray(values) ? "rename the value, or use t.bool()" : 'write t.enum(["a", "b"])',
  });
  return undefined;
}
