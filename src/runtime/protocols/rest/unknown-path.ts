import { ApiError } from "../../../base/errors/index.ts";
import type { RouteMatch } from "../../../wire/rest/index.ts";

/** 404 for a path that leads nowhere, with a hint where only its last slash is wrong. */
export function unknownPath(
  path: string,
  match: (path: string) => RouteMatch | undefined,
  documents: ReadonlyMap<string, unknown>,
): ApiError {
  const bare = path.replace(/\/+$/, "");
  const known = bare !== path && bare !== "" && (match(bare) !== undefined || documents.has(bare));
  const hint = known ? ` Paths have no slash at the end: ${bare}` : "";
  return new ApiError("not_found", `There is nothing at this path.${hint}`);
}
