import assert from "node:assert/strict";
import type { OperationModel } from "../../../src/contract/model/model.ts";
import { FIXTURES, INPUTS } from "../fixtures.ts";
import { group, type Scenario } from "../scenario.ts";
import type { Json } from "../stage.ts";

/**
 * Broken object-level authorisation, generated from the model: every operation on one row, called by those who have
 * nothing to do with it, is refused as the contract says and leaves the row as it was.
 */
export function ownershipScenarios(operations: readonly OperationModel[]): Scenario[] {
  return operations.filter(isOwned).flatMap((operation) =>
    group("ownership", {
      [`${operation.id}: refused to everyone else, and nothing changes`]: async (stage) => {
        const make = FIXTURES[operation.resource!];
        assert.ok(make, `fixtures.ts has no row of ${operation.resource}`);
        const { id, owner, others } = await make(stage);
        const row = await stage.ok(`${operation.resource}.get`, { id, as: owner });
        const input = await INPUTS[operation.id]?.(stage, row);
        assert.ok(
          input !== undefined || operation.input === undefined,
          `fixtures.ts has no input of ${operation.id}`,
        );
        const code = operation.whenDenied === "not-found" ? "not_found" : "forbidden";
        for (const as of [...others, await stage.stranger()]) {
          await stage.refused(operation.id, code, question(id, as, input));
        }
        await stage.refused(operation.id, "unauthenticated", question(id, undefined, input));
        assert.deepEqual(await stage.ok(`${operation.resource}.get`, { id, as: owner }), row);
      },
    }),
  );
}

function question(id: string, as: { key: string } | undefined, input: Json | undefined) {
  return { id, ifMatch: "*", ...(as ? { as } : {}), ...(input === undefined ? {} : { input }) };
}

function isOwned({ resource, method, access }: OperationModel): boolean {
  if (resource === undefined || method === "list" || method === "create") return false;
  return (
    access.every(
      (rule) => rule.kind === "principal" && (rule.role !== undefined || rule.rows !== undefined),
    ) && access.some((rule) => rule.kind === "principal" && rule.rows !== undefined)
  );
}
