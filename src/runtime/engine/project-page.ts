import type { ActiveCall } from "./active-call.ts";
import type { PageInfo } from "./call.ts";
import { type EncodableRow, encodeRow, jsonOfRow } from "./encode-row.ts";
import { pageInfo, rowsOf } from "./page.ts";
import type { StoredRow } from "./ports.ts";
import { isRecord } from "./record.ts";
import { wrongAnswer } from "./refusals.ts";
import type { ResourcePlan } from "./resource-plan.ts";
import type { Selection } from "./selection.ts";
import { selectionOf } from "./selection-of.ts";
import { TextSuccess } from "./text-success.ts";
import type { ListedPage } from "./tree/handler-page.ts";

/** Makes the answer of a list; waits only where a handler's rows have refs to be followed. */
export function projectPage(call: ActiveCall, output: ResourcePlan): void | Promise<void> {
  const { page, pagePlan, core } = call;
  if (page !== undefined && pagePlan !== undefined) {
    const rows = rowsOf(pagePlan, page);
    const info = pageInfo(pagePlan, page, core.cursors);
    const json = jsonOfRows(rows, selectionOf(call, output));
    if (json === undefined) answerPage(call, output, rows, info);
    else answerText(call, output, `{"data":${json},"page":${JSON.stringify(info)}}`, info);
    return undefined;
  }
  const { rows, info } = handlersPage(call);
  if (selectionOf(call, output).expand === undefined || rows.length === 0) {
    answerPage(call, output, rows, info);
    return undefined;
  }
  return expandPage(call, output, rows, info);
}

/** The page that a handler answered with, and what `db.list` gave it for that page. */
export function handlersPage({ value, listed, plan }: ActiveCall): {
  readonly rows: readonly EncodableRow[];
  readonly info: PageInfo;
  readonly listed: ListedPage | undefined;
} {
  if (!isRecord(value) || !Array.isArray(value.data) || !isRecord(value.page)) {
    throw wrongAnswer(plan.operation, "a page { data, page }");
  }
  const rows = value.data.map((row: unknown): EncodableRow => ({ values: isRecord(row) ? row : {} }));
  return { rows, info: pageOf(value.page), listed: listed?.get(value.page) };
}

/** Follows the refs of a handler's page in one statement. */
async function expandPage(
  call: ActiveCall,
  output: ResourcePlan,
  rows: readonly EncodableRow[],
  info: PageInfo,
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
  page: PageInfo,
): void {
  const selection = selectionOf(call, output);
  const own = call.principal?.id;
  const { hidden } = selection.view;
  call.success = {
    ok: true,
    value: { data: rows.map((row) => encodeRow(row, selection, own)), page: { ...page } },
    kind: "ok",
    page,
    replayed: false,
    ...(hidden.length > 0 ? { hidden } : {}),
  };
}

/** All rows as the text of a JSON array; undefined where one of them has to be encoded. */
function jsonOfRows(rows: readonly StoredRow[], selection: Selection): string | undefined {
  let text = "[";
  for (const row of rows) {
    const json = jsonOfRow(row, selection);
    if (json === undefined) return undefined;
    text += text.length === 1 ? json : `,${json}`;
  }
  return `${text}]`;
}

function answerText(call: ActiveCall, output: ResourcePlan, json: string, page: PageInfo): void {
  const { hidden } = selectionOf(call, output).view;
  call.success = new TextSuccess(json, { kind: "ok", page, hidden: hidden.length > 0 ? hidden : undefined });
}

function pageOf({ nextCursor, prevCursor, hasMore, total }: Readonly<Record<string, unknown>>): PageInfo {
  return {
    nextCursor: typeof nextCursor === "string" ? nextCursor : null,
    prevCursor: typeof prevCursor === "string" ? prevCursor : null,
    hasMore: hasMore === true,
    ...(typeof total === "number" ? { total } : {}),
  };
}
