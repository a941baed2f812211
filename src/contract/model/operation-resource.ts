import { type OperationSpec, owner, resource } from "../language/index.ts";
import { t } from "../schema/index.ts";
import { standardOperation } from "./compile-operations.ts";

/** Name of the resource whose rows are long-running operations. */
export const OPERATION = "operation";

/** Its table, beside those of the author's resources. */
export const OPERATION_TABLE = "concordat_operations";

/** 10 MiB: what is larger is better a file to download. */
export const MAX_RESULT_BYTES = 10_485_760;

const violation = t.object({ pointer: t.string(), code: t.string(), message: t.string() });

/** The resource whose rows long-running operations are. */
export const operationResource = resource(
  OPERATION,
  {
    id: t.id("op"),
    name: t.string({ maxLength: 200, description: "What runs: the operation's name." }).readOnly(),
    status: t
      .enum(["running", "succeeded", "failed", "cancelled"], { description: "It changes once." })
      .default("running")
      .readOnly(),
    done: t.bool({ description: "Whether it has ended, in whichever way." }).default(false).readOnly(),
    progress: t
      .object(
        {
          fraction: t.float64({ minimum: 0, maximum: 1 }).optional(),
          done: t.float64({ minimum: 0 }).optional(),
          total: t.float64({ minimum: 0 }).optional(),
          message: t.string({ maxLength: 500 }).optional(),
        },
        { description: "How far it has come, where it tells." },
      )
      .optional()
      .readOnly(),
    result: t
      .json({
        sensitive: true,
        maxBytes: MAX_RESULT_BYTES,
        description: "What the operation would have answered directly, once it has succeeded.",
      })
      .optional()
      .readOnly(),
    error: t
      .object(
        {
          type: t.string(),
          title: t.string(),
          status: t.int32(),
          detail: t.string(),
          code: t.string(),
          requestId: t.string(),
          errors: t.list(violation).optional(),
          data: t.json().optional(),
        },
        { description: "Why it has failed, as problem details (RFC 9457)." },
      )
      .optional()
      .readOnly(),
    principal: t.string({ maxLength: 200, description: "Whose it is." }).readOnly(),
  },
  {
    description: "Work that goes on after its request was answered with 202.",
    owner: "principal",
    whenDenied: "not-found",
    access: { read: [owner], write: [], cancel: [owner] },
    list: { filter: ["status"] },
  },
);

/** What can be done with them. */
export const OPERATION_SPECS: readonly OperationSpec[] = [
  {
    ...standardOperation(operationResource, "list"),
    options: { description: "Lists your long-running operations." },
  },
  {
    ...standardOperation(operationResource, "get"),
    options: { description: "Tells how far a long-running operation is." },
  },
  operationResource.action("cancel", {
    description:
      "Ends a running operation: its work is told to stop, and nothing that it has not committed takes effect.",
    when: { status: ["running"] },
    set: { status: "cancelled", done: true },
  }).spec,
];
