import { allowedActions } from "./actions.ts";
import type { ActiveCall } from "./active-call.ts";
import { encodeRow, isRow, jsonOfRow } from "./encode-row.ts";
import type { StoredRow } from "./ports.ts";
import { checkPrecondition } from "./preconditions.ts";
import { wrongAnswer } from "./refusals.ts";
import type { ResourcePlan } from "./resource-plan.ts";
import { selectionOf } from "./selection-of.ts";
import { TextSuccess } from "./text-success.ts";

/** Makes the answer of a call about one row; waits only where refs are still to be followed. */
export function projectRow(call: ActiveCall, output: ResourcePlan): void | Promise<void> {
  const row = rowOf(call, output);
  const { expand } = selectionOf(call, output);
  if (expand === undefined || row.expanded !== undefined) return answerRow(call, output, row);
  return expandRow(call, output, row);
}

/** The row that a call is answered with, in the version that its caller insists on. */
export function rowOf(call: ActiveCall, output: ResourcePlan): StoredRow {
  const row = call.row ?? answeredRow(call, output);
  // Commands have been held to If-Match in the step target.
  if (call.plan.operation.method === "get" && row.version > 0) {
    checkPrecondition(call.request.precondition, row.version);
  }
  return row;
}

/** Only reads with default work follow refs in the same statement; the rest do so here, in the call's transaction. */
async function expandRow(call: ActiveCall, output: ResourcePlan, row: StoredRow): Promise<void> {
  const { expand = [] } = selectionOf(call, output);
  const found = await call.session.get(output.name, row.id, {
    fields: ["id"],
    expand,
    access: "all",
  });
  const { id, values, version, updatedAt, allowed } = row;
  answerRow(call, output, { id, values, version, updatedAt, allowed, expanded: found?.expanded ?? {} });
}

function answerRow(call: ActiveCall, output: ResourcePlan, row: StoredRow): void {
  const { plan, principal } = call;
  const selection = selectionOf(call, output);
  const { hidden } = selection.view;
  const kind = plan.operation.method === "create" ? "created" : "ok";
  // A sparse read lacks the fields that states and rights are told from.
  const acts =
    output.actions.length > 0 && (selection.fields === undefined || plan.operation.kind === "command");
  // A row that went through a handler may have been changed in place: only what default work read is sent as read.
  const json = call.row === row ? jsonOfRow(row, selection) : undefined;
  if (json !== undefined) {
    call.success = new TextSuccess(json, {
      kind,
      row,
      actions: acts ? () => allowedActions(output, row.values, principal) : undefined,
      hidden: hidden.length > 0 ? hidden : undefined,
    });
    return;
  }
  const away: string[] | undefined = selection.view.ownerOnly.size > 0 ? [] : undefined;
  const value = encodeRow(row, selection, principal?.id, away);
  // A row that a handler made up has no version, hence no ETag.
  const isStored = row.version > 0;
  call.success = {
    ok: true,
    value,
    kind,
    id: row.id,
    replayed: false,
    version: isStored ? row.version : undefined,
    updatedAt: isStored ? row.updatedAt : undefined,
    actions: acts ? allowedActions(output, row.values, principal) : undefined,
    hidden: hiddenOf(hidden, away),
  };
}

function hiddenOf(hidden: readonly string[], away: readonly string[] = []): readonly string[] | undefined {
  if (away.length === 0) return hidden.length === 0 ? undefined : hidden;
  return [...hidden, ...away];
}

/** The row that a handler answered with, as the store last showed it where the handler passed it on unchanged. */
function answeredRow(call: ActiveCall, output: ResourcePlan): StoredRow {
  const { value, known, replaced, current, plan } = call;
  if (!isRow(value)) throw wrongAnswer(plan.operation, `a row of ${output.name}`);
  const latest = known?.get(value.id) ?? (current?.values.id === value.id ? current : undefined);
  const { id } = value;
  if (latest === undefined) return { id, values: value, version: 0, updatedAt: "", allowed: true };
  if (value === latest.values || replaced?.has(value)) return latest;
  return { id, values: value, version: latest.version, updatedAt: latest.updatedAt, allowed: true };
}
