import type { OperationModel, ResourceModel } from "../../../contract/model/index.ts";
import { toPascalCase } from "../../../contract/model/names.ts";
import type { Outcome } from "../../engine/index.ts";
import { listPointer } from "./list-pointer.ts";
import type { RowWriter } from "./page-writer.ts";
import { innerSets, type PlanScope } from "./plan-scope.ts";
import { attempt, callOf, type RootPlace, type RootRequest } from "./root.ts";
import { RowBuilder } from "./row-builder.ts";
import { compileRowWriter } from "./row-writer.ts";
import { orNull } from "./run.ts";

/** How rows of one resource are read by id. */
export interface NodePlan {
  readonly operation: OperationModel;
  readonly builder: RowBuilder;
  readonly write: RowWriter;
}

/** Finds how a row is read by its id; undefined for an id that no row can have. */
export type FindPlan = (id: string) => NodePlan | undefined;

const prefixes = new WeakMap<object, ReadonlyMap<string, ResourceModel>>();

/** Resources by the prefix of their ids. */
function byPrefix({ model }: PlanScope): ReadonlyMap<string, ResourceModel> {
  const known = prefixes.get(model);
  if (known !== undefined) return known;
  const made = new Map(Object.values(model.resources).map((resource) => [resource.prefix, resource]));
  prefixes.set(model, made);
  return made;
}

/** The resource that an id is of, as far as its prefix says. */
export function resourceOfId(id: string, scope: PlanScope): ResourceModel | undefined {
  return byPrefix(scope).get(id.slice(0, Math.max(id.lastIndexOf("_"), 0)));
}

/** Plans are made when an id of their resource is first asked for: a schema may have hundreds. */
export function nodePlanner({ nodes }: RootPlace, scope: PlanScope): FindPlan {
  const plans = new Map<string, NodePlan | undefined>();
  for (const { cacheControl, method } of Object.values(scope.model.operations)) {
    if (method === "get") scope.cacheControls.push(cacheControl);
  }
  return (id) => {
    const resource = resourceOfId(id, scope);
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

/** Writes what stands at one place of a list of rows; the run's path is that of the place. */
export type PlaceWriter = () => string;

const WRITE_NULL: PlaceWriter = () => "null";

/**
 * Reads rows by their ids, those of one resource with one call, and gives what writes each in the order of the ids: null
 * for an id that is undefined, for one that no row has, and for a row that the caller may not read.
 */
export async function readNodes(
  ids: readonly (string | undefined)[],
  find: FindPlan,
  { place, request }: { readonly place: RootPlace; readonly request: RootRequest },
): Promise<readonly PlaceWriter[]> {
  const writers: PlaceWriter[] = ids.map(() => WRITE_NULL);
  const groups = new Map<NodePlan, { readonly id: string; readonly index: number }[]>();
  for (const [index, id] of ids.entries()) {
    const plan = id === undefined ? undefined : find(id);
    if (id === undefined || plan === undefined) continue;
    const group = groups.get(plan);
    if (group === undefined) groups.set(plan, [{ id, index }]);
    else group.push({ id, index });
  }
  const { engine, variables, run } = request;
  const pending = [...groups].map(async ([plan, group]) => {
    const select = attempt(place, request, () => plan.builder.build(variables));
    if (select === undefined) return;
    const called = callOf(plan.operation, request, { ids: group.map(({ id }) => id), select });
    const outcome = await engine.execute(called);
    if (outcome.ok) run.rowsRead += outcome.rowsRead ?? 0;
    for (const [at, { index }] of group.entries())
      writers[index] = writerOf(outcome, at, plan, { place, request });
  });
  await Promise.all(pending);
  return writers;
}

function writerOf(
  outcome: Outcome,
  at: number,
  { write }: NodePlan,
  { place, request: { run } }: { readonly place: RootPlace; readonly request: RootRequest },
): PlaceWriter {
  if (!outcome.ok) {
    return () => {
      run.report({
        error: outcome.error,
        path: [...run.path],
        nodes: place.nodes,
        pointerOf: listPointer,
      });
      return "null";
    };
  }
  const row = outcome.selectedRows?.[at] ?? null;
  return row === null ? WRITE_NULL : () => orNull(run, () => write(row, run));
}

/** Writes a list of rows below the place's key. */
export function writeNodes(
  writers: readonly PlaceWriter[],
  { key }: RootPlace,
  { run }: RootRequest,
): string {
  const texts = writers.map((write, index) => {
    run.path.push(key, index);
    const text = write();
    run.path.length = 0;
    return text;
  });
  return `[${texts.join()}]`;
}
