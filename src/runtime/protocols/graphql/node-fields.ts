import { ApiError } from "../../../base/errors/index.ts";
import { MOST_NODES } from "../../../contract/graphql/index.ts";
import type { OperationModel, ResourceModel } from "../../../contract/model/index.ts";
import { toPascalCase } from "../../../contract/model/names.ts";
import type { Outcome } from "../../engine/index.ts";
import { compileArguments } from "./arguments.ts";
import type { RowWriter } from "./page-writer.ts";
import { innerSets, type PlanScope } from "./plan-scope.ts";
import { attempt, callOf, type RootField, type RootPlace, type RootRequest } from "./root.ts";
import { RowBuilder } from "./row-builder.ts";
import { compileRowWriter } from "./row-writer.ts";
import { NullField, orNull } from "./run.ts";

/** How rows of one resource are read by id. */
interface NodePlan {
  readonly operation: OperationModel;
  readonly builder: RowBuilder;
  readonly write: RowWriter;
}

/** Finds how a row is read by its id; undefined for an id that no row can have. */
type FindPlan = (id: string) => NodePlan | undefined;

const prefixes = new WeakMap<object, ReadonlyMap<string, ResourceModel>>();

/** Resources by the prefix of their ids. */
function byPrefix({ model }: PlanScope): ReadonlyMap<string, ResourceModel> {
  const known = prefixes.get(model);
  if (known !== undefined) return known;
  const made = new Map(Object.values(model.resources).map((resource) => [resource.prefix, resource]));
  prefixes.set(model, made);
  return made;
}

/** Plans are made when an id of their resource is first asked for: a schema may have hundreds. */
function planner({ nodes }: RootPlace, scope: PlanScope): FindPlan {
  const plans = new Map<string, NodePlan | undefined>();
  for (const { cacheControl, method } of Object.values(scope.model.operations)) {
    if (method === "get") scope.cacheControls.push(cacheControl);
  }
  return (id) => {
    const resource = byPrefix(scope).get(id.slice(0, Math.max(id.lastIndexOf("_"), 0)));
    if (resource === undefined) return undefined;
    const { name } = resource;
    if (!plans.has(name)) plans.set(name, planOf(name));
    return plans.get(name);
  };
  function planOf(name: string): NodePlan | undefined {
    const operation = scope.model.operations[`${name}.get`];
    if (operation === undefined) return undefined;
    const builder = new RowBuilder();
    const write = compileRowWriter(toPascalCase(name), innerSets(nodes), builder, scope);
    return { operation, builder, write };
  }
}

/** `node(id)`: null, without an error, where there is no such row. */
export function compileNode(place: RootPlace, scope: PlanScope): RootField {
  const args = compileArguments(place.field.args ?? [], place.node, scope);
  const find = planner(place, scope);
  return (request) => {
    request.run.path.push(place.key);
    const read = readNode(String(args(request.variables).id), find, place, request);
    return read instanceof Promise ? read.then((write) => write()) : read();
  };
}

/** `nodes(ids)`, each as {@link compileNode}. */
export function compileNodes(place: RootPlace, scope: PlanScope): RootField {
  const { key, nodes } = place;
  const args = compileArguments(place.field.args ?? [], place.node, scope);
  const find = planner(place, scope);
  return async (request) => {
    const { ids } = args(request.variables);
    const asked = Array.isArray(ids) ? ids.map(String) : [];
    if (asked.length > MOST_NODES) {
      const error = new ApiError("invalid_parameter", `At most ${MOST_NODES} ids are taken.`, {
        violations: [{ pointer: "?ids", code: "too_many", message: `At most ${MOST_NODES} are taken.` }],
      });
      throw new NullField({ error, path: [key], nodes });
    }
    const writers = await Promise.all(asked.map((id) => readNode(id, find, place, request)));
    const { run } = request;
    const texts = writers.map((write, index) => {
      run.path.push(key, index);
      const text = write();
      run.path.length = 0;
      return text;
    });
    return `[${texts.join()}]`;
  };
}

/** Reads the row of an id, and gives what writes it at the run's path. */
function readNode(
  id: string,
  find: FindPlan,
  place: RootPlace,
  request: RootRequest,
): Promise<() => string> | (() => string) {
  const { engine, variables, run } = request;
  const plan = find(id);
  if (plan === undefined) return () => "null";
  const select = attempt(place, request, () => plan.builder.build(variables));
  if (select === undefined) return () => "null";
  const done = (outcome: Outcome) => () => {
    if (!outcome.ok) {
      const { error, replayed } = outcome;
      if (error.code !== "not_found") {
        run.report({ error, path: [...run.path], nodes: place.nodes, replayed });
      }
      return "null";
    }
    const { selected } = outcome;
    return selected === undefined ? "null" : orNull(run, () => plan.write(selected, run));
  };
  const outcome = engine.execute(callOf(plan.operation, request, { id, select }));
  return outcome instanceof Promise ? outcome.then(done) : done(outcome);
}
