import type { Mistake } from "../../base/errors/index.ts";
import type { AnyResource } from "../language/index.ts";
import { type FieldNode, fieldNode } from "../schema/index.ts";
import { isIndexable } from "./compile-lists.ts";
import { checkCamelCase } from "./names.ts";
import { readField } from "./read-field.ts";
import type { FieldPlace } from "./read-traits.ts";
import { aKind } from "./report.ts";
import type { Scope } from "./scope.ts";

/** Fields that the server keeps and whose names no author's field may take, by what they are. */
const TAKEN: Readonly<Record<string, string>> = { rowVersion: "the hidden column row_version" };

/** Compiles the fields of a resource, id first; one with a mistake is undefined. */
export function compileFields(resource: AnyResource, scope: Scope): Map<string, FieldNode | undefined> {
  const place = `resource ${resource.name}`;
  const { id, ...rest }: Readonly<Record<string, unknown>> = resource.fields;
  const compiled = new Map<string, FieldNode | undefined>();
  for (const [name, field] of Object.entries({ id, ...rest })) {
    if (name === "id" && field === undefined) continue;
    const at = `${place}, field ${name}`;
    const named = checkCamelCase(name, { place: at, report: scope.report });
    const node = compileNode(field, { place: at, stored: true, scope });
    const right = node !== undefined && named && checkOwnField(node, { name, place: at, scope });
    compiled.set(name, right ? node : undefined);
  }
  if (!compiled.has("id")) {
    const fix = `add id: t.id("${resource.name.slice(0, 3).toLowerCase()}")`;
    scope.report({ place, expected: 'a field id: t.id("…")', found: "none", fix });
  }
  return compiled;
}

/** Compiles the shape of an input, output, error or event, where nothing is stored. */
export function compileShape(field: unknown, place: string, scope: Scope): FieldNode | undefined {
  return compileNode(field, { place, stored: false, scope });
}

/** The same for what must be an object: inputs, since they grow by fields; data and payloads, since protobuf has no other. */
export function compileObject(field: unknown, place: string, scope: Scope): FieldNode | undefined {
  const node = compileShape(field, place, scope);
  if (node === undefined) return undefined;
  const fault =
    node.type.kind !== "object"
      ? aKind(node.type.kind)
      : node.optional || node.nullable
        ? "one that may be missing"
        : "";
  if (fault === "") return node;
  scope.report({
    place,
    expected: "an object that is always there",
    found: fault,
    fix: "write t.object({ … })",
  });
  return undefined;
}

function compileNode(field: unknown, at: FieldPlace): FieldNode | undefined {
  const spec = readField(field, at);
  if (spec === undefined) return undefined;
  const mistakes: Mistake[] = [];
  // readField has put names where thunks were.
  const node = fieldNode(spec, String, at.place, mistakes);
  for (const mistake of mistakes) at.scope.report(mistake);
  return mistakes.length === 0 ? node : undefined;
}

function checkOwnField(
  node: FieldNode,
  { name, place, scope }: { name: string; place: string; scope: Scope },
): boolean {
  const { kind } = node.type;
  const wrong = (expected: string, found: string, fix: string): boolean => {
    scope.report({ place, expected, found, fix });
    return false;
  };
  if (Object.hasOwn(TAKEN, name))
    return wrong("a name that is free", `${name}, taken by ${TAKEN[name]}`, "rename it");
  if (name === "createdAt" || name === "updatedAt") {
    const plain =
      kind === "timestamp" && node.readOnly && !node.optional && !node.nullable && !node.visibleTo;
    return plain || wrong("a name that is free: every resource has this field", aKind(kind), "remove it");
  }
  if (name === "id") {
    if (kind !== "id") return wrong('t.id("…")', aKind(kind), 'write id: t.id("…"), or rename the field');
    const trait = (["optional", "nullable", "default", "writeOnly", "visibleTo", "sensitive"] as const).find(
      (candidate) => node[candidate] !== undefined,
    );
    return trait === undefined || wrong("an id without traits", trait, `remove ${trait}`);
  }
  if (kind === "id")
    return wrong(
      "t.id only for the field id",
      name,
      "name it id, or use t.ref(() => …) for the id of another row",
    );
  if (node.optional && node.nullable)
    return wrong(
      "optional or nullable",
      "both: a column has one way to be empty",
      "remove .nullable() or .optional()",
    );
  if (node.unique && !isIndexable(kind))
    return wrong("unique on a field that an index can hold", aKind(kind), "remove unique, or use t.string");
  return true;
}
