import type { Model, OperationModel, ResourceModel } from "../model/index.ts";
import { toPascalCase, toSnakeCase } from "../model/names.ts";

/** `clinic.v2`: the package of an API's version. */
export function packageOf({ name, version }: Model): string {
  return `${toSnakeCase(name)}.${version}`;
}

/** `AppointmentService`, or for operations outside resources that of the API, `ClinicService`. */
export function serviceName(model: Model, resource: ResourceModel | undefined): string {
  return `${toPascalCase(resource?.name ?? model.name)}Service`;
}

/** `ListAppointments`, `UpdateAppointment`, `CancelAppointment`, `ExportRecord`. */
export function methodName({ name, method }: OperationModel, resource: ResourceModel | undefined): string {
  if (resource === undefined) return toPascalCase(name);
  const verb = method === "patch" ? "Update" : toPascalCase(name);
  return verb + toPascalCase(method === "list" ? resource.plural : resource.name);
}

/** The name of a field: `startsAt` → `starts_at`, `CreditCard` → `credit_card`. */
export function toFieldName(name: string): string {
  return toSnakeCase(name).replace(/_+/g, "_").replace(/^_|_$/g, "");
}

/** The name of a field in ProtoJSON, as protoc makes it: `starts_at` → `startsAt`. */
export function toJsonName(field: string): string {
  return field.replace(/_(.?)/g, (_, letter: string) => letter.toUpperCase());
}

/** The prefix of an enum's values, as buf lint cuts words: `PaymentStatus` → `PAYMENT_STATUS_`, `HTTPStatus2` → `HTTP_STATUS2_`. */
export function valuePrefix(type: string): string {
  const words = type.replace(/([a-z0-9])([A-Z])/g, "$1_$2").replace(/([A-Z])([A-Z][a-z])/g, "$1_$2");
  return `${words.toUpperCase()}_`;
}
