import { isUtf8 } from "node:buffer";
import { ApiError } from "../../base/errors/index.ts";
import { JsonSyntaxError, type JsonValue, parseJson } from "../../base/lib/index.ts";

/** Reads a body in JSON; throws `malformed_request` with the place of the first mistake. */
export function parseJsonBody(bytes: Uint8Array): JsonValue {
  if (!isUtf8(bytes)) throw new ApiError("malformed_request", "The body is not UTF-8.");
  try {
    return parseJson(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8"));
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    const { line, column, offset } = error;
    throw new ApiError("malformed_request", `The body is not valid JSON: ${error.message}.`, {
      data: { line, column, offset },
    });
  }
}
