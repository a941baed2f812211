import { ApiError } from "../../../base/errors/index.ts";
import { MOST_NODES } from "../../../contract/graphql/index.ts";
import type { Outcome } from "../../engine/index.ts";
import { compileArguments } from "./arguments.ts";
import { listPointer } from "./list-pointer.ts";
import { nodePlanner, readNodes, writeNodes } from "./node-plans.ts";
import type { PlanScope } from "./plan-scope.ts";
import { attempt, callOf, type RootField, type RootPlace } from "./root.ts";
import { NullField, orNull } from "./run.ts";

/** `node(id)`: null, without an error, where there is no such row. */
export function compileNode(place: RootPlace, scope: PlanScope): RootField {
  const { key, nodes } = place;
  const args = compileArguments(place.field.args ?? [], place.node, scope);
  const find = nodePlanner(place, scope);
  return (request) => {
    const { engine, variables, run } = request;
    const id = String(args(variables).id);
    const plan = find(id);
    if (plan === undefined) return "null";
    const select = attempt(place, request, () => plan.builder.build(variables));
    if (select === undefined) return "null";
    const done = (outcome: Outcome): string => {
      if (!outcome.ok) {
        const { error, replayed } = outcome;
        if (error.code !== "not_found") {
          run.report({ error, path: [key], nodes, replayed, pointerOf: listPointer });
        }
        return "null";
      }
      run.rowsRead += outcome.rowsRead ?? 0;
      const { selected } = outcome;
      if (selected === undefined) return "null";
      run.path.push(key);
      return orNull(run, () => plan.write(selected, run));
    };
    const outcome = engine.execute(callOf(plan.operation, request, { id, select }));
    return outcome instanceof Promise ? outcome.then(done) : done(outcome);
  };
}

/** `nodes(ids)`: null for what is not there and for what the caller may not read; one call for each resource. */
export function compileNodes(place: RootPlace, scope: PlanScope): RootField {
  const { key, nodes } = place;
  const args = compileArguments(place.field.args ?? [], place.node, scope);
  const find = nodePlanner(place, scope);
  return async (request) => {
    const { ids } = args(request.variables);
    const asked = Array.isArray(ids) ? ids.map(String) : [];
    if (asked.length > MOST_NODES) {
      const error = new ApiError("invalid_parameter", `At most ${MOST_NODES} ids are taken.`, {
        violations: [{ pointer: "?ids", code: "too_many", message: `At most ${MOST_NODES} are taken.` }],
      });
      throw new NullField({ error, path: [key], nodes });
    }
    return writeNodes(await readNodes(asked, find, { place, request }), place, request);
  };
}
