import type { OperationModel } from "../model/index.ts";
import type { EmitContext } from "./context.ts";
import type { JsonObject } from "./json-object.ts";
import { isOnRow } from "./operation-errors.ts";
import { hasEntityTag } from "./success-responses.ts";

/** Returns the headers that an operation takes. */
export function headerParameters(context: EmitContext, operation: OperationModel): JsonObject[] {
  const names: JsonObject[] = [];
  const isCommand = operation.kind === "command";
  const onRow = isOnRow(operation);
  if (operation.idempotency !== "none")
    names.push(idempotencyKey(context, operation.idempotency === "required"));
  if (isCommand && onRow) names.push(ifMatch(context, operation.preconditionRequired));
  if (operation.http?.method === "GET" && hasEntityTag(operation)) names.push(ifNoneMatch(context));
  if (operation.output.kind === "file") names.push(range(context));
  if (operation.longRunning !== undefined) names.push(preferAsync(context));
  else if (isCommand && operation.output.kind !== "none") names.push(prefer(context));
  return [...names, timeout(context), requestId(context)];
}

/** Idempotency key that documents show. The reference page sends a fresh one in its place. */
export const EXAMPLE_IDEMPOTENCY_KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324";

function idempotencyKey(context: EmitContext, required: boolean): JsonObject {
  return context.components.ref("parameters", required ? "IdempotencyKey" : "OptionalIdempotencyKey", () => ({
    name: "Idempotency-Key",
    in: "header",
    ...(required ? { required } : {}),
    description:
      "Makes a retry safe: a second request with the same key and content gets the stored answer of the first. " +
      "Unique to this one request: 1 to 255 visible ASCII characters, bare or in double quotes.",
    schema: {
      type: "string",
      minLength: 1,
      ...(required ? { examples: [EXAMPLE_IDEMPOTENCY_KEY] } : {}),
    },
  }));
}

function ifMatch(context: EmitContext, required: boolean): JsonObject {
  return context.components.ref("parameters", required ? "IfMatch" : "OptionalIfMatch", () => ({
    name: "If-Match",
    in: "header",
    ...(required ? { required } : {}),
    description: "ETag of the version the change is meant for; another version is refused with 412.",
    schema: { type: "string" },
  }));
}

function ifNoneMatch(context: EmitContext): JsonObject {
  return context.components.ref("parameters", "IfNoneMatch", () => ({
    name: "If-None-Match",
    in: "header",
    description: "ETag of the representation you have; answered with 304 if it is still right.",
    schema: { type: "string" },
  }));
}

function range(context: EmitContext): JsonObject {
  return context.components.ref("parameters", "Range", () => ({
    name: "Range",
    in: "header",
    description: "Bytes to send, such as `bytes=0-1023`, `bytes=-1024` or several (RFC 9110 section 14.2).",
    schema: { type: "string" },
  }));
}

function prefer(context: EmitContext): JsonObject {
  return context.components.ref("parameters", "Prefer", () => ({
    name: "Prefer",
    in: "header",
    description:
      "`return=minimal` leaves the row out of the answer (RFC 7240); the default is `return=representation`.",
    schema: { type: "string" },
  }));
}

function preferAsync(context: EmitContext): JsonObject {
  return context.components.ref("parameters", "PreferAsync", () => ({
    name: "Prefer",
    in: "header",
    description:
      "`respond-async` asks for an operation to ask for later, which is the default; `wait=10` for the answer itself, if it is there within so many seconds (RFC 7240).",
    schema: { type: "string" },
  }));
}

function timeout(context: EmitContext): JsonObject {
  return context.components.ref("parameters", "RequestTimeout", () => ({
    name: "X-Request-Timeout-Ms",
    in: "header",
    description:
      "Milliseconds you will wait; then, or at the operation's own deadline, the work is stopped with 504.",
    schema: { type: "integer", minimum: 1, maximum: 86_400_000 },
  }));
}

function requestId(context: EmitContext): JsonObject {
  return context.components.ref("parameters", "RequestId", () => ({
    name: "X-Request-Id",
    in: "header",
    description: "Id for the log, sent back in the answer; made by the server if left out or not usable.",
    schema: { type: "string" },
  }));
}
