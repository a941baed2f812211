import type { AnyResource } from "../language/index.ts";
import type { FieldNode } from "../schema/index.ts";
import { rulesFor, selfRule } from "./compile-access.ts";
import { compileIndexes } from "./compile-indexes.ts";
import { compileList } from "./compile-lists.ts";
import type { ResourceModel } from "./model.ts";
import { checkCamelCase, toKebabCase, toSnakeCase } from "./names.ts";
import { pluralOf } from "./plural.ts";
import { type OptionReader, readOptions } from "./read-options.ts";
import { didYouMean, oneOf, show } from "./report.ts";
import type { Scope } from "./scope.ts";

const OPTIONS = ["description", "plural", "owner", "access", "list", "expand", "indexes", "whenDenied"];

/** Compiles a resource, whose fields are in the scope already; `joins`: see compileIndexes. */
export function compileResource(
  resource: AnyResource,
  joins: readonly (readonly string[])[],
  scope: Scope,
): ResourceModel {
  const { name } = resource;
  const place = `resource ${name}`;
  const read = readOptions(resource.options, `${place}, `, { known: OPTIONS, report: scope.report });
  const fields = definedFields(name, scope);
  const plural = pluralName(read, name, scope);
  const description = read.text("description");
  const owner = ownerField(read, name, scope);
  const list = compileList(resource, scope);
  const rules = rulesFor({ resource, name: "get", method: "get" }, scope);
  const listRules = rulesFor({ resource, name: "list", method: "list" }, scope);
  const own =
    owner === undefined ? [] : [{ kind: "principal", rows: { kind: "self", field: owner } } as const];
  checkVisibleTo(fields, { place, owner, scope });
  return {
    name,
    plural,
    path: toKebabCase(plural),
    table: toSnakeCase(plural),
    ...(description === undefined ? {} : { description }),
    prefix: fields.id?.type.kind === "id" ? fields.id.type.prefix : "",
    fields,
    columns: Object.fromEntries(Object.keys(fields).map((field) => [field, toSnakeCase(field)])),
    ...(owner === undefined ? {} : { owner }),
    list,
    expand: expandable(read, fields, { place, scope }),
    // Known once all resources are: see compileRelations.
    relations: {},
    indexes: compileIndexes(
      { resource, fields, list, rules: [...own, ...rules, ...listRules], joins },
      scope,
    ),
    whenDenied: read.choice("whenDenied", ["forbidden", "not-found"]) ?? "forbidden",
    read: rules,
  };
}

function definedFields(name: string, scope: Scope): Record<string, FieldNode> {
  const fields: Record<string, FieldNode> = {};
  for (const [field, node] of scope.fields.get(name) ?? []) if (node !== undefined) fields[field] = node;
  return fields;
}

function pluralName(read: OptionReader, name: string, scope: Scope): string {
  const given = read.text("plural");
  const plural = given ?? pluralOf(name);
  const place = `resource ${name}, plural`;
  if (!checkCamelCase(plural, { place, report: scope.report })) return plural;
  if (plural === name) {
    scope.report({
      place,
      expected: "a plural that differs from the name: both are names in GraphQL",
      found: show(plural),
      fix: `give another, such as plural: "${name}List"`,
    });
  }
  return plural;
}

function ownerField(read: OptionReader, name: string, scope: Scope): string | undefined {
  const field = read.text("owner");
  if (field === undefined) return undefined;
  const rule = selfRule(name, field, { place: `resource ${name}, owner`, scope });
  return rule && field;
}

interface At {
  readonly place: string;
  readonly scope: Scope;
}

function expandable(
  read: OptionReader,
  fields: Readonly<Record<string, FieldNode>>,
  { place, scope }: At,
): Record<string, string> {
  const refs = Object.entries(fields).flatMap(([field, { type, writeOnly }]) =>
    type.kind === "ref" && !writeOnly ? [[field, type.resource] as const] : [],
  );
  const names = refs.map(([field]) => field);
  const given = read.names("expand", "names of ref fields");
  given?.forEach((field, index) => {
    if (names.includes(field)) return;
    scope.report({
      place: `${place}, expand[${index}]`,
      expected: `a ref that callers see: ${oneOf(names)}`,
      found: show(field),
      fix: didYouMean(field, names, "remove it"),
    });
  });
  return Object.fromEntries(refs.filter(([field]) => given === undefined || given.includes(field)));
}

function checkVisibleTo(
  fields: Readonly<Record<string, FieldNode>>,
  { place, owner, scope }: At & { readonly owner: string | undefined },
): void {
  for (const [name, { visibleTo }] of Object.entries(fields)) {
    if (!visibleTo?.includes("owner") || owner !== undefined) continue;
    scope.report({
      place: `${place}, field ${name}`,
      expected: "visibleTo with roles, or a resource with an owner",
      found: "visibleTo the owner, and no owner",
      fix: 'give the resource { owner: "…" }',
    });
  }
}
