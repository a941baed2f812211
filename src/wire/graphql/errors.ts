import { type ApiError, renamePointers } from "../../base/errors/index.ts";
import type { JsonValue } from "../../base/lib/json.ts";
import { toJson } from "../rest/errors.ts";

/** Where an error belongs in a document and in its answer (GraphQL section 7.1.2). */
export interface GraphqlErrorPlace {
  readonly locations?: readonly { readonly line: number; readonly column: number }[] | undefined;
  readonly path?: readonly (string | number)[] | undefined;
  /** Names the arguments that violations are about. Default: as they are. */
  readonly pointerOf?: ((pointer: string) => string) | undefined;
}

/**
 * Writes an error as a member of `errors`: message and place, and in `extensions` what problem+json has too: code,
 * status, whether a retry can help, request id, all violations, data. The cause is never written.
 */
export function toGraphqlError(
  error: ApiError,
  requestId: string,
  { locations, path, pointerOf }: GraphqlErrorPlace = {},
): { readonly [member: string]: JsonValue } {
  const { code, status, title, entry, data, retryAfterSeconds } = error;
  const { message, violations } = pointerOf === undefined ? error : renamePointers(error, pointerOf);
  return {
    message,
    ...(locations === undefined
      ? {}
      : { locations: locations.map(({ line, column }) => ({ line, column })) }),
    ...(path === undefined ? {} : { path: [...path] }),
    extensions: {
      code,
      status,
      title,
      retry: entry.retry,
      requestId,
      ...(violations.length === 0
        ? {}
        : { violations: violations.map(({ pointer, code, message }) => ({ pointer, code, message })) }),
      ...(data === undefined ? {} : { data: toJson(data) }),
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    },
  };
}
