import {
  type LongRunningModel,
  type Model,
  type OperationModel,
  prefixesOf,
} from "../../contract/model/index.ts";
import {
  compileDecoder,
  compileEncoder,
  type Decoder,
  type Encoder,
  type FieldNode,
} from "../../contract/schema/index.ts";
import type { Handler } from "./handle.ts";
import type { ResourcePlan } from "./resource-plan.ts";

/**
 * What a pipeline is for: to do the operation; to accept a long-running one; or to do its work later, without a caller.
 */
export type PlanMode = "direct" | "accept" | "run";

/** An operation with all that can be worked out before the first call. */
export interface OperationPlan {
  readonly mode: PlanMode;
  readonly operation: OperationModel;
  /** The resource it belongs to; of a channel, the one whose rows it is about. */
  readonly resource: ResourcePlan | undefined;
  /** The resource whose rows it answers with. */
  readonly output: ResourcePlan | undefined;
  readonly encodeValue: Encoder | undefined;
  readonly decode: Decoder | undefined;
  /** No body at all means an object without keys. */
  readonly bodyOptional: boolean;
  /** Input fields that only some roles may write. */
  readonly guarded: readonly { readonly name: string; readonly node: FieldNode }[];
  /** For replace and patch: fields given at create and never changed after. */
  readonly immutable: readonly string[];
  readonly handler: Handler | undefined;
  /** Anyone may call it for any row: nothing to authorise. */
  readonly open: boolean;
  /** Its handler may do durable steps. */
  readonly durable: boolean;
  /** The call names a row. */
  readonly onRow: boolean;
}

export function planOperation(
  operation: OperationModel,
  model: Model,
  resources: ReadonlyMap<string, ResourcePlan>,
  handler: Handler | undefined,
): OperationPlan {
  const { input, output, method } = operation;
  const inputs = Object.entries(input?.fields ?? {});
  const resource = resources.get(operation.resource ?? operation.key ?? "");
  const ofRow = Object.entries(resource?.model.fields ?? {});
  const shapedByRow = method === "create" || method === "replace" || method === "patch";
  return {
    mode: "direct",
    operation,
    resource,
    output: output.kind === "row" || output.kind === "page" ? resources.get(output.resource) : undefined,
    encodeValue: output.kind === "value" || output.kind === "file" ? compileEncoder(output.field) : undefined,
    decode:
      input === undefined
        ? undefined
        : compileDecoder(
            { type: input },
            {
              prefixes: prefixesOf(model),
              readOnly: shapedByRow ? ofRow.filter(([, node]) => node.readOnly).map(([name]) => name) : [],
            },
          ),
    bodyOptional: inputs.every(([, node]) => node.optional || node.default !== undefined),
    guarded: inputs.flatMap(([name, node]) => (node.visibleTo ? [{ name, node }] : [])),
    immutable:
      method === "replace" || method === "patch"
        ? ofRow.filter(([, node]) => node.immutable && !node.readOnly).map(([name]) => name)
        : [],
    handler,
    open: operation.access.some((rule) => rule.kind === "anyone"),
    durable: handler !== undefined && operation.idempotency === "required",
    onRow: operation.kind === "channel" || (method !== undefined && method !== "list" && method !== "create"),
  };
}

/** The plans of a long-running command: for its caller, and for its work, whose caller has been looked at before. */
export function planLongRunning(
  plan: OperationPlan,
  { timeoutMs }: LongRunningModel,
): { readonly accept: OperationPlan; readonly run: OperationPlan } {
  const operation: OperationModel = {
    ...plan.operation,
    deadlineMs: timeoutMs,
    idempotency: "none",
    preconditionRequired: false,
  };
  return {
    accept: { ...plan, mode: "accept" },
    run: { ...plan, mode: "run", operation, durable: plan.handler !== undefined },
  };
}
