import type { FieldNode } from "../schema/index.ts";
import type { Model, OperationModel, ResourceModel } from "./model.ts";
import { toPascalCase, toSnakeCase } from "./names.ts";

/** `clinic.v2`: the package of an API's version. */
export function packageOf({ name, version }: Model): string {
  return `${toSnakeCase(name)}.${version}`;
}

/**
 * What the service of a resource is named by, `appointment`; for operations outside resources the API, `clinic`, or
 * `clinicApi` where a resource has that name.
 */
export function serviceStem({ name, resources }: Model, resource: ResourceModel | undefined): string {
  if (resource !== undefined) return resource.name;
  return Object.hasOwn(resources, name) ? `${name}Api` : name;
}

/** `ListAppointments`, `UpdateAppointment`, `CancelAppointment`, `ExportRecord`. */
export function methodName({ name, method }: OperationModel, resource: ResourceModel | undefined): string {
  if (resource === undefined) return toPascalCase(name);
  const verb = method === "patch" ? "Update" : toPascalCase(name);
  return verb + toPascalCase(method === "list" ? resource.plural : resource.name);
}

/** The name of a field: `startsAt` → `starts_at`, `CreditCard` → `credit_card`. */
export function toFieldName(name: string): string {
  const snake = toSnakeCase(name);
  return snake.includes("_") ? snake.replace(/_+/g, "_").replace(/^_|_$/g, "") : snake;
}

/** The name of a field in ProtoJSON, as protoc makes it: `starts_at` → `startsAt`. */
export function toJsonName(field: string): string {
  if (!field.includes("_")) return field;
  return field.replace(/_(.?)/g, (_, letter: string) => letter.toUpperCase());
}

/** The prefix of an enum's values, as buf lint cuts words: `PaymentStatus` → `PAYMENT_STATUS_`, `HTTPStatus2` → `HTTP_STATUS2_`. */
export function valuePrefix(type: string): string {
  const words = type.replace(/([a-z0-9])([A-Z])/g, "$1_$2").replace(/([A-Z])([A-Z][a-z])/g, "$1_$2");
  return `${words.toUpperCase()}_`;
}

/** Whether gRPC offers an operation. Files come and go by REST: what needs one, sends one or would lose one stays there. */
export function isInProto({ input, method, output }: OperationModel): boolean {
  const files = Object.values(input?.fields ?? {}).filter(({ type }) => type.kind === "file");
  const needed = files.some(({ optional, nullable }) => !optional && !nullable);
  return output.kind !== "file" && !needed && !(method === "replace" && files.length > 0);
}

/** Whether an operation is told by `id` which row it is about. */
export function hasRowId({ kind, method }: OperationModel): boolean {
  return kind === "channel" || (method !== undefined && method !== "list" && method !== "create");
}

/** Fields that say of another field that it is null, or there and empty. */
export function flagsOf(name: string, { type, nullable, ...traits }: FieldNode): string[] {
  const isMany = type.kind === "list" || type.kind === "map";
  // Most fields have none, and all are asked for theirs as a contract is compiled.
  if (!nullable && !isMany) return [];
  const mayBeAbsent = traits.optional || traits.default !== undefined || traits.visibleTo !== undefined;
  const field = toFieldName(name);
  return [...(nullable ? [`${field}_is_null`] : []), ...(isMany && mayBeAbsent ? [`${field}_is_empty`] : [])];
}
