import type { Call, Outcome } from "./call.ts";
import type { SelectedRow } from "./select.ts";

/**
 * Reads the rows of several ids where a handler reads them, which knows one at a time. A row that is not there or that the
 * caller may not read is null, as where the default reads them all; any other failure is that of the whole call.
 */
export async function readOneByOne(
  call: Call,
  ids: readonly string[],
  execute: (call: Call) => Promise<Outcome> | Outcome,
): Promise<Outcome> {
  const rows: (SelectedRow | null)[] = [];
  let rowsRead = 0;
  for (const id of ids) {
    const outcome = await execute({ ...call, signal: call.signal, ids: undefined, id });
    if (outcome.ok) {
      rows.push(outcome.selected ?? null);
      rowsRead += outcome.rowsRead ?? 0;
    } else if (outcome.error.code === "not_found" || outcome.error.code === "forbidden") rows.push(null);
    else return outcome;
  }
  return { ok: true, value: undefined, kind: "ok", replayed: false, selectedRows: rows, rowsRead };
}
