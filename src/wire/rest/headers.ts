import { ApiError } from "../../base/errors/index.ts";

/** Reads an Idempotency-Key, in double quotes (a structured-field string) or bare; throws `malformed_request`. */
export function parseIdempotencyKey(header: string): string {
  const quoted = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/.exec(header);
  const key =
    quoted?.[1]?.replace(/\\(.)/g, "$1") ?? (/^[\x21\x23-\x2b\x2d-\x7e]+$/.test(header) ? header : "");
  if (key.length < 1 || key.length > 255) {
    throw new ApiError(
      "malformed_request",
      "Idempotency-Key takes one key of 1 to 255 visible ASCII characters, bare or in double quotes.",
    );
  }
  return key;
}

/** Whether a caller's request id can be used as it is: 1 to 128 of `A-Z a-z 0-9 . _ : -`, safe in logs and headers. */
export function isRequestId(text: string): boolean {
  return /^[A-Za-z0-9._:-]{1,128}$/.test(text);
}

/** Whether a text is a W3C traceparent that may be passed on: version 00 to fe, ids not all zero. */
export function isTraceparent(text: string): boolean {
  return /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/.test(text);
}

/** Reads X-Request-Timeout-Ms: whole milliseconds from 1 to 86,400,000; throws `malformed_request`. */
export function parseTimeoutMs(header: string): number {
  const value = /^[0-9]{1,8}$/.test(header) ? Number(header) : 0;
  if (value < 1 || value > 86_400_000) {
    throw new ApiError(
      "malformed_request",
      "X-Request-Timeout-Ms takes whole milliseconds from 1 to 86400000.",
    );
  }
  return value;
}

/**
 * Finds the API key in `Authorization: Bearer <key>` or `X-Api-Key: <key>`; undefined without either. Throws
 * `malformed_request` when both are given and differ, `unauthenticated` for another scheme.
 */
export function parseApiKey(
  authorization: string | undefined,
  apiKey: string | undefined,
): string | undefined {
  if (authorization === undefined) return apiKey;
  const found = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(authorization);
  if (found?.[1] === undefined) {
    throw new ApiError("unauthenticated", "Authorization takes the form: Bearer <API key>.");
  }
  if (apiKey !== undefined && apiKey !== found[1]) {
    throw new ApiError("malformed_request", "Authorization and X-Api-Key name different keys; send one.");
  }
  return found[1];
}
