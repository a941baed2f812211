import { changesData, type OperationModel } from "../../../../contract/model/index.ts";
import {
  type CredentialReader,
  isTraceparent,
  parseEntityTags,
  parseIdempotencyKey,
  parsePrefer,
  versionsOf,
} from "../../../../wire/rest/index.ts";
import type { Idempotency } from "../../../engine/index.ts";
import type { RpcContext } from "../method.ts";
import type { CallHeaders } from "./call.ts";

/**
 * Reads what metadata says of a call, under the names and in the forms that HTTP has for it: `authorization`, `x-api-key`,
 * `idempotency-key`, `if-match`, `prefer: wait`, `traceparent`. Throws what is wrong with them.
 */
export function readHeaders(
  operation: OperationModel,
  { context, readCredentials }: { readonly context: RpcContext; readonly readCredentials: CredentialReader },
): CallHeaders {
  const { headers, protocol, requestId, remoteAddress, timeoutMs } = context;
  const { authorization, traceparent } = headers;
  const apiKey = text(headers["x-api-key"]);
  const ifMatch = text(headers["if-match"]);
  const isUnsafe = changesData(operation);
  return {
    credentials:
      authorization === undefined && apiKey === undefined
        ? undefined
        : readCredentials(authorization, apiKey),
    precondition:
      ifMatch === undefined || !isUnsafe
        ? undefined
        : { ifMatch: versionsOf(parseEntityTags(ifMatch, "If-Match")) },
    idempotency: isUnsafe ? idempotencyOf(text(headers["idempotency-key"])) : undefined,
    meta: {
      protocol,
      requestId,
      remoteAddress,
      timeoutMs,
      traceparent: typeof traceparent === "string" && isTraceparent(traceparent) ? traceparent : undefined,
    },
    waitMs: operation.longRunning === undefined ? undefined : waitMsOf(text(headers.prefer)),
  };
}

function idempotencyOf(header: string | undefined): Idempotency | undefined {
  return header === undefined ? undefined : { key: parseIdempotencyKey(header) };
}

function waitMsOf(prefer: string | undefined): number | undefined {
  const { waitSeconds } = parsePrefer(prefer);
  return waitSeconds === undefined ? undefined : waitSeconds * 1000;
}

function text(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(", ") : header;
}
