import { UsageError } from "../../base/errors/index.ts";
import type { Model, OperationModel, ResourceModel } from "../model/index.ts";
import { toPascalCase } from "../model/names.ts";
import { isInProto, methodName, packageOf, serviceStem, toFieldName } from "../model/proto-names.ts";
import { addFields } from "./describe-field.ts";
import { describeFileInfo, describeRequest, type MethodScope } from "./describe-request.ts";
import { describeRelated, describeRow } from "./describe-resource.ts";
import { describeResponse } from "./describe-response.ts";
import { createDraft, type Draft, type MessageDraft } from "./draft.ts";
import { finishSchema } from "./finish-schema.ts";
import type { ProtoLock } from "./proto-lock.ts";
import type { ProtoMethod, ProtoMethodKind, ProtoSchema, ProtoService } from "./proto-schema.ts";

/**
 * Describes a model in protobuf. With a lock every field and value has the number that it has there; what the lock does not
 * know is numbered after all that it does. Without one, numbers follow the order of declaration. Throws a UsageError for names
 * that become the same, and for what the lock does not allow.
 */
export function describeProto(model: Model, lock?: ProtoLock): ProtoSchema {
  const draft = createDraft(packageOf(model));
  const rows = new Map<string, MessageDraft>();
  for (const [name, resource] of Object.entries(model.resources))
    rows.set(name, describeRow(draft, resource));
  const fields = Object.values(model.resources).flatMap((resource) => Object.values(resource.fields));
  if (fields.some(({ type }) => type.kind === "file")) describeFileInfo(draft);
  const errors = describeErrors(draft, model);
  const byResource = Map.groupBy(
    Object.values(model.operations).filter(isInProto),
    ({ resource }) => resource ?? "",
  );
  for (const [name, operations] of byResource) describeService(draft, { model, rows, name, operations });
  if (draft.mistakes.length > 0) throw new UsageError(draft.mistakes);
  return finishSchema(draft, errors, lock);
}

function describeErrors(draft: Draft, model: Model): Record<string, string> {
  const errors: Record<string, string> = {};
  const told = Object.values(model.errors).filter(({ data }) => data?.type.kind === "object");
  if (told.length === 0) return errors;
  const file = draft.file("errors", "errors");
  for (const { code, data, title } of told) {
    if (data?.type.kind !== "object") continue;
    const name = `${toPascalCase(code)}Error`;
    const message = draft.message({
      in: file,
      name,
      place: `error ${code}`,
      description: `Data of \`${code}\`: ${title}.`,
    });
    addFields(draft, message, data.type.fields);
    errors[code] = message.name;
  }
  return errors;
}

interface ServiceSource {
  readonly model: Model;
  readonly rows: ReadonlyMap<string, MessageDraft>;
  /** Of the resource; empty for free operations. */
  readonly name: string;
  readonly operations: readonly OperationModel[];
}

function describeService(draft: Draft, { model, rows, name, operations }: ServiceSource): void {
  const resource: ResourceModel | undefined = model.resources[name];
  const place = resource ? `resource ${name}` : `api ${model.name}`;
  const stem = serviceStem(model, resource);
  const file = draft.file(`${toFieldName(stem)}_service`, place);
  const full = `${draft.package}.${toPascalCase(stem)}Service`;
  draft.take(full, place);
  const related = resource && describeRelated(draft, file, { model, resource, rows });
  const scope: MethodScope = { draft, model, file, rows, resource, related };
  const methods = operations.map((operation) => describeMethod(scope, operation, full));
  const description = resource?.description ?? model.description;
  const service: ProtoService = {
    name: full,
    methods,
    ...(description === undefined ? {} : { description }),
  };
  file.services.push(service);
}

function describeMethod(scope: MethodScope, operation: OperationModel, service: string): ProtoMethod {
  const name = methodName(operation, scope.resource);
  scope.draft.take(`${service}.${name}`, `operation ${operation.id}`);
  const text = [operation.description, operation.deprecated && `Deprecated: ${operation.deprecated}`].filter(
    Boolean,
  );
  return {
    name,
    path: `/${service}/${name}`,
    operation: operation.id,
    kind: kindOf(operation),
    hasNoSideEffects: operation.kind === "query",
    request: describeRequest(scope, operation, name).name,
    response: describeResponse(scope, operation, name).name,
    ...(text.length === 0 ? {} : { description: text.join(" ") }),
    ...(operation.deprecated === undefined ? {} : { deprecated: true as const }),
  };
}

function kindOf({ kind, direction }: OperationModel): ProtoMethodKind {
  if (kind === "channel") return "bidi-stream";
  if (kind !== "stream") return "unary";
  return direction === "client" ? "client-stream" : "server-stream";
}
