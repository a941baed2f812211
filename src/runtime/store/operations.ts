import { timestampFromMs } from "../../base/lib/index.ts";
import { type Model, OPERATION } from "../../contract/model/index.ts";
import type { OperationStore } from "../engine/operation-store.ts";
import type { Clock } from "../engine/ports.ts";
import { formatArray } from "./arrays.ts";
import type { Database } from "./database.ts";
import {
  buildOperationStatements,
  DROP_OPERATIONS,
  LEASE_OPERATIONS,
  POSTPONE_OPERATION,
  RENEW_OPERATIONS,
} from "./sql/operations.sql.ts";

/** What {@link createOperationStore} is made of. */
export interface OperationStoreParts {
  readonly database: Database;
  readonly model: Model;
  readonly clock: Clock;
}

/** The queue of long-running operations in `concordat.operation_work`; undefined for a model that has none. */
export function createOperationStore({
  database,
  model,
  clock,
}: OperationStoreParts): OperationStore | undefined {
  const resource = model.resources[OPERATION];
  const has = Object.values(model.operations).some(({ longRunning }) => longRunning !== undefined);
  if (resource === undefined || !has) return undefined;
  const { running, progress } = buildOperationStatements(resource.table);
  // One process has the folder: whoever leased before it is dead.
  const alone = String(database.kind === "pglite");
  return {
    async lease({ holder, leaseMs, limit, except }) {
      const parameters = [holder, String(leaseMs), String(limit), formatArray(except), alone];
      const { rows } = await database.query(LEASE_OPERATIONS, parameters);
      return rows.map(([id, request, attempts]) => ({
        id: id ?? "",
        request: request ?? "",
        attempt: Number(attempts),
      }));
    },
    async renew(holder, ids, leaseMs) {
      const { rows } = await database.query(RENEW_OPERATIONS, [holder, String(leaseMs), formatArray(ids)]);
      return rows.map(([id]) => id ?? "");
    },
    async running(ids) {
      const { rows } = await database.query(running, [formatArray(ids)]);
      return rows.map(([id]) => id ?? "");
    },
    async postpone(id, holder, { delayMs, counts }) {
      await database.query(POSTPONE_OPERATION, [id, holder, String(delayMs), counts ? "0" : "1"]);
    },
    async drop(ids) {
      await database.query(DROP_OPERATIONS, [formatArray(ids)]);
    },
    async progress(id, json) {
      await database.query(progress, [id, json, timestampFromMs(clock.now())]);
    },
  };
}

/** Deletes operations that ended longer ago than the retention, and returns how many. */
export async function sweepOperations(
  database: Database,
  model: Model,
  { nowMs, retentionMs }: { readonly nowMs: number; readonly retentionMs: number },
): Promise<number> {
  const resource = model.resources[OPERATION];
  if (resource === undefined) return 0;
  const { sweep } = buildOperationStatements(resource.table);
  const before = timestampFromMs(nowMs - retentionMs);
  let total = 0;
  for (let deleted = -1; deleted !== 0; total += deleted) {
    deleted = (await database.query(sweep, [before])).count;
  }
  return total;
}
