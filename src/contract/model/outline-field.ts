import type { FieldSpec, Fields, FieldTraits, TypeSpec } from "../schema/field.ts";
import type { FieldNode, ObjectNode, TypeNode } from "../schema/index.ts";

/** The node of a field as its author wrote it, without defaults and examples, which only a server needs. */
export function outlineField({ type, traits }: FieldSpec): FieldNode {
  const { default: _value, example: _example, ...rest } = traits;
  return { type: outlineType(type), ...rest };
}

/** The nodes of an object's fields. */
export function outlineObject(fields: Fields): ObjectNode {
  return {
    kind: "object",
    fields: Object.fromEntries(Object.entries(fields).map(([name, { spec }]) => [name, outlineInner(spec)])),
  };
}

/** A field inside another type: an id there is a value like any other. */
function outlineInner({ type, traits }: FieldSpec): FieldNode {
  const { readOnly, ...rest } = traits;
  const inner: FieldTraits = type.kind === "id" || readOnly === undefined ? rest : traits;
  return outlineField({ type, traits: inner });
}

function outlineType(type: TypeSpec): TypeNode {
  switch (type.kind) {
    case "ref":
      return { kind: "ref", resource: nameOf(type.target) };
    case "list":
      return { ...type, items: outlineInner(type.items.spec) };
    case "map":
      return { ...type, values: outlineInner(type.values.spec) };
    case "object":
      return outlineObject(type.fields);
    case "union":
      return {
        kind: "union",
        tag: type.tag,
        variants: Object.fromEntries(
          Object.entries(type.variants).map(([name, variant]) => [
            name,
            outlineObject(variant.spec.type.fields),
          ]),
        ),
      };
    default:
      return type;
  }
}

function nameOf(target: string | (() => unknown)): string {
  if (typeof target === "string") return target;
  const resource = target();
  return typeof resource === "object" && resource !== null && "name" in resource ? String(resource.name) : "";
}
