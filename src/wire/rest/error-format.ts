import type { ApiError, Violation } from "../../base/errors/index.ts";
import { type JsonValue, stringifyJson } from "../../base/lib/index.ts";
import type { ErrorStyleModel, ErrorTemplateModel } from "../../contract/model/model.ts";
import { formatProblem, PROBLEM_MEDIA_TYPE, type ProblemContext, toJson } from "./errors.ts";
import { parsePointer } from "./json-pointer.ts";

/** How an API writes its errors. */
export interface ErrorFormat {
  readonly mediaType: string;
  statusOf(error: ApiError): number;
  /** The body, as JSON text. */
  write(error: ApiError, context: ProblemContext): string;
}

/** Errors as problem+json (RFC 9457), with the statuses of the closed table. */
export const PROBLEM_FORMAT: ErrorFormat = {
  mediaType: PROBLEM_MEDIA_TYPE,
  statusOf: ({ status }) => status,
  write: formatProblem,
};

/** Makes the format that a contract declares; problem+json where it declares none. */
export function createErrorFormat(style: ErrorStyleModel | undefined): ErrorFormat {
  if (style === undefined) return PROBLEM_FORMAT;
  const { mediaType, body, statuses } = style;
  const statusOf = ({ code, status }: ApiError) =>
    (Object.hasOwn(statuses, code) ? statuses[code] : undefined) ?? status;
  return {
    mediaType,
    statusOf,
    write: (error, { requestId, pointerOf = same }) =>
      stringifyJson(
        fill(body, { error, status: statusOf(error), requestId, pointerOf, violation: undefined }),
      ),
  };
}

const same = (pointer: string) => pointer;

interface Filling {
  readonly error: ApiError;
  readonly status: number;
  readonly requestId: string;
  readonly pointerOf: (pointer: string) => string;
  readonly violation: Violation | undefined;
}

function fill(template: ErrorTemplateModel, filling: Filling): JsonValue {
  const { error, status, requestId, violation } = filling;
  switch (template.kind) {
    case "literal":
      return template.value;
    case "object":
      return Object.fromEntries(
        Object.entries(template.members).map(([key, member]) => [key, fill(member, filling)]),
      );
    case "list":
      return template.items.map((item) => fill(item, filling));
    case "code":
      return error.code;
    case "status":
      return status;
    case "title":
      return error.title;
    case "detail":
      return error.message;
    case "requestId":
      return requestId;
    case "data":
      return error.data === undefined ? null : toJson(error.data);
    case "violations":
      return error.violations.map((each) => fill(template.item, { ...filling, violation: each }));
    case "messagesByField":
      return messagesByField(error, template.otherwise);
    case "field":
      return fieldOf(violation);
    case "pointer":
      return filling.pointerOf(violation?.pointer ?? "");
    case "reason":
      return violation?.code ?? "";
    case "message":
      return violation?.message ?? "";
  }
}

/** `/address/city` → `address.city`, `?limit` → `limit`. */
function fieldOf(violation: Violation | undefined): string {
  const pointer = violation?.pointer ?? "";
  return pointer.startsWith("?") ? pointer.slice(1) : (parsePointer(pointer)?.join(".") ?? pointer);
}

function messagesByField({ violations, message }: ApiError, otherwise: string): JsonValue {
  if (violations.length === 0) return { [otherwise]: [message] };
  const byField = Map.groupBy(violations, (violation) => fieldOf(violation) || otherwise);
  // Not by assignment: a field named __proto__ would set the prototype.
  return Object.fromEntries([...byField].map(([field, all]) => [field, all.map((each) => each.message)]));
}
