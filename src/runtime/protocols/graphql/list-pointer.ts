import { filterFieldName } from "../../../contract/model/graphql-names.ts";

/** Arguments by the name that a query string has for them. */
const ARGUMENTS: Readonly<Partial<Record<string, string>>> = {
  sort: "sort",
  q: "search",
  offset: "offset",
  total: "total",
};

/**
 * Names the argument of a list that a violation is about: `?limit` → `?first`, `?slot.startsAt[gte]` →
 * `?filter.slotStartsAt.gte`. What the operation's input is to blame for keeps its name, and so does the way to a nested list.
 */
export function listPointer(pointer: string, args: Readonly<Record<string, unknown>> = {}): string {
  const at = pointer.indexOf("?");
  if (at < 0) return pointer;
  const asked = pointer.slice(at + 1);
  return `${pointer.slice(0, at)}?${nameOf(asked, args)}`;
}

function nameOf(asked: string, { last, before }: Readonly<Record<string, unknown>>): string {
  if (asked === "limit") return isGiven(last) ? "last" : "first";
  if (asked === "cursor") return isGiven(before) ? "before" : "after";
  const own = Object.hasOwn(ARGUMENTS, asked) ? ARGUMENTS[asked] : undefined;
  if (own !== undefined) return own;
  const [, path = asked, operator = "in"] = /^(.+)\[(\w+)\]$/.exec(asked) ?? [];
  return `filter.${filterFieldName(path)}.${operator}`;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
