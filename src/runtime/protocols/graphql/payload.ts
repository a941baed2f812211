import { ApiError } from "../../../base/errors/index.ts";
import type { JsonValue } from "../../../base/lib/index.ts";
import type { OperationModel } from "../../../contract/model/index.ts";
import { toJson } from "../../../wire/rest/errors.ts";
import type { Call, Failure, Outcome, RowSelection, Success } from "../../engine/index.ts";
import { compileArguments } from "./arguments.ts";
import { listPointer } from "./list-pointer.ts";
import { innerSets, namedType, type PlanScope } from "./plan-scope.ts";
import { compileFastWriter } from "./project-value.ts";
import { attempt, callOf, type RootField, type RootPlace, type RootRequest } from "./root.ts";
import { RowBuilder } from "./row-builder.ts";
import { compileRowWriter } from "./row-writer.ts";
import { type FieldRun, orNull } from "./run.ts";
import { compileValueWriter } from "./value-writer.ts";

/** What a payload is written of: the answer, or the declared error that it carries. */
interface Payload {
  readonly success?: Success;
  readonly failure?: Failure;
  readonly id: string | undefined;
}

type PayloadWriter = (payload: Payload, run: FieldRun) => string;

/** Makes a mutation's field ready to run. */
export function compileCommand(operation: OperationModel, place: RootPlace, scope: PlanScope): RootField {
  const { key, field, node, nodes } = place;
  const args = compileArguments(field.args ?? [], node, scope);
  const builder = new RowBuilder();
  const pieces = [...scope.collect(namedType(field.type), innerSets(nodes))];
  const showsError = pieces.some(([, [first]]) => first?.name.value === "error");
  const write = compilePayload(namedType(field.type), pieces, builder, scope);
  return (request) => {
    const { engine, run, variables } = request;
    const given = args(variables);
    const call = attempt(place, request, () => commandCall(operation, place, { given, builder, request }));
    if (call === undefined) return "null";
    const done = (outcome: Outcome): string => {
      const { id } = call;
      if (!outcome.ok && !(showsError && operation.errors.includes(outcome.error.code))) {
        const { error, replayed } = outcome;
        run.report({ error, path: [key], nodes, replayed, pointerOf: listPointer });
        return "null";
      }
      if (outcome.ok) run.rowsRead += outcome.rowsRead ?? 0;
      run.path.push(key);
      return orNull(run, () => write(outcome.ok ? { success: outcome, id } : { failure: outcome, id }, run));
    };
    const outcome = engine.execute(call);
    if (operation.longRunning !== undefined && operation.output.kind === "row") {
      return reread(operation, { outcome, select: builder.build(variables), request, scope }).then(done);
    }
    return outcome instanceof Promise ? outcome.then(done) : done(outcome);
  };
}

/**
 * The outcome of a long-running command whose work was waited for: its row is read as it was selected, since the work was
 * done without knowing what its caller selects.
 */
async function reread(
  { output }: OperationModel,
  {
    outcome,
    select,
    request,
    scope,
  }: {
    readonly outcome: Promise<Outcome> | Outcome;
    readonly select: RowSelection;
    readonly request: RootRequest;
    readonly scope: PlanScope;
  },
): Promise<Outcome> {
  const done = await outcome;
  if (!done.ok || done.kind === "accepted" || done.id === undefined || output.kind !== "row") return done;
  const get = scope.model.operations[`${output.resource}.get`];
  if (get === undefined) return done;
  const read = await request.engine.execute(callOf(get, request, { id: done.id, select }));
  return read.ok ? { ...read, version: done.version, replayed: done.replayed } : read;
}

interface Given {
  readonly given: Readonly<Record<string, unknown>>;
  readonly builder: RowBuilder;
  readonly request: RootRequest;
}

function commandCall(operation: OperationModel, place: RootPlace, { given, builder, request }: Given): Call {
  const { id, input, ifMatch, idempotencyKey, waitSeconds } = given;
  // What is accepted now is answered later, whatever is selected of it.
  const select =
    operation.output.kind === "row" && operation.longRunning === undefined
      ? builder.build(request.variables)
      : undefined;
  const key = typeof idempotencyKey === "string" ? idempotencyKey : keyOf(place, request);
  const body =
    operation.input === undefined ? undefined : (input ?? (takesNothing(operation) ? {} : undefined));
  return callOf(operation, request, {
    id: id === undefined ? undefined : String(id),
    input: body,
    select,
    precondition: typeof ifMatch === "string" ? { ifMatch: versionsOf(ifMatch) } : undefined,
    waitMs: typeof waitSeconds === "number" ? waitMsOf(waitSeconds) : undefined,
    idempotencyKey: key,
  });
}

/** Whether nothing but files, which GraphQL does not send, is in the input. */
function takesNothing({ input }: OperationModel): boolean {
  return Object.values(input?.fields ?? {}).every(({ type }) => type.kind === "file");
}

/** The key of the whole request, made one of this field's own where several fields share it. */
function keyOf({ key, isOneOfSeveral }: RootPlace, { context }: RootRequest): string | undefined {
  const { idempotencyKey } = context;
  return idempotencyKey === undefined || !isOneOfSeveral ? idempotencyKey : `${idempotencyKey}:${key}`;
}

function waitMsOf(waitSeconds: number): number {
  if (waitSeconds >= 0) return waitSeconds * 1000;
  throw new ApiError("invalid_parameter", "waitSeconds is a number of seconds from 0.", {
    violations: [{ pointer: "?waitSeconds", code: "too_small", message: "Must be at least 0." }],
  });
}

function versionsOf(ifMatch: string): "*" | readonly number[] {
  if (ifMatch === "*") return "*";
  if (/^[0-9]{1,15}$/.test(ifMatch)) return [Number(ifMatch)];
  throw new ApiError("invalid_parameter", "ifMatch is a version that an answer has told, or *.", {
    violations: [{ pointer: "?ifMatch", code: "bad_format", message: "Must be a version or *." }],
  });
}

function compilePayload(
  type: string,
  pieces: readonly (readonly [string, RootPlace["nodes"]])[],
  builder: RowBuilder,
  scope: PlanScope,
): PayloadWriter {
  const writers = pieces.map(([key, nodes], index) => ({
    key,
    head: `${index === 0 ? "" : ","}${JSON.stringify(key)}:`,
    write: compilePart(type, nodes, builder, scope),
  }));
  return (payload, run) => {
    let text = "{";
    for (const { key, head, write } of writers) {
      run.path.push(key);
      text += head + write(payload, run);
      run.path.pop();
    }
    return `${text}}`;
  };
}

function compilePart(
  parent: string,
  nodes: RootPlace["nodes"],
  builder: RowBuilder,
  scope: PlanScope,
): PayloadWriter {
  const name = nodes[0]?.name.value ?? "";
  if (name === "__typename") return () => JSON.stringify(parent);
  const field = scope.field(parent, name);
  const part = field.source.kind === "payload" ? field.source.part : undefined;
  switch (part) {
    case "row": {
      const write = compileRowWriter(namedType(field.type), innerSets(nodes), builder, scope);
      return ({ success }, run) => {
        const row = success?.selected;
        return row === undefined ? "null" : orNull(run, () => write(row, run));
      };
    }
    case "result":
    case "operation": {
      const write = compileFastWriter(field.type, { parent, nodes }, scope);
      const accepted = part === "operation";
      return ({ success }, run) =>
        write(
          success !== undefined && (success.kind === "accepted") === accepted ? success.value : null,
          run,
        );
    }
    case "error": {
      const write = compileValueWriter(field.type, { parent, nodes }, scope);
      return ({ failure }, run) => write(failure === undefined ? null : errorValue(failure), run);
    }
    case "version":
      return ({ success }) => (success?.version === undefined ? "null" : `"${success.version}"`);
    case "deletedId":
      return ({ success, id }) => (success === undefined || id === undefined ? "null" : JSON.stringify(id));
    default:
      return ({ success, failure }) => String((success ?? failure)?.replayed === true);
  }
}

function errorValue({ error: { code, message, data } }: Failure): JsonValue {
  return { code, message, ...(data === undefined ? {} : { data: toJson(data) }) };
}
