import type { FieldNode, TypeNode } from "../schema/index.ts";
import type { OperationModel, ResourceModel } from "./model.ts";
import { toPascalCase } from "./names.ts";

/** A type that something of the contract becomes in GraphQL, and where in the contract that is. */
export interface NamedType {
  readonly name: string;
  /** Such as `place.city`; empty for the thing itself. */
  readonly path: string;
}

/** `ListAppointments`, `CancelAppointment`, `ExportAll`: what the types of an operation are named by, and protobuf's method. */
export function callName({ name, method }: OperationModel, resource: ResourceModel | undefined): string {
  if (resource === undefined) return toPascalCase(name);
  return toPascalCase(name) + toPascalCase(method === "list" ? resource.plural : resource.name);
}

/** Name of an operation's field of Query or Mutation: `appointment`, `appointments`, `cancelAppointment`. */
export function graphqlField(operation: OperationModel, resource: ResourceModel | undefined): string {
  if (operation.method === "get" && resource) return resource.name;
  if (operation.method === "list" && resource) return resource.plural;
  const call = callName(operation, resource);
  return call.charAt(0).toLowerCase() + call.slice(1);
}

/** `AppointmentSlotStartsAtFilter` for the path `slot.startsAt`. */
export function filterTypeName(resource: ResourceModel, path: string): string {
  return `${toPascalCase(resource.name)}${pascalPath(path)}Filter`;
}

/** Field of a filter, for the path `slot.startsAt`: `slotStartsAt`. */
export function filterFieldName(path: string): string {
  const name = pascalPath(path);
  return name.charAt(0).toLowerCase() + name.slice(1);
}

/** `SlotStartsAt` for the path `slot.startsAt`. */
function pascalPath(path: string): string {
  return path.split(".").map(toPascalCase).join("");
}

/** Name of a declared error's type: `SlotTakenError`. */
export function errorTypeName(code: string): string {
  return `${toPascalCase(code)}Error`;
}

/** A union's member for one variant, or what a nested object or enum is called: the outer name and the inner. */
export function innerTypeName(outer: string, inner: string): string {
  return outer + toPascalCase(inner);
}

/** Fields that payloads have whatever their resource is called. */
const PAYLOAD_FIELDS: readonly string[] = [
  "version",
  "replayed",
  "error",
  "operation",
  "result",
  "deletedId",
];

/** The payload's field for the row that a command answers with: called like its resource. */
export function payloadField(resource: string): string {
  return PAYLOAD_FIELDS.includes(resource) ? `${resource}Row` : resource;
}

/** Whether GraphQL offers the operation: streams, channels and files are left to other protocols. */
export function isInGraphql({ kind, output, input }: OperationModel): boolean {
  if (kind !== "query" && kind !== "command") return false;
  // Bytes come and go by REST; what cannot be called without sending some is not offered.
  return output.kind !== "file" && !Object.values(input?.fields ?? {}).some(isRequiredFile);
}

function isRequiredFile({ type, optional, nullable, default: value }: FieldNode): boolean {
  return type.kind === "file" && !optional && !nullable && value === undefined;
}

/** Types of their own that a type needs, itself included: enums, objects and unions, however deep they lie. */
export function* typesWithin(
  type: TypeNode,
  name: string,
  path: string,
  input: boolean,
): Generator<NamedType> {
  const suffix = input ? "Input" : "";
  switch (type.kind) {
    case "enum":
      yield { name, path };
      return;
    case "list":
      yield* typesWithin(type.items.type, name, path, input);
      return;
    case "object":
      yield* objectTypes(type.fields, name, path, input);
      return;
    case "union":
      yield { name: name + suffix, path };
      for (const [variant, { fields }] of Object.entries(type.variants)) {
        yield* objectTypes(fields, innerTypeName(name, variant), `${path}.${variant}`, input, !input);
      }
  }
}

/** An object without fields has no type in GraphQL, but as a variant it has its tag. */
function* objectTypes(
  fields: Readonly<Record<string, FieldNode>>,
  name: string,
  path: string,
  input: boolean,
  tagged = false,
): Generator<NamedType> {
  const entries = Object.entries(fields);
  if (entries.length > 0 || tagged) yield { name: name + (input ? "Input" : ""), path };
  for (const [field, { type }] of entries) {
    yield* typesWithin(type, innerTypeName(name, field), `${path}.${field}`, input);
  }
}
