import type { FieldNode } from "graphql";
import { ApiError } from "../../../base/errors/index.ts";
import type { GraphqlField } from "../../../contract/graphql/index.ts";
import type { OperationModel } from "../../../contract/model/index.ts";
import type { Engine } from "../../engine/index.ts";
import type { Variables } from "./arguments.ts";
import { type CallParts, GraphqlCall } from "./call.ts";
import type { GraphqlContext } from "./executor.ts";
import type { FieldRun } from "./run.ts";

/** What one request runs a field of the root with. */
export interface RootRequest {
  readonly engine: Engine;
  readonly variables: Variables;
  readonly context: GraphqlContext;
  readonly run: FieldRun;
}

/** A field of Query or Mutation: makes its calls and writes its text. Throws NullField where it may not be null. */
export type RootField = (request: RootRequest) => Promise<string> | string;

/** A field of the root as it stands in its document. */
export interface RootPlace {
  readonly key: string;
  readonly node: FieldNode;
  readonly nodes: readonly FieldNode[];
  readonly field: GraphqlField;
  /** Whether the operation has other fields that call commands. */
  readonly isOneOfSeveral: boolean;
}

/** A call of an operation, for a request. */
export function callOf(
  { id: operation }: OperationModel,
  { context }: RootRequest,
  parts: Omit<CallParts, "operation"> = {},
): GraphqlCall {
  return new GraphqlCall(context, { ...parts, operation });
}

/** Makes what a call is made of; what is wrong with the arguments is an error of the field. */
export function attempt<T>(place: RootPlace, { run }: RootRequest, make: () => T): T | undefined {
  try {
    return make();
  } catch (thrown) {
    if (!(thrown instanceof ApiError)) throw thrown;
    run.report({ error: thrown, path: [place.key], nodes: place.nodes });
    return undefined;
  }
}
