import type { AnyResource, ResourceMethod } from "../language/index.ts";
import type { AccessRule, RowRule } from "./model.ts";
import { isRecord } from "./read-options.ts";
import { aKind, didYouMean, oneOf, show } from "./report.ts";
import { findField, resolveTarget, type Scope } from "./scope.ts";

const RULES = 'anyone, signedIn, owner, role("…"), self("…") or through(() => …, { row, self })';

/** Kinds of field that may hold the id of a principal; strings are for principals that are no rows of this contract. */
const PRINCIPAL_KINDS: ReadonlySet<string> = new Set(["id", "ref", "string"]);

/** Where rules stand: what they are about, and what to call them in a mistake. */
export interface RulesPlace {
  /** The resource whose rows row rules choose from; undefined for free operations. */
  readonly resource: AnyResource | undefined;
  readonly place: string;
}

/** Compiles a list of rules; those with a mistake are left out, which allows less, never more. */
export function compileRules(rules: unknown, { resource, place }: RulesPlace, scope: Scope): AccessRule[] {
  if (!Array.isArray(rules)) {
    scope.report({ place, expected: `a list of rules: ${RULES}`, found: show(rules), fix: "write [ … ]" });
    return [];
  }
  return rules.flatMap((rule, index) => {
    const compiled = compileRule(rule, { resource, place: `${place}[${index}]` }, scope);
    return compiled ? [compiled] : [];
  });
}

function compileRule(rule: unknown, at: RulesPlace, scope: Scope): AccessRule | undefined {
  if (isRecord(rule) && rule.kind === "anyone") return { kind: "anyone" };
  if (!isRecord(rule) || rule.kind !== "principal") {
    const fix =
      typeof rule === "string" ? `write role(${show(rule)}) or self(${show(rule)})` : `use ${RULES}`;
    scope.report({ place: at.place, expected: `a rule: ${RULES}`, found: show(rule), fix });
    return undefined;
  }
  const { role, rows } = rule;
  if (role !== undefined && (typeof role !== "string" || role.trim() === "")) {
    scope.report({
      place: at.place,
      expected: "the name of a role",
      found: show(role),
      fix: 'write role("admin"), or signedIn for any caller with credentials',
    });
    return undefined;
  }
  const named = role === undefined ? {} : { role };
  if (rows === undefined) return { kind: "principal", ...named };
  const compiled = compileRows(rows, at, scope);
  return compiled && { kind: "principal", ...named, rows: compiled };
}

function compileRows(rows: unknown, { resource, place }: RulesPlace, scope: Scope): RowRule | undefined {
  if (resource === undefined) {
    scope.report({
      place,
      expected: "a rule about the caller: this operation has no row",
      found: "a rule about rows",
      fix: "use anyone, signedIn or role(…), and check rows in the handler",
    });
    return undefined;
  }
  if (!isRecord(rows)) {
    scope.report({ place, expected: `a rule: ${RULES}`, found: show(rows), fix: `use ${RULES}` });
    return undefined;
  }
  switch (rows.kind) {
    case "owner":
      return ownerRule(resource, place, scope);
    case "self":
      return selfRule(resource.name, rows.field, { place, scope });
    case "through":
      return throughRule(rows, { resource, place }, scope);
    default:
      scope.report({ place, expected: `a rule: ${RULES}`, found: show(rows), fix: `use ${RULES}` });
      return undefined;
  }
}

function ownerRule(resource: AnyResource, place: string, scope: Scope): RowRule | undefined {
  const field = ownerOf(resource, scope);
  if (field !== undefined) return { kind: "self", field };
  // A wrong owner is reported where it is declared.
  if (resource.options.owner !== undefined) return undefined;
  scope.report({
    place,
    expected: `an owner of ${resource.name}`,
    found: "none: the resource has no owner",
    fix: `give the resource { owner: "…" }, the field with the id of its owner, or use self("…")`,
  });
  return undefined;
}

/** Compiles `self(field)`, and an `owner` option: the field must be able to hold the id of a principal. */
export function selfRule(
  resource: string,
  field: unknown,
  at: { readonly place: string; readonly scope: Scope },
): RowRule | undefined {
  const node = findField(resource, field, at);
  if (node === undefined || typeof field !== "string") return undefined;
  if (PRINCIPAL_KINDS.has(node.type.kind)) return { kind: "self", field };
  at.scope.report({
    place: at.place,
    expected: "a field with the id of a principal: t.ref, t.id or t.string",
    found: `${field}, ${aKind(node.type.kind)}`,
    fix: "name the ref to who the caller is",
  });
  return undefined;
}

function throughRule(
  rows: Readonly<Record<string, unknown>>,
  { resource, place }: { readonly resource: AnyResource; readonly place: string },
  scope: Scope,
): RowRule | undefined {
  const through = resolveTarget(rows.resource, place, scope);
  if (through === undefined) return undefined;
  const self = selfRule(through, rows.self, { place: `${place}.self`, scope });
  const row = findField(through, rows.row, { place: `${place}.row`, scope });
  if (row === undefined || typeof rows.row !== "string") return undefined;
  if (row.type.kind !== "ref" || row.type.resource !== resource.name) {
    scope.report({
      place: `${place}.row`,
      expected: `a ref to ${resource.name} among the fields of ${through}`,
      found:
        row.type.kind === "ref"
          ? `${rows.row}, a ref to ${row.type.resource}`
          : `${rows.row}, ${aKind(row.type.kind)}`,
      fix: `name the field of ${through} that is t.ref(() => …) to ${resource.name}`,
    });
    return undefined;
  }
  if (self?.kind !== "self") return undefined;
  return { kind: "through", resource: through, row: rows.row, self: self.field };
}

/** An operation of a resource, as its access table sees it. */
export interface RuledAction {
  readonly resource: AnyResource;
  /** Method or name of the action. */
  readonly name: string;
  readonly method: ResourceMethod;
}

/** Rules of a resource for an action: its own, else those of `read` or `write`, else role admin and the owner. */
export function rulesFor({ resource, name, method }: RuledAction, scope: Scope): AccessRule[] {
  const table = isRecord(resource.options.access) ? resource.options.access : {};
  const side = method === "list" || method === "get" ? "read" : "write";
  const key = [name, side].find((candidate) => table[candidate] !== undefined);
  const place = `resource ${resource.name}, access.${key}`;
  const rules =
    key === undefined
      ? defaultRules(resource, scope)
      : compileRules(table[key], { resource, place }, quiet(scope));
  return method === "create" ? rules.filter((rule) => !isNeverTrueAtCreate(rule)) : rules;
}

/** The table is checked once, by {@link checkAccessTable}: reading it for each operation must not repeat its mistakes. */
function quiet(scope: Scope): Scope {
  return { ...scope, report: () => {} };
}

/** The owner field, if it is a field of the resource. */
function ownerOf(resource: AnyResource, scope: Scope): string | undefined {
  const field: unknown = resource.options.owner;
  return typeof field === "string" && scope.fields.get(resource.name)?.get(field) ? field : undefined;
}

function defaultRules(resource: AnyResource, scope: Scope): AccessRule[] {
  const field = ownerOf(resource, scope);
  const admin: AccessRule = { kind: "principal", role: "admin" };
  return field !== undefined ? [admin, { kind: "principal", rows: { kind: "self", field } }] : [admin];
}

/** A row about to be made has no id yet, so nothing can join it to the caller and it cannot be the caller. */
function isNeverTrueAtCreate(rule: AccessRule): boolean {
  if (rule.kind === "anyone" || rule.rows === undefined) return false;
  return rule.rows.kind === "through" || rule.rows.field === "id";
}

/** Checks every entry of a resource's access table; `actions` are the names of its actions. */
export function checkAccessTable(resource: AnyResource, actions: readonly string[], scope: Scope): void {
  const table: unknown = resource.options.access;
  if (table === undefined) return;
  const place = `resource ${resource.name}, access`;
  if (!isRecord(table)) {
    scope.report({ place, expected: "rules by action", found: show(table), fix: "write { read: [anyone] }" });
    return;
  }
  const known = ["read", "write", "list", "get", "create", "replace", "patch", "delete", ...actions];
  for (const [key, rules] of Object.entries(table)) {
    if (!known.includes(key)) {
      scope.report({
        place: `${place}.${key}`,
        expected: `an action of ${resource.name}: ${oneOf(known)}`,
        found: show(key),
        fix: didYouMean(key, known, "add the action to the api's operations, or remove the rule"),
      });
    }
    if (rules === undefined) continue;
    const compiled = compileRules(rules, { resource, place: `${place}.${key}` }, scope);
    if (key === "create") checkCreateRules(compiled, `${place}.create`, scope);
  }
}

/** Reports rules for create that can never be true, rather than let them deny without a word. */
export function checkCreateRules(rules: readonly AccessRule[], place: string, scope: Scope): void {
  for (const [index, rule] of rules.entries()) {
    if (!isNeverTrueAtCreate(rule)) continue;
    scope.report({
      place: `${place}[${index}]`,
      expected: "a rule that can be true before the row exists",
      found: "a rule about the new row's id",
      fix: "use role(…), signedIn, or self(…) of a field that the new row has",
    });
  }
}

/** An operation's own rules, and the resource whose rows they are about. */
export interface OperationRules {
  readonly resource: AnyResource | undefined;
  readonly access: unknown;
}

/**
 * Finds the pairs of fields (self, row) by which `through` rules look into each table, so that it gets an index on
 * them. Mistakes are reported where the rules are compiled, not here.
 */
export function findJoins(
  operations: readonly OperationRules[],
  scope: Scope,
): Map<string, (readonly string[])[]> {
  const joins = new Map<string, (readonly string[])[]>();
  const gather = (rules: unknown, resource: AnyResource | undefined): void => {
    if (!Array.isArray(rules)) return;
    for (const rule of compileRules(rules, { resource, place: "" }, quiet(scope))) {
      if (rule.kind !== "principal" || rule.rows?.kind !== "through") continue;
      const { resource: table, self, row } = rule.rows;
      joins.set(table, [...(joins.get(table) ?? []), [self, row]]);
    }
  };
  for (const resource of scope.resources.values()) {
    const table: unknown = resource.options.access;
    if (isRecord(table)) for (const rules of Object.values(table)) gather(rules, resource);
  }
  for (const { resource, access } of operations) gather(access, resource);
  return joins;
}
