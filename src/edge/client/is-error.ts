import { ApiError } from "../../base/errors/index.ts";
import type { ErrorData, ErrorDefinition } from "../../contract/language/index.ts";

/** An error whose data is that of its declaration. */
export type DeclaredError<Data> = Data extends object ? ApiError & { readonly data: Data } : ApiError;

/** Whether a thrown value is this error of the contract; its data is then typed, and in program form. */
export function isError<Data>(
  definition: ErrorDefinition<Data>,
  error: unknown,
): error is DeclaredError<ErrorData<Data>> {
  return error instanceof ApiError && error.code === definition.code;
}
