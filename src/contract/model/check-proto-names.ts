import type { FieldNode } from "../schema/index.ts";
import type { OperationModel, ResourceModel } from "./model.ts";
import { flagsOf, hasRowId, isInProto, methodName, toFieldName } from "./proto-names.ts";

/** Takes a name among those of its kind; a name that is taken twice is reported. */
export type TakeName = (name: string, place: string, fix: string) => void;

/** What the names of protobuf are taken from. */
export interface ProtoNamed {
  readonly resources: ReadonlyMap<string, ResourceModel>;
  readonly operations: readonly OperationModel[];
  /** Starts a set of names that must differ. */
  readonly names: (what: string) => { readonly take: TakeName };
}

const FIX = "rename one of them";

/**
 * Reports names that become the same in protobuf: methods, the fields of rows, and those of requests, which stand beside
 * `id` and the masks. What lies deeper is found when the schema is described.
 */
export function checkProtoNames({ resources, operations, names }: ProtoNamed): void {
  const methods = names("protobuf method");
  for (const [name, resource] of resources) {
    const { take } = names("protobuf field");
    takeFields(resource.fields, `resource ${name}`, take);
  }
  for (const operation of operations.filter(isInProto)) {
    const place = `operation ${operation.id}`;
    methods.take(methodName(operation, resources.get(operation.resource ?? "")), place, FIX);
    if (operation.input === undefined) continue;
    const { fields } = operation.input;
    const controls = controlsOf(operation);
    const isOwn = operation.method !== undefined && operation.method !== "action";
    // Among themselves the fields of a row have been looked at.
    if (isOwn && !Object.keys(fields).some((name) => controls.includes(toFieldName(name)))) continue;
    const { take } = names("protobuf field");
    for (const field of controls) take(field, `the request of ${operation.id}`, FIX);
    if (!isOwn) takeFields(fields, `${place}, input`, take);
    else
      for (const name of Object.keys(fields)) take(toFieldName(name), `${place}, input, field ${name}`, FIX);
  }
}

function controlsOf(operation: OperationModel): readonly string[] {
  const { method, output } = operation;
  return [
    ...(hasRowId(operation) ? ["id"] : []),
    ...(method === "patch" ? ["update_mask"] : []),
    ...(output.kind === "row" ? ["read_mask", "expand"] : []),
  ];
}

function takeFields(fields: Readonly<Record<string, FieldNode>>, place: string, take: TakeName): void {
  for (const [name, field] of Object.entries(fields)) {
    take(toFieldName(name), `${place}, field ${name}`, FIX);
    for (const flag of flagsOf(name, field)) take(flag, `${place}, field ${name}`, FIX);
  }
}
