import type { AnyResource } from "../language/index.ts";
import type { FieldNode } from "../schema/index.ts";
import { isRecord } from "./read-options.ts";
import { didYouMean, oneOf, type Report, show } from "./report.ts";

/** What the parts of the compiler share while they compile one contract. */
export interface Scope {
  readonly report: Report;
  readonly resources: ReadonlyMap<string, AnyResource>;
  /** URL segments of the versions. */
  readonly versions: readonly string[];
  /** Fields of each resource, once they are compiled. A field with a mistake is undefined here. */
  readonly fields: ReadonlyMap<string, ReadonlyMap<string, FieldNode | undefined>>;
}

/** Tells whether a value was made by `resource()`. */
export function isResource(value: unknown): value is AnyResource {
  if (!isRecord(value) || value.kind !== "resource" || typeof value.name !== "string") return false;
  return isRecord(value.fields) && isRecord(value.options);
}

/** Finds the name of the resource that a ref or rule points at, by name or by thunk; reports it if there is none. */
export function resolveTarget(target: unknown, place: string, scope: Scope): string | undefined {
  if (typeof target === "string") {
    if (scope.resources.has(target)) return target;
    const names = [...scope.resources.keys()];
    scope.report({
      place,
      expected: `a resource of this contract: ${oneOf(names)}`,
      found: show(target),
      fix: didYouMean(target, names, `add the resource ${show(target)} to the api's resources`),
    });
    return undefined;
  }
  const { value, thrown } = callThunk(target);
  if (!isResource(value)) {
    scope.report({
      place,
      expected: "a resource, as `() => Patient` or by name",
      found:
        thrown ?? (typeof target === "function" ? `a function that returns ${show(value)}` : show(target)),
      fix: 'return the resource; where two modules import each other, name it instead: t.ref("patient")',
    });
    return undefined;
  }
  const registered = scope.resources.get(value.name);
  if (registered === value) return value.name;
  scope.report({
    place,
    expected: "a resource of this contract",
    found: registered
      ? `another resource that is also named ${show(value.name)}`
      : `the resource ${show(value.name)}, which the api does not list`,
    fix: registered ? "refer to the one the api lists" : `add it to the api's resources`,
  });
  return undefined;
}

function callThunk(target: unknown): { readonly value?: unknown; readonly thrown?: string } {
  if (typeof target !== "function") return { value: target };
  try {
    return { value: target() };
  } catch (thrown) {
    return { thrown: `a function that throws ${thrown instanceof Error ? String(thrown) : show(thrown)}` };
  }
}

/** Finds a field of a resource; reports an unknown one. A field that is there but has a mistake is passed over. */
export function findField(
  resource: string,
  name: unknown,
  { place, scope }: { readonly place: string; readonly scope: Scope },
): FieldNode | undefined {
  const fields = scope.fields.get(resource);
  if (typeof name === "string" && fields?.has(name)) return fields.get(name);
  const names = [...(fields?.keys() ?? [])];
  scope.report({
    place,
    expected: `a field of ${resource}: ${oneOf(names)}`,
    found: show(name),
    fix: didYouMean(name, names, `add the field to ${resource}, or remove it here`),
  });
  return undefined;
}
