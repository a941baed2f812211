import type { AccessRule, Model, OperationModel, RowRule } from "../model/index.ts";
import { alternatives } from "./json-object.ts";
import { words } from "./operation-names.ts";

/** Says in one sentence who may call an operation. */
export function accessText(model: Model, operation: OperationModel): string {
  const { access } = operation;
  if (access.some((rule) => rule.kind === "anyone")) return "Who: anyone, without credentials too.";
  if (access.length === 0) return "Who: nobody.";
  return `Who: ${alternatives(access.map((rule) => ruleText(model, operation, rule)))}.`;
}

function ruleText(model: Model, operation: OperationModel, rule: AccessRule): string {
  if (rule.kind === "anyone") return "anyone";
  const { role, rows } = rule;
  if (rows === undefined) return role === undefined ? "any authenticated caller" : `role \`${role}\``;
  return `${rowsText(model, operation, rows)}${role === undefined ? "" : ` with role \`${role}\``}`;
}

function rowsText(model: Model, operation: OperationModel, rows: RowRule): string {
  const noun = operation.resource === undefined ? "row" : words(operation.resource);
  if (rows.kind === "self") {
    return rows.field === "id" ? `the ${noun} themself` : `the \`${rows.field}\` of the ${noun}`;
  }
  const other = words(model.resources[rows.resource]?.name ?? rows.resource);
  return `the \`${rows.self}\` of ${article(other)} ${other} whose \`${rows.row}\` is the ${noun}`;
}

/** Returns the indefinite article of a noun. */
export function article(noun: string): string {
  return /^[aeiou]/.test(noun) ? "an" : "a";
}
