import type { RouteMatch } from "../../../wire/rest/index.ts";
import type { Exchange } from "../exchange.ts";
import { send } from "../send.ts";
import type { OperationPlan, PlanOf } from "./plan.ts";

/** Answers OPTIONS: the methods of a path, and which bodies they take. */
export function sendOptions(exchange: Exchange, { endpoint }: RouteMatch, planOf: PlanOf): void {
  const headers = ["Allow", endpoint.allow];
  for (const [method, operation] of endpoint.operations)
    headers.push(...bodyHints(method, planOf(operation)));
  send(exchange, 204, headers);
}

/** RFC 5789 section 3.1 and the W3C's Accept-Post: which bodies a path takes. */
function bodyHints(method: string, plan: OperationPlan): readonly string[] {
  if (plan.operation.input === undefined || (method !== "PATCH" && method !== "POST")) return [];
  return [method === "PATCH" ? "Accept-Patch" : "Accept-Post", plan.bodyTypes.join(", ")];
}
