import { CODES, type Code } from "../../base/errors/index.ts";
import type { ErrorModel, Model, OperationModel, ResourceModel } from "../model/index.ts";
import type { FieldNode, ObjectNode } from "../schema/index.ts";

/** The errors an operation can answer with, by HTTP status: built-in codes in the table's order, then declared ones. */
export type ErrorsByStatus = ReadonlyMap<
  number,
  { readonly builtin: readonly Code[]; readonly declared: readonly ErrorModel[] }
>;

/** Works out from the model with which errors an operation can answer; every protocol's documents say the same. */
export function errorsOf(model: Model, operation: OperationModel): ErrorsByStatus {
  const codes = builtinCodes(model, operation);
  const byStatus = new Map<number, { builtin: Code[]; declared: ErrorModel[] }>();
  const at = (status: number) => {
    const entry = byStatus.get(status) ?? { builtin: [], declared: [] };
    byStatus.set(status, entry);
    return entry;
  };
  const statuses = model.rest.errors?.statuses ?? {};
  for (const code of ALL_CODES) {
    if (codes.has(code)) at(statuses[code] ?? CODES[code].http).builtin.push(code);
  }
  for (const code of operation.errors) {
    const error = model.errors[code];
    if (error) at(error.status).declared.push(error);
  }
  return new Map([...byStatus].sort(([a], [b]) => a - b));
}

const ALL_CODES = Object.keys(CODES).filter((code): code is Code => Object.hasOwn(CODES, code));

function builtinCodes(model: Model, operation: OperationModel): ReadonlySet<Code> {
  const resource = operation.resource === undefined ? undefined : model.resources[operation.resource];
  const { kind, method, input, idempotency, longRunning } = operation;
  const onRow = isOnRow(operation);
  const placed = operation.http?.parameters.length ?? 0;
  const inBody = Object.keys(input?.fields ?? {}).length - placed - (operation.http?.query.length ?? 0);
  const hasBody = input !== undefined && operation.http?.method !== "GET" && (inBody > 0 || placed === 0);
  const codes = new Set<Code>(ALWAYS);
  const add = (condition: boolean, ...more: Code[]) => {
    if (condition) for (const code of more) codes.add(code);
  };
  const { output } = operation;
  add(output.kind !== "none" && output.kind !== "file", "not_acceptable");
  add(output.kind === "file", "not_found", "gone", "precondition_failed", "range_not_satisfiable");
  add(
    Object.values(input?.fields ?? {}).some(({ type }) => type.kind === "file"),
    "digest_mismatch",
  );
  add(hasBody, "payload_too_large", "unsupported_media_type");
  add(input !== undefined, "invalid_input");
  add(method === "list", "invalid_cursor");
  add(onRow || placed > 0, "not_found");
  add(canForbid(model, operation, onRow), "forbidden");
  add(kind === "command" && writesUnique(method, resource), "already_exists");
  add(input !== undefined && hasRef(input), "reference_not_found");
  add(kind === "command", "conflict");
  add(operation.when !== undefined, "invalid_state");
  add(operation.idempotency !== "none", "idempotency_in_progress", "idempotency_key_reused");
  add(operation.idempotency === "required", "idempotency_key_missing");
  add(idempotency === "required" || longRunning !== undefined, "upstream_failed");
  add(kind === "command" && onRow, "precondition_failed");
  add(operation.preconditionRequired, "precondition_required");
  return codes;
}

/** Tells whether an operation is about one row of a resource, whose id stands in its path. */
export function isOnRow({ method }: OperationModel): boolean {
  return method !== undefined && method !== "list" && method !== "create";
}

/** Whatever the operation: a request that cannot be read, bad credentials, a server in trouble. */
const ALWAYS: readonly Code[] = [
  "malformed_request",
  "invalid_parameter",
  "unauthenticated",
  "request_timeout",
  "uri_too_long",
  "headers_too_large",
  "internal",
  "unavailable",
  "deadline_exceeded",
];

/** Tells whether a known caller may hear that they may not, rather than that there is nothing. */
function canForbid(
  model: Model,
  { access, whenDenied, method, output }: OperationModel,
  onRow: boolean,
): boolean {
  const shown =
    output.kind === "row" || output.kind === "page" ? model.resources[output.resource] : undefined;
  // Naming a field that one's roles do not show is refused, even where rows are hidden.
  const reached = shown ? [shown, ...Object.values(shown.expand).map((name) => model.resources[name])] : [];
  if (reached.some((resource) => hasGuardedField(resource))) return true;
  if (access.some((rule) => rule.kind === "anyone")) return false;
  // A change that would take the row out of the caller's own reach is refused as such.
  return whenDenied === "forbidden" || !onRow || method === "replace" || method === "patch";
}

function hasGuardedField(resource: ResourceModel | undefined): boolean {
  return Object.values(resource?.fields ?? {}).some((field) => field.visibleTo !== undefined);
}

function writesUnique(method: OperationModel["method"], resource: ResourceModel | undefined): boolean {
  if (resource === undefined || method === "delete") return false;
  return Object.values(resource.fields).some((field) => field.unique);
}

function hasRef(input: ObjectNode): boolean {
  return Object.values(input.fields).some(containsRef);
}

function containsRef({ type }: FieldNode): boolean {
  switch (type.kind) {
    case "ref":
      return true;
    case "list":
      return containsRef(type.items);
    case "map":
      return containsRef(type.values);
    case "object":
      return hasRef(type);
    case "union":
      return Object.values(type.variants).some(hasRef);
    default:
      return false;
  }
}
