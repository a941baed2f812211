import { isId } from "../../../base/lib/index.ts";
import type { ActiveCall } from "../active-call.ts";
import { denied, notFound } from "../refusals.ts";
import type { ResourcePlan } from "../resource-plan.ts";

/** Reads one row: existence, the caller's rights to it and the row itself in one statement. */
export async function getRow(call: ActiveCall, { name }: ResourcePlan): Promise<void> {
  const { access, request, selection, plan } = call;
  if (request.ids !== undefined) return getRows(call, name, request.ids);
  const id = request.id ?? "";
  const row = await call.session.get(name, id, {
    access,
    ...(selection?.read === undefined ? {} : { fields: selection.read }),
    ...(selection?.expand === undefined ? {} : { expand: selection.expand }),
  });
  if (row === undefined) throw notFound(name, id);
  if (!row.allowed) throw denied(plan.operation, id);
  call.row = row;
}

/** Reads the rows of all these ids in one statement; those that the caller may not read are not seen. */
async function getRows(call: ActiveCall, name: string, ids: readonly string[]): Promise<void> {
  const { access, selection, core } = call;
  const { prefix } = core.resources.get(name)?.model ?? { prefix: "" };
  const possible = [...new Set(ids)].filter((id) => isId(prefix, id));
  if (possible.length === 0) {
    call.rows = [];
    return;
  }
  call.rows = await call.session.getMany(name, possible, {
    access,
    ...(selection?.read === undefined ? {} : { fields: selection.read }),
    ...(selection?.expand === undefined ? {} : { expand: selection.expand }),
  });
}
