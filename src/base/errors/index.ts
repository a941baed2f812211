export { ApiError, type ApiErrorOptions, toApiError, type Violation } from "./api-error.ts";
export {
  CODES,
  type Code,
  type CodeEntry,
  codeForStatus,
  entryForDeclared,
  type GrpcStatus,
} from "./codes.ts";
export { renamePointers } from "./rename-pointers.ts";
export { formatMistake, type Mistake, UsageError } from "./usage-error.ts";
