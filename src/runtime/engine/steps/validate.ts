import { ApiError, type Violation } from "../../../base/errors/index.ts";
import { isId } from "../../../base/lib/index.ts";
import { OPERATION, takesMessages } from "../../../contract/model/index.ts";
import type { ActiveCall } from "../active-call.ts";
import { checkIdempotencyKey } from "../idempotency-key.ts";
import { Inbox } from "../inbox.ts";
import type { OperationPlan } from "../operation-plan.ts";
import { readInput } from "../read-input.ts";
import { invalidInput, invalidParameters, notFound } from "../refusals.ts";
import type { ResourcePlan } from "../resource-plan.ts";
import { readSelection, wholeRow } from "../selection.ts";
import type { Step } from "../step.ts";
import { readTree } from "../tree/read-tree.ts";

/** Turns what the caller wrote into program form, or refuses it with everything that is wrong with it at once. */
export const validate: Step = {
  name: "validate",
  appliesTo: () => true,
  prepare(plan) {
    const { operation, resource, onRow } = plan;
    return (call) => {
      const { id, ids } = call.request;
      if (ids !== undefined) checkIds(plan, call, ids);
      else if (onRow) checkId(resource, id);
      checkIdempotencyKey(call);
      if (operation.preconditionRequired && call.request.precondition?.ifMatch === undefined) {
        throw new ApiError(
          "precondition_required",
          "If-Match is required: send the ETag of the row as you read it.",
        );
      }
      readQuery(plan, call);
      if (takesMessages(operation)) openInbox(plan, call);
      else if (plan.decode !== undefined || call.request.input !== undefined)
        call.input = readInput(plan, call);
    };
  },
};

/** An id that no row can have is one that no row has: the database need not be asked. */
function checkId(resource: ResourcePlan | undefined, id: string | undefined): void {
  if (id === undefined) throw invalidInput([MISSING_ID]);
  if (resource !== undefined && !isId(resource.model.prefix, id)) throw notFound(resource.name, id);
}

/** Protocols whose paths do not hold the id can leave it out. */
const MISSING_ID: Violation = { pointer: "/id", code: "required", message: "Must be given." };

/** As many rows as a page may have in the largest lists. */
const MAX_IDS = 1000;

function checkIds({ operation }: OperationPlan, { request }: ActiveCall, ids: readonly string[]): void {
  if (operation.method !== "get" || request.select === undefined) {
    throw new ApiError("not_implemented", `The operation ${operation.id} does not take several ids.`);
  }
  if (ids.length <= MAX_IDS) return;
  throw new ApiError("too_complex", `At most ${MAX_IDS} rows are read by their ids at once.`, {
    data: { limit: "ids", max: MAX_IDS, found: ids.length },
  });
}

/** Messages are validated as the handler takes them. */
function openInbox({ decode, operation }: OperationPlan, call: ActiveCall): void {
  const { messages } = call.request;
  if (decode === undefined || messages === undefined) {
    throw new ApiError("not_implemented", `The operation ${operation.id} takes a stream of messages.`);
  }
  call.inbox = new Inbox(messages, decode, operation.maxMessages ?? 0);
  call.input = call.inbox;
}

function readQuery(plan: OperationPlan, call: ActiveCall): void {
  const { operation, output } = plan;
  const { core, principal, request } = call;
  const violations: Violation[] = [];
  if (request.select !== undefined) {
    readSelected(plan, call, violations);
  } else if (output !== undefined) {
    const asked = request.fields !== undefined || request.expand !== undefined;
    call.selection = asked
      ? readSelection(output, request, {
          resources: core.resources,
          views: core.views,
          principal,
          violations,
        })
      : wholeRow(core.views.of(output, principal));
  } else {
    refuseSelection(call, ["fields", "expand"], violations);
  }
  if (operation.method === "list" && output !== undefined) {
    call.question = core.questions.check(output, request.list ?? {}, {
      resources: core.resources,
      principal,
      violations,
    });
  }
  if (violations.length > 0) throw invalidParameters(violations);
}

/** A selection of an answer that is a row or has rows; of a command that is accepted for later it is the operation's. */
function readSelected({ mode, output }: OperationPlan, call: ActiveCall, violations: Violation[]): void {
  const { core, principal, request } = call;
  const resource = mode === "accept" ? core.resources.get(OPERATION) : output;
  if (resource === undefined || request.select === undefined) {
    refuseSelection(call, ["fields", "expand", "select"], violations);
    return;
  }
  refuseSelection(call, ["fields", "expand"], violations);
  const tree = readTree(resource, request.select, { core, principal, violations });
  const { view, fields, names } = tree.plan;
  call.tree = tree;
  call.selection = { view, fields, names, read: names, expand: tree.expand, related: undefined };
}

function refuseSelection(
  { request }: ActiveCall,
  names: readonly ("fields" | "expand" | "select")[],
  violations: Violation[],
): void {
  for (const name of names) {
    if (request[name] === undefined) continue;
    violations.push({
      pointer: `?${name}`,
      code: "unknown_parameter",
      message: "Is not taken by this operation.",
    });
  }
}
