import type { HandlerShape, Operation, OperationSpec } from "../../contract/language/index.ts";
import type { HandlerContext } from "./context.ts";

/** What a handler returns: the operation's output in program form; for server streams and channels an async generator of them. */
export type HandlerResult<Output> = Output | Promise<Output>;

/** An operation with the function that does it. */
export interface Handler {
  readonly kind: "handler";
  readonly operation: Operation;
  readonly run: (context: HandlerContext) => unknown;
}

/**
 * Ties a function to one operation, typed by that operation alone. The function may throw ApiErrors and the errors
 * the operation declares; anything else becomes a masked `internal`.
 */
export function handle<Shape extends HandlerShape>(
  operation: Operation<Shape>,
  run: (context: HandlerContext<Shape["received"], Shape["target"]>) => HandlerResult<Shape["returned"]>,
): Handler {
  return Object.freeze({ kind: "handler", operation, run: run as Handler["run"] });
}

/** The id an operation has in the model: `appointment.cancel`, or the name of a free one. */
export function operationId(spec: OperationSpec): string {
  return spec.resource === undefined ? spec.name : `${spec.resource}.${spec.name}`;
}
