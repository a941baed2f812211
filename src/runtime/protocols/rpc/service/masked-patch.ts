import { ApiError } from "../../../../base/errors/index.ts";
import { canonicalJson } from "../../../../base/lib/index.ts";
import type { Model, OperationModel } from "../../../../contract/model/index.ts";
import { applyMask } from "../../../../wire/grpc/index.ts";
import type { Engine, Outcome } from "../../../engine/index.ts";
import { executeEdit } from "../../execute-edit.ts";
import type { RpcEngineCall, RpcRequest } from "./call.ts";

/** Executes a patch whose mask says what to change of the row as it is. */
export type ExecuteMasked = (engine: Engine, call: RpcEngineCall, request: RpcRequest) => Promise<Outcome>;

/** Makes the execution of one operation's patches by masks of `*` and of parts of fields. */
export function createMaskedPatch(
  operation: OperationModel,
  { operations, resources }: Model,
): ExecuteMasked {
  const fields = resources[operation.resource ?? ""]?.fields ?? {};
  const readRow = operations[`${operation.resource}.get`]?.id;
  return (engine, call, { mask = [], input }) => {
    if (readRow === undefined) throw cannotBeRead();
    const given = isRecord(input) ? input : {};
    // What changes is worked out from the row, so a repeat is known by what was sent.
    const idempotency = call.idempotency && {
      ...call.idempotency,
      request: `mask\n${canonicalJson([...mask].sort())}\n${canonicalJson(given)}`,
    };
    return executeEdit(engine, {
      call: { ...call, input: undefined, signal: call.signal, idempotency },
      plan: { operation, readRow },
      edit: (current) => applyMask({ mask, given, fields }, isRecord(current) ? current : {}),
    });
  };
}

function cannotBeRead(): ApiError {
  const message = "Takes names of whole fields only, since rows of this resource cannot be read.";
  return new ApiError("invalid_parameter", `The request is not valid: update_mask: ${message}`, {
    violations: [{ pointer: "?update_mask", code: "not_allowed", message }],
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
