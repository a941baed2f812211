import type {
  ProtoEnum,
  ProtoField,
  ProtoMessage,
  ProtoMethodKind,
  ProtoSchema,
  ProtoService,
  ProtoType,
} from "../../contract/proto/index.ts";

/** A field of a message that others have defined: its number and type, `[]` for a list, `{}` for a map of strings. */
export type FieldDefinition = readonly [number: number, type: string];

/** A message that others have defined: fields by their names in the .proto file. */
export type MessageDefinition = Readonly<Record<string, FieldDefinition>>;

/** What a .proto file of others has of messages and enums; names within the package. */
export interface SchemaDefinition {
  readonly package: string;
  readonly path: string;
  readonly imports?: readonly string[];
  readonly messages: Readonly<Record<string, MessageDefinition>>;
  /** Number by value, without the one that is 0; values in wire form are named as here. */
  readonly enums?: Readonly<
    Record<string, { readonly zero: string; readonly values: Readonly<Record<string, number>> }>
  >;
  /** By service and method. */
  readonly services?: Readonly<Record<string, Readonly<Record<string, MethodDefinition>>>>;
}

/** A method's request and response, and who sends many. */
export type MethodDefinition = readonly [request: string, response: string, kind: ProtoMethodKind];

const NOTHING = { numbers: [], names: [] };

/**
 * Makes the schema of messages that are not the model's, so that the same codecs and descriptors are made from it. Types are
 * `string`, `bool`, `int32`, `int64`, `bytes`, `duration` and names of the definition.
 */
export function defineSchema(definition: SchemaDefinition): ProtoSchema {
  const { package: name, path, imports = [], messages, enums = {}, services = {} } = definition;
  const full = (local: string) => `${name}.${local}`;
  const inner = (outer: string, all: object) =>
    Object.keys(all)
      .filter((each) => each.startsWith(`${outer}.`) && !each.slice(outer.length + 1).includes("."))
      .map(full);
  const typeOf = (text: string): ProtoType => {
    if (text in enums) return { kind: "enum", name: full(text) };
    if (text in messages) return { kind: "message", name: full(text) };
    if (isScalar(text)) return { kind: text };
    throw new TypeError(`${name} has no ${text}`);
  };
  const fieldOf = ([field, [number, type]]: [string, FieldDefinition]): ProtoField => ({
    name: field,
    jsonName: field.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
    number,
    type: typeOf(type.replace(/\[\]$|\{\}$/, "")),
    label: type.endsWith("[]") ? "list" : type.endsWith("{}") ? "map" : "singular",
    path: [field],
  });
  const all: Record<string, ProtoMessage> = {};
  for (const [local, fields] of Object.entries(messages)) {
    all[full(local)] = {
      name: full(local),
      fields: Object.entries(fields).map(fieldOf),
      messages: inner(local, messages),
      enums: inner(local, enums),
      reserved: NOTHING,
    };
  }
  const allEnums: Record<string, ProtoEnum> = {};
  for (const [local, { zero, values }] of Object.entries(enums)) {
    allEnums[full(local)] = {
      name: full(local),
      values: Object.entries(values).map(([value, number]) => ({ name: value, number, value })),
      unspecified: zero,
      reserved: NOTHING,
    };
  }
  const allServices = Object.entries(services).map(
    ([service, methods]): ProtoService => ({
      name: full(service),
      methods: Object.entries(methods).map(([method, [request, response, kind]]) => ({
        name: method,
        path: `/${full(service)}/${method}`,
        operation: `${full(service)}/${method}`,
        kind,
        hasNoSideEffects: false,
        request: full(request),
        response: full(response),
      })),
    }),
  );
  const outermost = Object.keys(messages).filter((local) => !local.includes("."));
  return {
    package: name,
    files: [{ path, imports, messages: outermost.map(full), services: allServices }],
    messages: all,
    enums: allEnums,
    methods: Object.fromEntries(
      allServices.flatMap(({ methods }) => methods.map((method) => [method.path, method])),
    ),
    errors: {},
  };
}

const SCALARS = ["string", "bool", "int32", "int64", "bytes", "duration"] as const;

function isScalar(text: string): text is (typeof SCALARS)[number] {
  return SCALARS.some((scalar) => scalar === text);
}
