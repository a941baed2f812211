import { ApiError } from "../../../base/errors/index.ts";
import { CborSyntaxError, canonicalJson, decodeCbor, type JsonValue } from "../../../base/lib/index.ts";
import {
  CBOR_MEDIA_TYPE,
  type CborForm,
  type Conditions,
  parseConditions,
  parseContentType,
  parseIdempotencyKey,
} from "../../../wire/rest/index.ts";
import type { Idempotency } from "../../engine/index.ts";
import type { Exchange } from "../exchange.ts";
import { parseJsonBody } from "../parse-json-body.ts";
import { JSON_PATCH_MEDIA_TYPE } from "./edit.ts";

/** A body that has been read, and its media type; undefined where nothing came. */
export interface RequestBody {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
}

/** Checks a body's Content-Type against what the operation takes; throws `unsupported_media_type`. */
export function checkContentType(exchange: Exchange, accepted: readonly string[]): string {
  const header = exchange.request.headers["content-type"];
  const found = header === undefined ? undefined : parseContentType(header);
  const takes = `This operation takes ${accepted.join(", ")}`;
  if (found === undefined || !accepted.includes(found.mediaType)) {
    const came = header === undefined ? "a body without Content-Type" : "another Content-Type";
    throw new ApiError("unsupported_media_type", `${takes}; found ${came}.`);
  }
  if (found.charset !== undefined && found.charset !== "utf-8") {
    throw new ApiError("unsupported_media_type", `${takes} in UTF-8 only.`);
  }
  return found.mediaType;
}

/** Reads a body in JSON or CBOR; throws `malformed_request` with the place of the first mistake. */
export function parseBody({ bytes, mediaType }: RequestBody, cbor: CborForm): JsonValue {
  return mediaType === CBOR_MEDIA_TYPE ? parseCborBody(bytes, cbor) : parseJsonBody(bytes);
}

function parseCborBody(bytes: Uint8Array, cbor: CborForm): JsonValue {
  try {
    return cbor.read(decodeCbor(bytes));
  } catch (error) {
    if (!(error instanceof CborSyntaxError)) throw error;
    throw new ApiError("malformed_request", `The body is not CBOR that is taken here: ${error.message}.`, {
      data: { offset: error.offset },
    });
  }
}

/** Reads the conditions of a request; refuses those that would be ignored at the cost of somebody's change. */
export function readConditions(exchange: Exchange, unsafe: boolean): Conditions | undefined {
  const { headers } = exchange.request;
  if (unsafe && headers["if-unmodified-since"] !== undefined && headers["if-match"] === undefined) {
    throw new ApiError(
      "malformed_request",
      "If-Unmodified-Since is too coarse here; send If-Match with the ETag.",
    );
  }
  return parseConditions(headers);
}

/** Reads the idempotency key of a command; a patch that is worked out from the row is known by its document. */
export function readIdempotency(
  exchange: Exchange,
  patch: { readonly mediaType: string; readonly value: JsonValue | undefined } | undefined,
): Idempotency | undefined {
  const header = exchange.request.headers["idempotency-key"];
  if (header === undefined) return undefined;
  const key = parseIdempotencyKey(String(header));
  if (patch === undefined) return { key };
  // A JSON Patch is another thing than a merge patch of the same value, which has several media types.
  const form = patch.mediaType === JSON_PATCH_MEDIA_TYPE ? patch.mediaType : "";
  return { key, request: `${form}\n${canonicalJson(patch.value ?? null)}` };
}
