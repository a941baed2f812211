import type { AnyResource } from "../language/index.ts";
import type { FieldNode } from "../schema/index.ts";
import { isIndexable, isRange } from "./compile-lists.ts";
import type { AccessRule, IndexModel, ListModel, ResourceModel } from "./model.ts";
import { aKind, show } from "./report.ts";
import { findField, type Scope } from "./scope.ts";

/** Bytes of one index entry: a btree page of PostgreSQL holds three, 2,704 bytes each; the rest is for its header. */
const MAX_ENTRY_BYTES = 2600;

/** What the indexes of a table follow from. */
export interface IndexNeeds {
  readonly resource: AnyResource;
  readonly fields: Readonly<Record<string, FieldNode>>;
  readonly list: ListModel;
  /** Rules that choose rows of this table. */
  readonly rules: readonly AccessRule[];
  /** Pairs of fields by which rules of other resources look into this table. */
  readonly joins: readonly (readonly string[])[];
}

/**
 * Plans the indexes of a table, so that every declared filter, sort, search and row rule reads only the rows it
 * answers with: (field, id) for sorts and ranges; (field, default sort, id) where a value is fixed and the page follows
 * in the default order; one on each ref, since deleting a row looks for those that refer to it.
 */
export function compileIndexes(needs: IndexNeeds, scope: Scope): IndexModel[] {
  const { fields, list } = needs;
  const unique = Object.keys(fields).filter((name) => fields[name]?.unique);
  const wanted = withoutNeedless([...automatic(needs), ...declared(needs.resource, scope)], unique, fields);
  const indexes: IndexModel[] = [
    ...unique.map((name): IndexModel => ({ kind: "btree", fields: [name], unique: true })),
    ...wanted.map((names): IndexModel => ({ kind: "btree", fields: names, unique: false })),
    ...(list.search.length > 0 ? [{ kind: "search" as const, fields: list.search }] : []),
  ];
  for (const index of indexes) checkSize(index, needs, scope);
  return indexes;
}

function automatic({ fields, list, rules, joins }: IndexNeeds): string[][] {
  const order = Object.hasOwn(fields, list.defaultSort.field) ? [list.defaultSort.field] : [];
  const selfFields = rules.flatMap((rule) =>
    rule.kind === "principal" && rule.rows?.kind === "self" ? [rule.rows.field] : [],
  );
  const sorts = list.sort.map((path) => [path, "id"]);
  const filters = [...Object.keys(list.filter), ...selfFields].map((path) =>
    isRange(fields[path]?.type.kind ?? "string") ? [path, "id"] : [...new Set([path, ...order, "id"])],
  );
  const refs = Object.keys(fields).filter((name) => fields[name]?.type.kind === "ref");
  return [...sorts, ...filters, ...joins.map((join) => [...join]), ...refs.map((name) => [name])].filter(
    ([first]) => first !== "id" && Object.hasOwn(fields, first ?? ""),
  );
}

function declared(resource: AnyResource, scope: Scope): string[][] {
  const given: unknown = resource.options.indexes ?? [];
  const place = `resource ${resource.name}, indexes`;
  if (!Array.isArray(given)) {
    scope.report({ place, expected: "lists of fields", found: show(given), fix: 'write [["a", "b"]]' });
    return [];
  }
  return given.flatMap((names: unknown, index) => {
    const at = `${place}[${index}]`;
    if (!Array.isArray(names) || names.length === 0 || new Set(names).size < names.length) {
      const fix = `write ${typeof names === "string" ? `[${show(names)}]` : '["a", "b"]'}`;
      scope.report({ place: at, expected: "a list of fields, each once", found: show(names), fix });
      return [];
    }
    const usable = names.map((name, position) =>
      isUsable(resource, name, { place: `${at}[${position}]`, scope }),
    );
    return usable.every(Boolean) ? [names] : [];
  });
}

function isUsable(
  resource: AnyResource,
  name: unknown,
  at: { readonly place: string; readonly scope: Scope },
): boolean {
  const field = findField(resource.name, name, at);
  if (field === undefined) return false;
  if (isIndexable(field.type.kind)) return true;
  at.scope.report({
    place: at.place,
    expected: "a field that an index can hold",
    found: `${name}, ${aKind(field.type.kind)}`,
    fix: "remove it from the index",
  });
  return false;
}

/** Drops an index that begins another one, and one whose first field alone finds a row by a unique index. */
function withoutNeedless(
  indexes: readonly string[][],
  unique: readonly string[],
  fields: Readonly<Record<string, FieldNode>>,
): string[][] {
  const finds = new Set(unique.filter((name) => !fields[name]?.optional && !fields[name]?.nullable));
  const kept: string[][] = [];
  for (const index of [...indexes].sort((a, b) => b.length - a.length)) {
    if (finds.has(index[0] ?? "")) continue;
    if (!kept.some((other) => index.every((name, at) => other[at] === name))) kept.push(index);
  }
  return indexes.filter((index) => kept.includes(index));
}

function checkSize(index: IndexModel, { resource, fields }: IndexNeeds, scope: Scope): void {
  if (index.kind === "search") return;
  const bytes = index.fields.reduce((sum, name) => sum + largestEntry(fields[name]), 0);
  if (bytes <= MAX_ENTRY_BYTES) return;
  const strings = index.fields.filter((name) => fields[name]?.type.kind === "string");
  scope.report({
    place: `resource ${resource.name}, index on (${index.fields.join(", ")})`,
    expected: `values of at most ${MAX_ENTRY_BYTES} bytes together; a character takes up to 4`,
    found: `up to ${bytes} bytes`,
    fix: `lower the maxLength of ${strings.join(" or ")}, or do not filter, sort or be unique by it`,
  });
}

function largestEntry(field: FieldNode | undefined): number {
  switch (field?.type.kind) {
    case "string":
      return field.type.maxLength * 4 + 4;
    case "enum":
      return Math.max(...field.type.values.map((value) => value.length)) + 4;
    case "decimal":
      return Math.ceil(field.type.precision / 2) + 8;
    case "id":
    case "ref":
      return 48;
    default:
      return 16;
  }
}

/** Checks that what follows a ref is indexed where it stands: a filter or sort through a ref walks that index. */
export function checkDottedPaths(
  model: ResourceModel,
  models: ReadonlyMap<string, ResourceModel>,
  scope: Scope,
): void {
  for (const [option, paths] of [
    ["filter", Object.keys(model.list.filter)],
    ["sort", model.list.sort],
  ] as const) {
    for (const path of paths) {
      const [head, tail] = path.split(".");
      const ref = model.fields[head ?? ""]?.type;
      if (tail === undefined || ref?.kind !== "ref") continue;
      const target = models.get(ref.resource);
      if (target === undefined || isIndexed(target, tail)) continue;
      scope.report({
        place: `resource ${model.name}, list.${option}, ${show(path)}`,
        expected: `a field of ${ref.resource} that ${ref.resource} has an index on`,
        found: `${tail}, which has none`,
        fix: `add ${show(tail)} to list.filter, list.sort or indexes of ${ref.resource}`,
      });
    }
  }
}

function isIndexed(model: ResourceModel, field: string): boolean {
  return model.indexes.some((index) => index.kind === "btree" && index.fields[0] === field);
}
