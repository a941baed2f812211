import {
  durationFromMicros,
  durationToMicros,
  type JsonValue,
  parseJson,
  stringifyJson,
} from "../../../src/base/lib/index.ts";
import type { Model, OperationModel } from "../../../src/contract/model/model.ts";
import { toSnakeCase } from "../../../src/contract/model/names.ts";
import type { FieldNode, TypeNode } from "../../../src/contract/schema/index.ts";
import type { Question } from "../caller.ts";

export type Json = Readonly<Record<string, any>>;

/** Says whether a message of ProtoJSON has a member of this name. */
export type HasMember = (member: string) => boolean;

const camel = (name: string) => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());

/** Puts a question into the ProtoJSON of its request. What no field takes is sent as it is: the server must refuse it. */
export function toRequest(operation: OperationModel, model: Model, question: Question, has: HasMember): Json {
  const { id, input, list = {}, fields, expand } = question;
  const { filter, sort, search, limit, cursor, offset, total } = list;
  const given = isObject(input) ? input : {};
  const isPatch = operation.method === "patch";
  const request: Record<string, unknown> = {
    ...(isPatch && input !== undefined ? { updateMask: Object.keys(given).join(",") } : {}),
    ...membersOf(operation.input?.fields ?? {}, given, isPatch ? () => false : has),
    id,
    readMask: fields?.join(","),
    expand: expand?.join(","),
    pageSize: limit,
    pageToken: cursor,
    includeTotal: total,
    filter: filter && filterOf(operation, model, filter),
    sort,
    search,
    offset,
  };
  if (given.id !== undefined && id === undefined) request.id = given.id;
  for (const [name, value] of Object.entries(request)) if (value === undefined) delete request[name];
  return request;
}

function filterOf(
  operation: OperationModel,
  model: Model,
  filter: NonNullable<NonNullable<Question["list"]>["filter"]>,
): Json {
  const known = model.resources[operation.resource ?? ""]?.list.filter ?? {};
  const all: Record<string, unknown> = {};
  for (const [path, operators] of Object.entries(filter)) {
    const type = Object.hasOwn(known, path) ? known[path]?.field.type : undefined;
    const field = path.slice(path.lastIndexOf(".") + 1);
    for (const [operator, texts] of Object.entries(operators)) {
      const suffix = operator === "in" ? "" : `_${operator === "isNull" ? "is_null" : operator}`;
      const name = camel(path.replaceAll(".", "_") + suffix);
      const isList = operator === "in" || operator === "ne";
      const values = texts.map((text) =>
        operator === "isNull"
          ? fromText("", { kind: "bool" }, text)
          : type
            ? fromText(field, type, text)
            : text,
      );
      all[name] = isList || values.length > 1 ? values : values[0];
    }
  }
  return all;
}

/** A filter's value, which scenarios write as text. */
function fromText(name: string, type: TypeNode, text: string): unknown {
  if (type.kind === "bool") return text === "true" ? true : text === "false" ? false : text;
  if (type.kind === "int32" || type.kind === "float64") return /^-?\d/.test(text) ? Number(text) : text;
  return toProto(name, { type }, text);
}

function membersOf(fields: Readonly<Record<string, FieldNode>>, given: Json, has: HasMember): Json {
  const all: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    const node = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const member = node === undefined ? name : camel(name);
    if (value === null && has(`${member}IsNull`)) all[`${member}IsNull`] = true;
    else if (isEmpty(node, value) && has(`${member}IsEmpty`)) all[`${member}IsEmpty`] = true;
    else if (value !== null) all[member] = node === undefined ? value : toProto(name, node, value);
  }
  return all;
}

function isEmpty(node: FieldNode | undefined, value: unknown): boolean {
  if (node?.type.kind === "list") return Array.isArray(value) && value.length === 0;
  return node?.type.kind === "map" && isObject(value) && Object.keys(value).length === 0;
}

/** A value of the model's wire form as ProtoJSON has it. */
function toProto(name: string, { type }: Pick<FieldNode, "type">, value: unknown): unknown {
  switch (type.kind) {
    case "json":
      return stringifyJson(value as JsonValue);
    case "enum":
      // What is no value of the enum must not become a name of it on the way.
      if (typeof value !== "string" || !type.values.includes(value)) return value;
      return `${toSnakeCase(name)}_${value}`.toUpperCase();
    case "duration":
      return typeof value === "string" ? toSeconds(value) : value;
    case "list":
      return Array.isArray(value) ? value.map((item) => toItem(name, type.items, item)) : value;
    case "map":
      return isObject(value) ? mapValues(value, (item) => toItem(name, type.values, item)) : value;
    case "object":
      return isObject(value)
        ? membersOf(type.fields, value, (member) => isMarked(type.fields, member))
        : value;
    case "union": {
      if (!isObject(value)) return value;
      const { [type.tag]: tag, ...rest } = value;
      const variant =
        typeof tag === "string" && Object.hasOwn(type.variants, tag) ? type.variants[tag] : undefined;
      return variant === undefined
        ? { ...value }
        : {
            [camel(String(tag))]: membersOf(variant.fields, rest, (member) =>
              isMarked(variant.fields, member),
            ),
          };
    }
    default:
      return value;
  }
}

/** An item or value: what protobuf cannot repeat stands in a message of its own. */
function toItem(name: string, node: FieldNode, item: unknown): unknown {
  if (!isWrapped(node)) return toProto(name, node, item);
  if (item === null && node.nullable) return { valueIsNull: true };
  return isEmpty(node, item) ? {} : { value: toProto(name, node, item) };
}

export function isWrapped({ nullable, type }: FieldNode): boolean {
  return nullable === true || type.kind === "list" || type.kind === "map";
}

/** Whether a message of these fields has a flag of this name. */
function isMarked(fields: Readonly<Record<string, FieldNode>>, member: string): boolean {
  const field = member.replace(/Is(Null|Empty)$/, "");
  const [, node] = Object.entries(fields).find(([name]) => camel(name) === field) ?? [];
  if (node === undefined || field === member) return false;
  if (member.endsWith("Null")) return node.nullable === true;
  return node.optional === true || node.default !== undefined || node.visibleTo !== undefined;
}

function toSeconds(text: string): string {
  let micros: bigint;
  try {
    micros = durationToMicros(text);
  } catch {
    return text;
  }
  const size = micros < 0n ? -micros : micros;
  const fraction = (size % 1_000_000n).toString().padStart(6, "0").replace(/0+$/, "");
  return `${micros < 0n ? "-" : ""}${size / 1_000_000n}${fraction === "" ? "" : `.${fraction.padEnd(fraction.length > 3 ? 6 : 3, "0")}`}s`;
}

function fromSeconds(text: string): string {
  const [, sign, seconds = "0", fraction = ""] = /^(-?)(\d+)(?:\.(\d+))?s$/.exec(text) ?? [];
  const micros = BigInt(seconds) * 1_000_000n + BigInt(fraction.slice(0, 6).padEnd(6, "0"));
  return durationFromMicros(sign === "-" ? -micros : micros);
}

/** A message of ProtoJSON as the model's wire form. */
export function fromMembers(
  fields: Readonly<Record<string, FieldNode>>,
  json: Json,
  related: Json = {},
): Record<string, JsonValue> {
  const all: Record<string, JsonValue> = {};
  for (const [name, node] of Object.entries(fields)) {
    if (node.writeOnly) continue;
    const member = camel(name);
    const value = json[member];
    const isMany = node.type.kind === "list" || node.type.kind === "map";
    const empty = node.type.kind === "list" ? [] : {};
    if (json[`${member}IsNull`] === true) all[name] = null;
    else if (json[`${member}IsEmpty`] === true) all[name] = empty;
    else if (value !== undefined) all[name] = fromProto(node, value, related);
    // Lists that cannot be absent have no flag for their emptiness.
    else if (isMany && !node.optional && node.default === undefined && !node.visibleTo) all[name] = empty;
  }
  return all;
}

export function fromProto({ type }: Pick<FieldNode, "type">, value: any, related: Json = {}): JsonValue {
  switch (type.kind) {
    case "json":
      return parseJson(value);
    case "enum":
      return fromEnum(type.values, value);
    case "duration":
      return fromSeconds(value);
    case "list":
      return value.map((item: unknown) => fromItem(type.items, item));
    case "map":
      return mapValues(value, (item) => fromItem(type.values, item)) as JsonValue;
    case "object":
      return fromMembers(type.fields, value);
    case "union": {
      const [[variant = "", inner] = []] = Object.entries(value as Json);
      const tag = Object.keys(type.variants).find((name) => camel(name) === variant) ?? variant;
      return { [type.tag]: tag, ...fromMembers(type.variants[tag]?.fields ?? {}, inner) };
    }
    case "file":
      return { ...value, size: Number(value.size) };
    case "ref":
      return related[`${type.resource} ${value}`] ?? value;
    default:
      return value;
  }
}

function fromItem(node: FieldNode, item: any): JsonValue {
  if (!isWrapped(node)) return fromProto(node, item);
  if (item.valueIsNull === true) return null;
  return fromProto(node, item.value ?? (node.type.kind === "list" ? [] : {}));
}

/** The longest that fits: `REFUND_PENDING` ends with `_PENDING` too. */
function fromEnum(values: readonly string[], name: string): string {
  const fitting = values.filter((value) => name.endsWith(`_${value.toUpperCase()}`));
  return fitting.sort((one, other) => other.length - one.length)[0] ?? name;
}

/** The answer of an operation, from the ProtoJSON of its response. */
export function fromResponse(model: Model, operation: OperationModel, json: Json): JsonValue | undefined {
  const { output, longRunning } = operation;
  if (longRunning !== undefined) return rowFrom(model, "operation", json.operation, {});
  if (output.kind === "none" || output.kind === "file") return undefined;
  if (output.kind === "value") {
    const { field } = output;
    if (field.type.kind === "object" && !field.nullable && !field.optional)
      return fromMembers(field.type.fields, json);
    if (json.resultIsNull === true) return null;
    // A list that is always there is empty where none of it is sent.
    return fromProto(field, json.result ?? (field.type.kind === "list" ? [] : {}));
  }
  const resource = model.resources[output.resource]!;
  const related: Record<string, JsonValue> = {};
  for (const target of new Set(Object.values(resource.expand))) {
    const rows: Json = json.related?.[camel(model.resources[target]?.plural ?? "")] ?? {};
    for (const [id, row] of Object.entries(rows))
      related[`${target} ${id}`] = rowFrom(model, target, row, {});
  }
  if (output.kind === "row")
    return rowFrom(model, output.resource, json[camel(resource.name)] ?? {}, related);
  const rows: readonly Json[] = json[camel(resource.plural)] ?? [];
  return {
    data: rows.map((row) => rowFrom(model, output.resource, row, related)),
    page: {
      nextCursor: json.nextPageToken ?? null,
      prevCursor: json.previousPageToken ?? null,
      hasMore: json.hasMore ?? false,
      ...(json.totalSize === undefined ? {} : { total: Number(json.totalSize) }),
    },
  };
}

function rowFrom(model: Model, resource: string, json: Json, related: Json): JsonValue {
  return fromMembers(model.resources[resource]?.fields ?? {}, json, related);
}

function mapValues(value: Json, change: (item: unknown) => unknown): Json {
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, change(item)]));
}

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
