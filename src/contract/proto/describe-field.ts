import { toPascalCase } from "../model/names.ts";
import { toFieldName, toJsonName, valuePrefix } from "../model/proto-names.ts";
import type { FieldNode, ObjectNode, TypeNode } from "../schema/index.ts";
import type { Draft, FieldDraft, MessageDraft } from "./draft.ts";
import type { ProtoType } from "./proto-schema.ts";

/** What a field of a message is made from. */
export interface FieldSource {
  /** In the model, camelCase. */
  readonly name: string;
  readonly node: FieldNode;
  readonly path: readonly string[];
  /** The message whose types its objects, unions and enums are. Default: the message that has the field. */
  readonly types?: MessageDraft;
  /** Whether null is told by the update mask, so that no field need say it. */
  readonly isMasked?: boolean;
  readonly expands?: string;
}

/** Adds a field of the model to a message, with the flags that say what protobuf has no word for. */
export function addField(draft: Draft, message: MessageDraft, source: FieldSource): void {
  const { name, node, path, types = message, isMasked = false, expands } = source;
  const { label, type } = typeOf(draft, types, name, node.type);
  const field = toFieldName(name);
  const place = `${message.place}, field ${name}`;
  const text = [node.description, node.deprecated && `Deprecated: ${node.deprecated}`].filter(Boolean);
  draft.field(
    message,
    {
      ...named(field),
      label,
      type,
      path,
      ...(expands === undefined ? {} : { expands }),
      ...(text.length === 0 ? {} : { description: text.join(" ") }),
      ...(node.deprecated === undefined ? {} : { deprecated: true as const }),
    },
    place,
  );
  const mark = (kind: "null" | "empty", description: string) => {
    const marks = { kind, field } as const;
    const flag = {
      ...named(`${field}_is_${kind}`),
      label: "singular" as const,
      type: { kind: "bool" as const },
    };
    draft.field(message, { ...flag, path: [], marks, description }, place);
  };
  if (node.nullable && !isMasked)
    mark("null", `Whether \`${field}\` is null, which is not the same as absent.`);
  if (label !== "singular" && mayBeAbsent(node)) {
    mark("empty", `Whether \`${field}\` is there and has nothing in it.`);
  }
}

/** The names of a field that comes from nowhere in the model. */
export function named(field: string): Pick<FieldDraft, "name" | "jsonName"> {
  return { name: field, jsonName: toJsonName(field) };
}

/** Adds all fields of an object, below a path of the message's wire form. */
export function addFields(
  draft: Draft,
  message: MessageDraft,
  fields: ObjectNode["fields"],
  path: readonly string[] = [],
): void {
  for (const [name, node] of Object.entries(fields))
    addField(draft, message, { name, node, path: [...path, name] });
}

function mayBeAbsent({ optional, default: value, visibleTo }: FieldNode): boolean {
  return optional === true || value !== undefined || visibleTo !== undefined;
}

/** Label and type of a field; what has to be declared for it goes into the message `owner`. */
export function typeOf(
  draft: Draft,
  owner: MessageDraft,
  name: string,
  type: TypeNode,
): Pick<FieldDraft, "label" | "type"> {
  const scope: TypeScope = { draft, owner, name };
  if (type.kind === "list") return { label: "list", type: elementType(scope, type.items, `${name}Item`) };
  if (type.kind === "map") return { label: "map", type: elementType(scope, type.values, `${name}Value`) };
  return { label: "singular", type: singularType(scope, type) };
}

interface TypeScope {
  readonly draft: Draft;
  readonly owner: MessageDraft;
  /** Of the field, camelCase. */
  readonly name: string;
}

/** An item or value that is null, or a list itself, stands in a message of its own: protobuf repeats nothing else. */
function elementType(scope: TypeScope, node: FieldNode, wrapper: string): ProtoType {
  const { draft, owner, name } = scope;
  const { kind } = node.type;
  if (!node.nullable && kind !== "list" && kind !== "map") return singularType(scope, node.type);
  return once(scope, wrapper, (typeName) => {
    const place = `${owner.place}, field ${name}`;
    const message = draft.message({ in: owner, name: typeName, place });
    const inner =
      kind === "list"
        ? ({ label: "list", type: elementType(scope, node.type.items, `${wrapper}Item`) } as const)
        : kind === "map"
          ? ({ label: "map", type: elementType(scope, node.type.values, `${wrapper}Value`) } as const)
          : ({ label: "singular", type: singularType(scope, node.type) } as const);
    draft.field(message, { ...named("value"), ...inner, path: [] });
    if (node.nullable) {
      const marks = { kind: "null", field: "value" } as const;
      draft.field(message, {
        ...named("value_is_null"),
        label: "singular",
        type: { kind: "bool" },
        path: [],
        marks,
      });
    }
    return { kind: "message", name: message.name };
  });
}

function singularType(scope: TypeScope, type: TypeNode): ProtoType {
  const { draft, owner, name } = scope;
  const place = `${owner.place}, field ${name}`;
  switch (type.kind) {
    case "bool":
    case "int32":
    case "int64":
    case "bytes":
    case "timestamp":
    case "duration":
      return { kind: type.kind };
    case "float64":
      return { kind: "double" };
    case "json":
      return { kind: "string", as: "json" };
    case "file":
      return { kind: "message", name: `${draft.package}.FileInfo` };
    case "enum":
      return once(scope, name, (typeName) => {
        const prefix = valuePrefix(typeName);
        const values = type.values.map((value) => ({ name: prefix + value.toUpperCase(), value }));
        return { kind: "enum", name: draft.enumeration(owner, typeName, values, place) };
      });
    case "object":
      return once(scope, name, (typeName) => {
        const message = draft.message({ in: owner, name: typeName, place });
        addFields(draft, message, type.fields);
        return { kind: "message", name: message.name };
      });
    case "union":
      return once(scope, name, (typeName) => {
        const union = { oneof: toFieldName(type.tag), tag: type.tag };
        const message = draft.message({ in: owner, name: typeName, place, union });
        for (const [variant, object] of Object.entries(type.variants))
          addVariant(draft, message, variant, object);
        return { kind: "message", name: message.name };
      });
    default:
      return { kind: "string" };
  }
}

function addVariant(draft: Draft, union: MessageDraft, variant: string, object: ObjectNode): void {
  const field = toFieldName(variant);
  const place = `${union.place}, variant ${variant}`;
  const message = draft.message({ in: union, name: toPascalCase(field), place });
  addFields(draft, message, object.fields);
  const type = { kind: "message", name: message.name } as const;
  draft.field(union, { ...named(field), label: "singular", type, path: [variant] }, place);
}

/** Declares a type for a field, unless the same field has declared it for another message. */
function once(scope: TypeScope, wanted: string, declare: (typeName: string) => ProtoType): ProtoType {
  const key = `${scope.name} ${wanted}`;
  const known = scope.owner.types.get(key);
  if (known !== undefined) return known;
  const type = declare(toPascalCase(wanted));
  scope.owner.types.set(key, type);
  return type;
}
