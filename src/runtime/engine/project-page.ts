import type { JsonValue } from "../../base/lib/json.ts";
import type { ActiveCall } from "./active-call.ts";
import { type EncodableRow, encodeRow } from "./encode-row.ts";
import { pageInfo, rowsOf } from "./page.ts";
import { isRecord } from "./record.ts";
import { wrongAnswer } from "./refusals.ts";
import type { ResourcePlan } from "./resource-plan.ts";
import { selectionOf } from "./selection-of.ts";

/** Makes the answer of a list; waits only where a handler's rows have refs to be followed. */
export function projectPage(call: ActiveCall, output: ResourcePlan): void | Promise<void> {
  const { page, pagePlan, core } = call;
  if (page !== undefined && pagePlan !== undefined) {
    answerPage(call, output, rowsOf(pagePlan, page), { ...pageInfo(pagePlan, page, core.cursors) });
    return undefined;
  }
  const { value } = call;
  if (!isRecord(value) || !Array.isArray(value.data) || !isRecord(value.page)) {
    throw wrongAnswer(call.plan.operation, "a page { data, page }");
  }
  const rows = value.data.map((row: unknown): EncodableRow => ({ values: isRecord(row) ? row : {} }));
  const info = pageOf(value.page);
  if (selectionOf(call, output).expand === undefined || rows.length === 0) {
    answerPage(call, output, rows, info);
    return undefined;
  }
  return expandPage(call, output, rows, info);
}

/** Follows the refs of a handler's page in one statement. */
async function expandPage(
  call: ActiveCall,
  output: ResourcePlan,
  rows: readonly EncodableRow[],
  info: JsonValue,
): Promise<void> {
  const { expand = [] } = selectionOf(call, output);
  const found = await call.session.list(output.name, {
    filter: [{ field: "id", operator: "in", values: rows.map(({ values }) => values.id) }],
    sort: output.model.list.defaultSort,
    limit: rows.length,
    fields: ["id"],
    expand,
    access: "all",
  });
  const byId = new Map(found.rows.map(({ values, expanded }) => [values.id, expanded]));
  const expandedRows = rows.map(({ values }) => ({ values, expanded: byId.get(values.id) ?? {} }));
  answerPage(call, output, expandedRows, info);
}

function answerPage(
  call: ActiveCall,
  output: ResourcePlan,
  rows: readonly EncodableRow[],
  page: JsonValue,
): void {
  const selection = selectionOf(call, output);
  const own = call.principal?.id;
  const { hidden } = selection.view;
  call.success = {
    ok: true,
    value: { data: rows.map((row) => encodeRow(row, selection, own)), page },
    kind: "ok",
    replayed: false,
    ...(hidden.length > 0 ? { hidden } : {}),
  };
}

function pageOf({ nextCursor, prevCursor, hasMore, total }: Readonly<Record<string, unknown>>): JsonValue {
  return {
    nextCursor: typeof nextCursor === "string" ? nextCursor : null,
    prevCursor: typeof prevCursor === "string" ? prevCursor : null,
    hasMore: hasMore === true,
    ...(typeof total === "number" ? { total } : {}),
  };
}
