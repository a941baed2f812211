import { ApiError } from "../../base/errors/index.ts";
import type { OperationModel } from "../../contract/model/model.ts";
import { parsePointer } from "./json-pointer.ts";

/** How errors about an operation's input become errors about the request that carried it. */
export interface InputErrors {
  /** A value that cannot stand in the path is a path that leads nowhere. */
  toRequestError(error: ApiError): ApiError;
  /** Pointer into the body, of a pointer into the input. */
  pointerOf(pointer: string): string;
}

/** Makes the translator of an operation's input errors; undefined where the body is the input. */
export function createInputErrors({ http }: OperationModel): InputErrors | undefined {
  if (http === undefined || (http.parameters.length === 0 && http.body === undefined)) return undefined;
  const { parameters, query, body } = http;
  const prefix = body === undefined ? "" : `/${body.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  const firstOf = (pointer: string) => parsePointer(pointer)?.[0] ?? "";
  return {
    toRequestError(error) {
      if (error.code !== "invalid_input" && error.code !== "reference_not_found") return error;
      const ofPath = error.violations.some(({ pointer }) => parameters.includes(firstOf(pointer)));
      return ofPath ? new ApiError("not_found", "There is nothing at this path.") : error;
    },
    pointerOf: (pointer) =>
      pointer.startsWith("?") || query.includes(firstOf(pointer)) ? pointer : prefix + pointer,
  };
}
