import { hash } from "node:crypto";
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
import type { Call } from "../../engine/index.ts";
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

/**
 * Reads the idempotency key of a command. Its fingerprint is what must be the same for a repeated request to be the
 * same one: method, path, query and the value of the body, however it was written; a JSON Patch is another thing than
 * the document of the same value.
 */
export function readIdempotency(
  exchange: Exchange,
  mediaType: string | undefined,
  body: JsonValue | undefined,
): Call["idempotency"] {
  const header = exchange.request.headers["idempotency-key"];
  if (header === undefined) return undefined;
  const form = mediaType === JSON_PATCH_MEDIA_TYPE ? mediaType : "";
  const value = body === undefined ? "" : canonicalJson(body);
  const asked = `${exchange.method}\n${exchange.path}?${exchange.query}\n${form}\n${value}`;
  return { key: parseIdempotencyKey(String(header)), fingerprint: hash("sha256", asked, "base64url") };
}
