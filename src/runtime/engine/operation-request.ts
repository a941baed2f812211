import { type JsonValue, parseJson, stringifyJson } from "../../base/lib/index.ts";
import type { ActiveCall } from "./active-call.ts";
import type { Call, Principal } from "./call.ts";
import { mayBeJson } from "./may-be-json.ts";
import { isRecord } from "./record.ts";

/** A long-running call as it waits in the queue: what was asked, and by whom. */
export interface OperationRequest {
  readonly principal: Principal;
  readonly call: Call;
}

/** Writes a call that was accepted; what its answer depended on, keys and preconditions, has been looked at. */
export function encodeRequest({ request, principal }: ActiveCall): string {
  const { operation, id, input, fields, expand, meta } = request;
  const { requestId, traceparent, remoteAddress } = meta;
  return stringifyJson(
    given({
      operation,
      id,
      input: mayBeJson(input) ? input : undefined,
      fields,
      expand,
      requestId,
      traceparent,
      remoteAddress,
      principal: principal && given({ ...principal }),
    }),
  );
}

/** Reads it back; undefined for what {@link encodeRequest} did not write. */
export function decodeRequest(text: string): OperationRequest | undefined {
  const stored: unknown = parseJson(text);
  if (!isRecord(stored) || !isPrincipal(stored.principal)) return undefined;
  const { operation, id, input, fields, expand, requestId, traceparent, remoteAddress, principal } = stored;
  if (typeof operation !== "string" || typeof requestId !== "string") return undefined;
  return {
    principal,
    call: {
      operation,
      ...(typeof id === "string" ? { id } : {}),
      ...(input === undefined ? {} : { input }),
      ...(isTexts(fields) ? { fields } : {}),
      ...(isTexts(expand) ? { expand } : {}),
      meta: {
        protocol: "operation",
        requestId,
        ...(typeof traceparent === "string" ? { traceparent } : {}),
        ...(typeof remoteAddress === "string" ? { remoteAddress } : {}),
      },
    },
  };
}

function given(record: Readonly<Record<string, JsonValue | undefined>>): JsonValue {
  const members: Record<string, JsonValue> = {};
  for (const [name, value] of Object.entries(record)) if (value !== undefined) members[name] = value;
  return members;
}

function isPrincipal(value: unknown): value is Principal {
  return isRecord(value) && typeof value.id === "string" && isTexts(value.roles);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
