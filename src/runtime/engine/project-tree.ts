import type { ActiveCall } from "./active-call.ts";
import { rowsOf } from "./page.ts";
import type { StoredRow } from "./ports.ts";
import { handlersPage } from "./project-page.ts";
import { rowOf } from "./project-row.ts";
import type { ResourcePlan } from "./resource-plan.ts";
import { HandlerPage } from "./tree/handler-page.ts";
import { TreeLoader } from "./tree/load-tree.ts";
import type { Tree } from "./tree/tree.ts";
import { TreePage } from "./tree/tree-page.ts";
import type { RowSource } from "./tree/tree-row.ts";

/** Makes the answer of a call about one row that has said what it wants of it; waits where that is more than the row. */
export function projectTreeRow(call: ActiveCall, output: ResourcePlan, tree: Tree): void | Promise<void> {
  const row = rowOf(call, output);
  const loader = new TreeLoader(call);
  const [selected] = loader.rows([sourceOf(call, row)], tree);
  const answer = () => {
    call.success = {
      ok: true,
      value: undefined,
      kind: call.plan.operation.method === "create" ? "created" : "ok",
      id: row.id,
      replayed: false,
      // A row that a handler made up has no version.
      ...(row.version > 0 ? { version: row.version, updatedAt: row.updatedAt } : {}),
      selected,
      rowsRead: loader.rowsRead,
    };
  };
  const pending = selected && loader.below([selected], tree);
  return pending === undefined ? answer() : pending.then(answer);
}

/** Makes the answer of a call that names several rows, in the order in which it names them. */
export function projectTreeRows(
  call: ActiveCall,
  stored: readonly StoredRow[],
  tree: Tree,
): void | Promise<void> {
  const loader = new TreeLoader(call);
  const rows = loader.rows(stored, tree);
  const found = new Map(rows.map((row) => [row.id, row]));
  const answer = () => {
    call.success = {
      ok: true,
      value: undefined,
      kind: "ok",
      replayed: false,
      selectedRows: (call.request.ids ?? []).map((id) => found.get(id) ?? null),
      rowsRead: loader.rowsRead,
    };
  };
  const pending = loader.below(rows, tree);
  return pending === undefined ? answer() : pending.then(answer);
}

/** Makes the answer of a list that has said what it wants of its rows. */
export function projectTreePage(call: ActiveCall, tree: Tree): void | Promise<void> {
  const { page, pagePlan, core } = call;
  const loader = new TreeLoader(call);
  const { cursors } = core;
  let selectedPage: TreePage | HandlerPage;
  if (page !== undefined && pagePlan !== undefined) {
    const rows = loader.rows(rowsOf(pagePlan, page), tree);
    selectedPage = new TreePage(rows, { plan: pagePlan, page, cursors });
  } else {
    const { rows, info, listed } = handlersPage(call);
    selectedPage = new HandlerPage(loader.rows(rows.map(toSource), tree), { info, listed, cursors });
  }
  const answer = () => {
    call.success = {
      ok: true,
      value: undefined,
      kind: "ok",
      replayed: false,
      selectedPage,
      rowsRead: loader.rowsRead,
    };
  };
  const pending = loader.below(selectedPage.rows, tree);
  return pending === undefined ? answer() : pending.then(answer);
}

/** A row that went through a handler may have been changed in place: its texts are not what the handler answered. */
function sourceOf(call: ActiveCall, row: StoredRow): RowSource {
  return call.row === row ? row : { id: row.id, values: row.values };
}

function toSource({ values }: Pick<StoredRow, "values">): RowSource {
  return { id: typeof values.id === "string" ? values.id : "", values };
}
