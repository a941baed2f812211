import type { OperationModel } from "../../../contract/model/index.ts";
import type { Call, Outcome } from "../../engine/index.ts";
import { compileArguments } from "./arguments.ts";
import { compileEntities, compileService } from "./entity-fields.ts";
import { listPointer } from "./list-pointer.ts";
import { compileNode, compileNodes } from "./node-fields.ts";
import { compilePageWriter } from "./page-writer.ts";
import { compileCommand } from "./payload.ts";
import { innerSets, namedType, type PlanScope } from "./plan-scope.ts";
import { compilePageProjector, compileRowProjector } from "./project-rows.ts";
import { compileFastWriter } from "./project-value.ts";
import { compileQuestion } from "./question.ts";
import { attempt, callOf, type RootField, type RootPlace, type RootRequest } from "./root.ts";
import { RowBuilder } from "./row-builder.ts";
import { compileRowWriter } from "./row-writer.ts";
import { orNull } from "./run.ts";

/** Makes a field of the root ready to run. */
export function compileRootField(place: RootPlace, scope: PlanScope): RootField {
  const { source } = place.field;
  switch (source.kind) {
    case "node":
      return compileNode(place, scope);
    case "nodes":
      return compileNodes(place, scope);
    case "subgraph":
      return source.part === "service" ? compileService(place, scope) : compileEntities(place, scope);
    case "version": {
      const text = JSON.stringify(scope.model.version);
      return () => text;
    }
    case "operation": {
      const operation = scope.model.operations[source.id];
      if (operation === undefined) throw new TypeError(`The model has no operation ${source.id}`);
      if (operation.kind === "command") return compileCommand(operation, place, scope);
      scope.cacheControls.push(operation.cacheControl);
      return compileQuery(operation, place, scope);
    }
    default:
      throw new TypeError(`No field of the root is a ${source.kind}`);
  }
}

function compileQuery(operation: OperationModel, place: RootPlace, scope: PlanScope): RootField {
  if (operation.method === "list") return compileList(operation, place, scope);
  if (operation.method === "get") return compileGet(operation, place, scope);
  const { field, node, nodes } = place;
  const args = compileArguments(field.args ?? [], node, scope);
  const write = compileFastWriter(field.type, { parent: "Query", nodes }, scope);
  const isNone = operation.output.kind === "none";
  return (request) => {
    const call = callOf(operation, request, operation.input && { input: args(request.variables) });
    return follow(place, request, call, (outcome) => {
      request.run.path.push(place.key);
      return write(isNone ? true : outcome.value, request.run);
    });
  };
}

function compileGet(operation: OperationModel, place: RootPlace, scope: PlanScope): RootField {
  const { field, node, nodes } = place;
  const args = compileArguments(field.args ?? [], node, scope);
  const builder = new RowBuilder();
  const type = namedType(field.type);
  const write = compileRowWriter(type, innerSets(nodes), builder, scope);
  const project = compileRowProjector(type, innerSets(nodes), builder, scope);
  return (request) => {
    const { variables, run } = request;
    const select = attempt(place, request, () => builder.build(variables));
    if (select === undefined) return "null";
    const call = callOf(operation, request, { id: String(args(variables).id), select });
    return follow(place, request, call, ({ selected, version }) => {
      if (selected === undefined) throw new TypeError(`${operation.id} did not answer with a selection`);
      run.version = version;
      run.path.push(place.key);
      return project(selected) ?? orNull(run, () => write(selected, run));
    });
  };
}

function compileList(operation: OperationModel, place: RootPlace, scope: PlanScope): RootField {
  const { field, node, nodes } = place;
  const resource = scope.model.resources[operation.resource ?? ""];
  if (resource === undefined) throw new TypeError(`${operation.id} has no resource`);
  const args = compileArguments(field.args ?? [], node, scope);
  const builder = new RowBuilder();
  const asks = { total: false };
  const question = compileQuestion(args, resource, asks);
  const write = compilePageWriter(namedType(field.type), innerSets(nodes), {
    compileRow: (type, sets) => compileRowWriter(type, sets, builder, scope),
    scope,
    asks,
  });
  const project = compilePageProjector(namedType(field.type), innerSets(nodes), builder, scope);
  return (request) => {
    const { variables, run } = request;
    const asked = attempt(place, request, () => ({
      list: question(variables),
      select: builder.build(variables),
    }));
    if (asked === undefined) return "null";
    const pointerOf = (pointer: string) => listPointer(pointer, args(variables));
    return follow({ ...place, pointerOf }, request, callOf(operation, request, asked), ({ selectedPage }) => {
      if (selectedPage === undefined) throw new TypeError(`${operation.id} did not answer with a page`);
      run.path.push(place.key);
      return project(selectedPage) ?? orNull(run, () => write(selectedPage, run));
    });
  };
}

type Answered = Extract<Outcome, { readonly ok: true }>;

/** Makes the call and writes its answer; a failure is an error of the field, which is then null. */
function follow(
  place: RootPlace & { readonly pointerOf?: (pointer: string) => string },
  { engine, run }: RootRequest,
  call: Call,
  write: (outcome: Answered) => string,
): Promise<string> | string {
  const done = (outcome: Outcome): string => {
    if (outcome.ok) {
      run.rowsRead += outcome.rowsRead ?? 0;
      return write(outcome);
    }
    const { error, replayed } = outcome;
    const { key, nodes, pointerOf = listPointer } = place;
    run.report({ error, path: [key], nodes, replayed, pointerOf });
    return "null";
  };
  const outcome = engine.execute(call);
  return outcome instanceof Promise ? outcome.then(done) : done(outcome);
}
