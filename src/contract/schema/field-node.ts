import { formatMistake, type Mistake, UsageError, type Violation } from "../../base/errors/index.ts";
import type { JsonValue } from "../../base/lib/index.ts";
import { checkLeaf } from "./check-leaf.ts";
import type { FieldSpec, Fields, FieldTraits, TypeSpec } from "./field.ts";
import { interpretDecode } from "./interpret-decode.ts";
import { interpretEncode } from "./interpret-encode.ts";
import { isPrototypeKey } from "./json-value.ts";
import type { FieldNode, ObjectNode, TypeNode } from "./node.ts";
import { report } from "./violations.ts";

/** Name of the resource that a ref's target means; reports an unknown one itself. */
export type ResolveRef = (target: string | (() => unknown)) => string;

/** Traits that say how a resource's own field is set, seen or stored; inside another type they would mean nothing. */
const OUTER_TRAITS = ["readOnly", "writeOnly", "immutable", "unique", "visibleTo"] as const;

/**
 * Turns what an author wrote into a node of the model: refs resolved, default and example in wire form and checked
 * against their own type. What makes no sense is added to `mistakes`, at `place`; the node is then of no use.
 */
export function fieldNode(
  spec: FieldSpec,
  resolveRef: ResolveRef,
  place: string,
  mistakes: Mistake[],
): FieldNode {
  return toNode(spec, { resolveRef, mistakes }, place);
}

interface Scope {
  readonly resolveRef: ResolveRef;
  readonly mistakes: Mistake[];
}

function toNode(spec: FieldSpec, scope: Scope, place: string): FieldNode {
  const { default: value, example, ...traits } = spec.traits;
  const before = scope.mistakes.length;
  const type = typeNode(spec.type, scope, place);
  if (traits.optional && value !== undefined) {
    scope.mistakes.push({
      place,
      expected: "an optional field or a default",
      found: "both",
      fix: "remove .optional(): a field with a default may be left out of inputs",
    });
  }
  if (traits.readOnly && traits.writeOnly) {
    scope.mistakes.push({
      place,
      expected: "a field that is sent or received",
      found: "readOnly and writeOnly",
      fix: "remove one of the two",
    });
  }
  const node: FieldNode = { type, ...traits };
  // A type with mistakes cannot judge its values.
  if (scope.mistakes.length > before) return node;
  return {
    ...node,
    ...wireTrait("default", value, node, scope, place),
    ...wireTrait("example", example, node, scope, place),
  };
}

/** A field inside another type: without the traits that only a resource's own fields have. */
function toInnerNode(spec: FieldSpec, scope: Scope, place: string): FieldNode {
  const { readOnly, ...traits } = spec.traits;
  // An id is readOnly where it is a resource's own; inside another shape it is a value like any other.
  const inner: FieldTraits = spec.type.kind === "id" ? traits : spec.traits;
  for (const trait of OUTER_TRAITS) {
    if (inner[trait] === undefined) continue;
    scope.mistakes.push({
      place,
      expected: "traits that a field inside another type can have",
      found: trait,
      fix: `remove ${trait} here, or give it to the resource's field that holds this one`,
    });
  }
  return toNode({ type: spec.type, traits: inner }, scope, place);
}

/** Items of a list and values of a map: always there. */
function toItemNode(spec: FieldSpec, scope: Scope, place: string): FieldNode {
  if (spec.traits.optional || spec.traits.default !== undefined) {
    scope.mistakes.push({
      place,
      expected: "items that are always there",
      found: spec.traits.optional ? "optional" : "a default",
      fix: "remove it; use .nullable() for items that may have no value",
    });
  }
  return toInnerNode(spec, scope, place);
}

function typeNode(type: TypeSpec, scope: Scope, place: string): TypeNode {
  switch (type.kind) {
    case "ref":
      return { kind: "ref", resource: scope.resolveRef(type.target) };
    case "list": {
      const { items, ...limits } = type;
      checkLimits(limits.minItems ?? 0, limits.maxItems, "minItems", "maxItems", scope, place);
      return { ...limits, items: toItemNode(items.spec, scope, `${place}[]`) };
    }
    case "map":
      checkLimits(1, type.maxEntries, "1", "maxEntries", scope, place);
      return { ...type, values: toItemNode(type.values.spec, scope, `${place}{}`) };
    case "object":
      return objectNode(type.fields, scope, place);
    case "union":
      return unionNode(type, scope, place);
    default:
      return checkLeaf(type, place, scope.mistakes);
  }
}

function objectNode(fields: Fields, scope: Scope, place: string): ObjectNode {
  const nodes: Record<string, FieldNode> = {};
  for (const [name, field] of Object.entries(fields)) {
    const inner = `${place}.${name}`;
    checkName(name, "a camelCase field name", scope, inner);
    nodes[name] = toInnerNode(field.spec, scope, inner);
  }
  return { kind: "object", fields: nodes };
}

function unionNode(type: Extract<TypeSpec, { kind: "union" }>, scope: Scope, place: string): TypeNode {
  checkName(type.tag, "a camelCase tag", scope, place);
  const variants: Record<string, ObjectNode> = {};
  for (const [name, variant] of Object.entries(type.variants)) {
    const inner = `${place}.${name}`;
    if (!/^[a-zA-Z][a-zA-Z0-9_]*$/.test(name) || isPrototypeKey(name)) {
      scope.mistakes.push({
        place: inner,
        expected: "a variant named by letters, digits and underscores",
        found: JSON.stringify(name),
        fix: "rename the variant",
      });
    }
    if (Object.hasOwn(variant.spec.type.fields, type.tag)) {
      scope.mistakes.push({
        place: inner,
        expected: `variants without a field named as the tag "${type.tag}"`,
        found: `a field "${type.tag}"`,
        fix: "remove the field: the tag is added to every variant",
      });
    }
    variants[name] = objectNode(variant.spec.type.fields, scope, inner);
  }
  if (Object.keys(variants).length === 0) {
    scope.mistakes.push({ place, expected: "at least one variant", found: "none", fix: "name the variants" });
  }
  return { kind: "union", tag: type.tag, variants };
}

function checkName(name: string, expected: string, scope: Scope, place: string): void {
  if (/^[a-z][a-zA-Z0-9]*$/.test(name) && !isPrototypeKey(name)) return;
  scope.mistakes.push({ place, expected, found: JSON.stringify(name), fix: "rename it" });
}

function checkLimits(
  least: number,
  most: number,
  leastName: string,
  mostName: string,
  scope: Scope,
  place: string,
): void {
  if (Number.isSafeInteger(least) && Number.isSafeInteger(most) && least >= 0 && most >= least) return;
  scope.mistakes.push({
    place,
    expected: `whole numbers with ${leastName} ≤ ${mostName}`,
    found: `${least} and ${most}`,
    fix: `change ${leastName === "1" ? mostName : `${leastName} or ${mostName}`}`,
  });
}

function wireTrait(
  trait: "default" | "example",
  value: unknown,
  node: FieldNode,
  scope: Scope,
  place: string,
): { readonly [name: string]: JsonValue } {
  if (value === undefined) return {};
  const violations: Violation[] = [];
  try {
    const wire = interpretEncode(node, value);
    interpretDecode(node, wire, "", violations);
    if (hasBigint(wire)) {
      report(violations, "", "not_exact", "The model is JSON: whole numbers beyond 2^53 cannot stand in it.");
    }
    if (violations.length === 0) return { [trait]: wire };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    violations.push({
      pointer: "",
      code: "wrong_type",
      message: error.mistakes.map(formatMistake).join(" "),
    });
  }
  for (const { pointer, message } of violations) {
    scope.mistakes.push({
      place: `${place}, ${trait}${pointer}`,
      expected: "a value of the field's own type",
      found: `one that does not fit: ${message}`,
      fix: `correct the ${trait} or the type`,
    });
  }
  return {};
}

function hasBigint(wire: JsonValue): boolean {
  if (wire === null || typeof wire !== "object") return typeof wire === "bigint";
  return Object.values(wire).some(hasBigint);
}
