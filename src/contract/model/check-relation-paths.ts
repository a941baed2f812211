import type { AccessRule, OperationModel, ResourceModel } from "./model.ts";
import type { Report } from "./report.ts";

/**
 * Reports filters and sorts through a ref (`patient.name`) that would tell a caller of the list about rows of the other
 * resource that the caller may not read: asking with one value after another finds the value out.
 */
export function checkRelationPaths(
  operations: readonly OperationModel[],
  resources: ReadonlyMap<string, ResourceModel>,
  report: Report,
): void {
  for (const { method, resource: name, access } of operations) {
    const resource = method === "list" ? resources.get(name ?? "") : undefined;
    if (resource === undefined) continue;
    for (const [option, paths] of [
      ["filter", Object.keys(resource.list.filter)],
      ["sort", resource.list.sort],
    ] as const) {
      for (const path of paths) {
        const [ref = "", tail] = path.split(".");
        const type = resource.fields[ref]?.type;
        const target = tail !== undefined && type?.kind === "ref" ? resources.get(type.resource) : undefined;
        if (target === undefined) continue;
        const blind = access.find(
          (rule) => !target.read.some((other) => covers(other, rule, resource.name, ref)),
        );
        if (blind === undefined) continue;
        report({
          place: `resource ${resource.name}, list.${option}, "${path}"`,
          expected: "a ref to rows that every caller of the list may read",
          found: `${ruleText(blind)}, who by access.read of ${target.name} may not read each of them`,
          fix: `remove it from list.${option}, copy the value into ${resource.name}, or widen access.read of ${target.name}`,
        });
      }
    }
  }
}

/**
 * Whether whoever `list` lets see a row of the resource may, by `read`, see the row that its field `ref` names. Knows the
 * cases that hold by their form: all rows; the caller's own row; a row that this very row joins to the caller.
 */
function covers(read: AccessRule, list: AccessRule, resource: string, ref: string): boolean {
  if (read.kind === "anyone") return true;
  if (list.kind === "anyone") return false;
  if (read.role !== undefined && read.role !== list.role) return false;
  if (read.rows === undefined) return true;
  if (list.rows?.kind !== "self") return false;
  if (read.rows.kind === "self") return read.rows.field === "id" && list.rows.field === ref;
  return read.rows.resource === resource && read.rows.row === ref && read.rows.self === list.rows.field;
}

function ruleText(rule: AccessRule): string {
  if (rule.kind === "anyone") return "anyone";
  const who = rule.role === undefined ? "callers" : `callers with the role ${rule.role}`;
  if (rule.rows === undefined) return who;
  return rule.rows.kind === "self"
    ? `${who} whose id is in ${rule.rows.field}`
    : `${who} by way of ${rule.rows.resource}`;
}
