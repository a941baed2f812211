import { OPERATION, type OperationModel } from "../../../../contract/model/index.ts";
import { formatEntityTag } from "../../../../wire/rest/index.ts";
import type { Success } from "../../../engine/index.ts";
import type { RpcProtocol, RpcReply } from "../method.ts";

/** Tells row versions of this family apart from REST's, whose tags say more; any of ours is good for if-match. */
const REPRESENTATION = "rpc";

/** Seconds after which it is worth asking again how far an operation is. */
const POLL_SECONDS = "1";

/** Makes what turns a success into the reply of its method: the value as its message, the facts about it as headers. */
export function createReply(
  operation: OperationModel,
): (success: Success, protocol: RpcProtocol) => RpcReply {
  const { cacheControl, output, method, resource, kind } = operation;
  const fixed =
    kind === "query" ? ["cache-control", cacheControl ?? "no-store", "vary", "authorization, x-api-key"] : [];
  const isRow = output.kind === "row";
  const polls = operation.longRunning !== undefined || (resource === OPERATION && method === "get");
  return (success, protocol) => {
    const { value, version, replayed } = success;
    // Only what may come by GET is kept by caches.
    const headers = protocol === "connect" ? [...fixed] : [];
    if (version !== undefined && isRow) {
      headers.push("etag", formatEntityTag({ version, representation: REPRESENTATION, coding: "identity" }));
    }
    if (replayed) headers.push("idempotent-replayed", "true");
    if (polls && isRunning(value)) headers.push("retry-after", POLL_SECONDS);
    const message = value ?? {};
    return headers.length === 0 ? { message } : { message, headers };
  };
}

function isRunning(value: unknown): boolean {
  return typeof value === "object" && value !== null && "done" in value && value.done === false;
}
