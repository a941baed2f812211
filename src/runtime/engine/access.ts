import type { AccessRule, RowRule } from "../../contract/model/model.ts";
import type { Principal } from "./call.ts";
import type { RowAccess } from "./ports.ts";

/** No row at all: what a call has until it is authorised. */
export const NOBODY: RowAccess = Object.freeze({ principal: "", any: Object.freeze([]) });

/** Rows that the rules allow the caller; undefined where no rule fits the caller, whatever the row. */
export function resolveAccess(
  rules: readonly AccessRule[],
  principal: Principal | undefined,
): RowAccess | undefined {
  let any: RowRule[] | undefined;
  for (const rule of rules) {
    if (rule.kind === "anyone") return "all";
    if (principal === undefined) continue;
    if (rule.role !== undefined && !principal.roles.includes(rule.role)) continue;
    if (rule.rows === undefined) return "all";
    any ??= [];
    any.push(rule.rows);
  }
  return any === undefined || principal === undefined ? undefined : { principal: principal.id, any };
}

/** Tells whether the row's own fields make it the caller's. Rules through other resources count as not fitting. */
export function allowsByField(access: RowAccess, values: Readonly<Record<string, unknown>>): boolean {
  if (access === "all") return true;
  for (const rule of access.any) {
    if (rule.kind === "self" && values[rule.field] === access.principal) return true;
  }
  return false;
}

/** Tells whether a rule looks at another resource, so that only the database can answer it. */
export function asksDatabase(access: RowAccess): boolean {
  return access !== "all" && access.any.some((rule) => rule.kind === "through");
}
