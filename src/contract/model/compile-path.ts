import type { OperationSpec } from "../language/index.ts";
import type { FieldNode, ObjectNode, TypeKind } from "../schema/index.ts";
import type { ResourceModel } from "./model.ts";
import { toKebabCase } from "./names.ts";
import type { OptionReader } from "./read-options.ts";
import { aKind, didYouMean, oneOf, show } from "./report.ts";
import type { Scope } from "./scope.ts";

/** What a path is compiled from. */
export interface PathParts {
  readonly resource: ResourceModel | undefined;
  readonly input: ObjectNode | undefined;
  readonly place: string;
  readonly scope: Scope;
}

/** A path and the input fields that are its parameters. */
export interface PathModel {
  readonly path: string;
  readonly parameters: readonly string[];
}

/** Compiles an operation's path: the declared one, or what follows from its name. */
export function compilePath(spec: OperationSpec, read: OptionReader, parts: PathParts): PathModel {
  const given = read.text("path");
  const usual = usualPath(spec, parts.resource);
  if (given === undefined) return { path: usual, parameters: [] };
  const place = `${parts.place}.path`;
  if (!/^(\/([A-Za-z0-9._~-]+|\{[a-z][A-Za-z0-9]*\}))+$/.test(given) || /\/\.\.?(\/|$)/.test(given)) {
    parts.scope.report({
      place,
      expected: "segments that begin with a slash: letters, digits and . _ ~ -, or an input field in braces",
      found: show(given),
      fix: 'write one such as "/articles/{slug}/comments"',
    });
    return { path: usual, parameters: [] };
  }
  const names = [...given.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  const row = takesRow(spec);
  checkNames(names, row, { ...parts, place });
  const parameters = [...new Set(names.filter((name) => !(row && name === "id")))];
  for (const name of parameters) checkParameter(name, { ...parts, place });
  return { path: given, parameters };
}

/** Tells whether an operation is about one row of a resource, whose id its path has. */
export function takesRow({ method }: OperationSpec): boolean {
  return method !== undefined && method !== "list" && method !== "create";
}

function usualPath(spec: OperationSpec, resource: ResourceModel | undefined): string {
  if (resource === undefined || spec.method === undefined) return `/${toKebabCase(spec.name)}`;
  const all = `/${resource.path}`;
  if (!takesRow(spec)) return all;
  if (spec.method === "download") return `${all}/{id}/${toKebabCase(spec.field ?? spec.name)}`;
  return spec.method === "action" ? `${all}/{id}/${toKebabCase(spec.name)}` : `${all}/{id}`;
}

function checkNames(names: readonly string[], row: boolean, { place, scope }: PathParts): void {
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) {
    const fix = "rename one, and add the field to the input";
    scope.report({ place, expected: "each parameter once", found: `{${twice}} twice`, fix });
  }
  if (row && !names.includes("id")) {
    scope.report({
      place,
      expected: "{id}, the id of the row that the operation is about",
      found: "a path without it",
      fix: "add it, or make a query or command of the operation that finds the row by itself",
    });
  }
}

function checkParameter(name: string, { input, place, scope }: PathParts): void {
  const fields = input?.fields ?? {};
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (field === undefined) {
    const names = Object.keys(fields);
    scope.report({
      place,
      expected: `parameters that are fields of the input: ${oneOf(names)}`,
      found: `{${name}}`,
      fix: didYouMean(name, names, `add ${name} to the input`),
    });
    return;
  }
  const always = !field.optional && !field.nullable && field.default === undefined;
  if (always && fitsUrl(field)) return;
  scope.report({
    place,
    expected: "parameters that are always there, fit one segment and may be seen in logs",
    found: `{${name}}, ${always ? (field.sensitive ? "which is sensitive" : aKind(field.type.kind)) : "which may be missing"}`,
    fix: "change the field, or take it out of the path",
  });
}

const BODY_ONLY: ReadonlySet<TypeKind> = new Set<TypeKind>([
  "list",
  "map",
  "object",
  "union",
  "json",
  "bytes",
  "file",
  "text",
]);

/** Scalars fit; what nests or is long does not. A URL has no null, and sensitive values stay out of logged ones. */
export function fitsUrl(field: FieldNode): boolean {
  return !BODY_ONLY.has(field.type.kind) && !field.sensitive && !field.nullable;
}
