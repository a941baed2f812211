import type { AnyResource, FilterOperator } from "../language/index.ts";
import type { FieldNode, TypeKind } from "../schema/index.ts";
import type { FilterModel, ListModel } from "./model.ts";
import { type OptionReader, readOptions } from "./read-options.ts";
import { aKind, didYouMean, oneOf, show } from "./report.ts";
import { findField, type Scope } from "./scope.ts";

/** Rows of a page where the caller does not say: one screen. */
const DEFAULT_LIMIT = 20;
/** Rows of a page at most, where the contract does not say. */
const DEFAULT_MAX_LIMIT = 100;
/** Rows of a page that a contract may allow: beyond it, pages cost more than the requests they save. */
const LARGEST_MAX_LIMIT = 1000;
/** Rows that an offset may skip: each is read and thrown away. */
const LARGEST_OFFSET = 1_000_000;

/** Query parameters of lists with a meaning of their own. */
export const RESERVED_PARAMETERS = ["fields", "expand", "sort", "limit", "cursor", "offset", "q", "total"];

const RANGES: ReadonlySet<TypeKind> = new Set<TypeKind>([
  "int32",
  "int64",
  "float64",
  "decimal",
  "money",
  "timestamp",
  "date",
  "duration",
]);

const UNINDEXABLE: ReadonlySet<TypeKind> = new Set<TypeKind>([
  "text",
  "json",
  "map",
  "object",
  "union",
  "list",
  "bytes",
  "file",
]);

/** Tells whether callers compare values of the kind by order: its filters then take gt, gte, lt and lte. */
export function isRange(kind: TypeKind): boolean {
  return RANGES.has(kind);
}

/** Tells whether a btree index can hold values of the kind. */
export function isIndexable(kind: TypeKind): boolean {
  return !UNINDEXABLE.has(kind);
}

/** A path of a filter or sort, resolved. */
interface ListPath {
  readonly path: string;
  /** Own field: the whole path, or the ref it begins with. */
  readonly first: FieldNode;
  readonly last: FieldNode;
}

/** Compiles what a list offers; what has a mistake is left out. Indexes are checked by {@link checkDottedPaths}. */
export function compileList(resource: AnyResource, scope: Scope): ListModel {
  const place = `resource ${resource.name}, list`;
  const read = readOptions(resource.options.list ?? {}, `${place}.`, {
    known: ["filter", "sort", "defaultSort", "search", "limit", "maxLimit", "total", "maxOffset"],
    report: scope.report,
  });
  const filters = pathsOf("filter", read, { resource, scope });
  const sorts = pathsOf("sort", read, { resource, scope });
  const sort = [...new Set([...sorts.map(({ path }) => path), "createdAt"])];
  for (const { path } of filters) checkParameterName(path, place, scope);
  const maxOffset = read.integer("maxOffset", 1, LARGEST_OFFSET);
  return {
    filter: Object.fromEntries(filters.map((filter) => [filter.path, filterModel(filter)])),
    sort,
    defaultSort: defaultSort(read, sort, { place, scope }),
    search: searchFields(read, resource, scope),
    ...limits(read, place, scope),
    total: read.choice("total", ["none", "estimated", "exact"]) ?? "none",
    ...(maxOffset === undefined ? {} : { maxOffset }),
  };
}

function filterModel({ first, last }: ListPath): FilterModel {
  const operators: FilterOperator[] = ["in", "ne"];
  if (isRange(last.type.kind)) operators.push("gt", "gte", "lt", "lte");
  if ([first, last].some((field) => field.optional || field.nullable)) operators.push("isNull");
  return { operators, field: last };
}

function checkParameterName(path: string, place: string, scope: Scope): void {
  if (!RESERVED_PARAMETERS.includes(path)) return;
  scope.report({
    place: `${place}.filter`,
    expected: `a field that is not named like a query parameter of lists: ${RESERVED_PARAMETERS.join(", ")}`,
    found: show(path),
    fix: "rename the field, or do not filter by it",
  });
}

function pathsOf(
  option: "filter" | "sort",
  read: OptionReader,
  { resource, scope }: { readonly resource: AnyResource; readonly scope: Scope },
): ListPath[] {
  return (read.names(option, "field paths") ?? []).flatMap((path, index) => {
    const place = `resource ${resource.name}, list.${option}[${index}]`;
    const found = path.includes(".")
      ? dottedPath(path, resource, { place, scope })
      : ownPath(path, resource, { place, scope });
    return found && mayBeAsked(found, option, { place, scope }) ? [found] : [];
  });
}

interface At {
  readonly place: string;
  readonly scope: Scope;
}

function ownPath(path: string, resource: AnyResource, at: At): ListPath | undefined {
  const field = findField(resource.name, path, at);
  return field && { path, first: field, last: field };
}

function dottedPath(path: string, resource: AnyResource, at: At): ListPath | undefined {
  const [head, tail, ...more] = path.split(".");
  if (!head || !tail || more.length > 0) {
    at.scope.report({
      place: at.place,
      expected: "a field, or `relation.field`, which follows one ref",
      found: show(path),
      fix: "follow one ref only; copy the value into this resource if it is farther away",
    });
    return undefined;
  }
  const first = findField(resource.name, head, at);
  if (first === undefined) return undefined;
  if (first.type.kind !== "ref") {
    at.scope.report({
      place: at.place,
      expected: "a ref before the point",
      found: `${head}, ${aKind(first.type.kind)}`,
      fix: `make ${head} a t.ref, or make ${show(tail)} a field of ${resource.name} of its own`,
    });
    return undefined;
  }
  if (tail === "id") {
    at.scope.report({
      place: at.place,
      expected: "the ref itself, which is that id",
      found: show(path),
      fix: `write ${show(head)}`,
    });
    return undefined;
  }
  const last = findField(first.type.resource, tail, at);
  return last && { path, first, last };
}

/** What a caller may filter or sort by, it can find out: so nothing that is hidden, and nothing without an index. */
function mayBeAsked({ path, first, last }: ListPath, option: string, { place, scope }: At): boolean {
  const hidden = (["sensitive", "visibleTo", "writeOnly"] as const).find(
    (trait) => first[trait] || last[trait],
  );
  if (hidden !== undefined) {
    scope.report({
      place,
      expected: "a field that every caller who lists may see, also in URLs and logs",
      found: `${path}, which is ${hidden}`,
      fix: `remove it from list.${option}, or drop the trait ${hidden}`,
    });
  }
  const indexable = isIndexable(last.type.kind);
  if (!indexable) {
    scope.report({
      place,
      expected: "a field that an index can hold",
      found: `${path}, ${aKind(last.type.kind)}`,
      fix:
        last.type.kind === "text"
          ? "use t.string with a maxLength, or list.search"
          : `remove it from list.${option}, or keep what is asked for in a field of its own`,
    });
  }
  return hidden === undefined && indexable;
}

function defaultSort(
  read: OptionReader,
  sort: readonly string[],
  { place, scope }: At,
): ListModel["defaultSort"] {
  const text = read.text("defaultSort") ?? "-createdAt";
  const descending = text.startsWith("-");
  const field = descending ? text.slice(1) : text;
  if (sort.includes(field)) return { field, descending };
  scope.report({
    place: `${place}.defaultSort`,
    expected: `a path of list.sort: ${oneOf(sort)}`,
    found: show(text),
    fix: didYouMean(field, sort, `add ${show(field)} to list.sort`),
  });
  return { field: "createdAt", descending: true };
}

function searchFields(read: OptionReader, resource: AnyResource, scope: Scope): string[] {
  return (read.names("search", "field names") ?? []).filter((name, index) => {
    const place = `resource ${resource.name}, list.search[${index}]`;
    const field = findField(resource.name, name, { place, scope });
    if (field === undefined) return false;
    const { kind } = field.type;
    const hidden = field.sensitive || field.visibleTo || field.writeOnly;
    if ((kind === "string" || kind === "text") && !hidden) return true;
    scope.report({
      place,
      expected: "a string or text field that every caller who lists may see",
      found: hidden ? `${name}, which is sensitive, visibleTo or writeOnly` : `${name}, ${aKind(kind)}`,
      fix: "remove it from list.search",
    });
    return false;
  });
}

function limits(read: OptionReader, place: string, scope: Scope): Pick<ListModel, "limit" | "maxLimit"> {
  const limit = read.integer("limit", 1, LARGEST_MAX_LIMIT);
  const maxLimit = read.integer("maxLimit", 1, LARGEST_MAX_LIMIT) ?? Math.max(DEFAULT_MAX_LIMIT, limit ?? 0);
  if (limit !== undefined && limit > maxLimit) {
    scope.report({
      place: `${place}.limit`,
      expected: `at most maxLimit, ${maxLimit}`,
      found: String(limit),
      fix: "lower limit or raise maxLimit",
    });
  }
  return { limit: limit ?? Math.min(DEFAULT_LIMIT, maxLimit), maxLimit };
}
