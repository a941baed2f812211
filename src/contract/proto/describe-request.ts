import type { Model, OperationModel, ResourceModel } from "../model/index.ts";
import { toPascalCase } from "../model/names.ts";
import { hasRowId, toFieldName } from "../model/proto-names.ts";
import { addField, named, typeOf } from "./describe-field.ts";
import type { Draft, FileDraft, MessageDraft } from "./draft.ts";
import type { ProtoType } from "./proto-schema.ts";

/** What requests and responses are described with. */
export interface MethodScope {
  readonly draft: Draft;
  readonly model: Model;
  readonly file: FileDraft;
  /** By resource. */
  readonly rows: ReadonlyMap<string, MessageDraft>;
  /** Of the service's resource. */
  readonly resource: ResourceModel | undefined;
  readonly related: MessageDraft | undefined;
}

/**
 * Declares what one method takes. Its wire form is the parts of a call: `{ id, input, updateMask, fields, expand, list }`,
 * each only where the method has it; in protobuf they stand side by side.
 */
export function describeRequest(scope: MethodScope, operation: OperationModel, method: string): MessageDraft {
  const { draft, file, resource, rows } = scope;
  const place = `operation ${operation.id}`;
  const request = draft.message({ in: file, name: `${method}Request`, place });
  if (hasRowId(operation))
    control(draft, request, "id", "id", { kind: "string" }, idText(operation, resource));
  const isPatch = operation.method === "patch";
  if (isPatch) {
    const text =
      "The fields to change; one that is named and not set is removed. Absent: the fields that are set.";
    control(draft, request, "update_mask", "updateMask", { kind: "fieldMask" }, text);
  }
  if (operation.output.kind === "row" || operation.output.kind === "page") {
    const text =
      "The fields to answer with, also of rows that refs name: `provider.name`. Absent: all fields.";
    const refs = Object.keys(scope.model.resources[operation.output.resource]?.expand ?? {});
    draft.field(request, {
      ...named("read_mask"),
      label: "singular",
      type: { kind: "fieldMask" },
      path: ["fields"],
      refs,
      description: text,
    });
    if (refs.length > 0) {
      const follow = `Refs whose rows to answer with: ${refs.map((ref) => `\`${toFieldName(ref)}\``).join(", ")}.`;
      control(draft, request, "expand", "expand", { kind: "fieldMask" }, follow);
    }
  }
  if (operation.output.kind === "page" && resource) addList(scope, request, resource);
  const isOwn = operation.method === "create" || operation.method === "replace" || isPatch;
  const row = isOwn && resource ? rows.get(resource.name) : undefined;
  for (const [name, given] of Object.entries(operation.input?.fields ?? {})) {
    // The bytes of files come by REST.
    if (given.type.kind === "file") continue;
    // A patch has every field optional; what an empty list means is told by the resource's own.
    const node = (isPatch && resource?.fields[name]) || given;
    const types = row === undefined ? {} : { types: row };
    addField(draft, request, { name, node, path: ["input", name], isMasked: isPatch, ...types });
  }
  return request;
}

function idText({ kind, key }: OperationModel, resource: ResourceModel | undefined): string {
  if (kind === "channel") return `The ${key} whose room it is; only the first message need say it.`;
  return `Id of the ${resource?.name ?? "row"}.`;
}

function control(
  draft: Draft,
  message: MessageDraft,
  field: string,
  key: string | readonly string[],
  type: ProtoType,
  description?: string,
): void {
  const path = typeof key === "string" ? [key] : key;
  draft.field(message, {
    ...named(field),
    label: "singular",
    type,
    path,
    ...(description === undefined ? {} : { description }),
  });
}

function addList(scope: MethodScope, request: MessageDraft, resource: ResourceModel): void {
  const { draft } = scope;
  const { list } = resource;
  const add = (field: string, key: string, type: ProtoType, text: string) =>
    control(draft, request, field, ["list", key], type, text);
  add(
    "page_size",
    "limit",
    { kind: "int32" },
    `Rows to answer with: ${list.limit} unless given, at most ${list.maxLimit}.`,
  );
  add(
    "page_token",
    "cursor",
    { kind: "string" },
    "From an earlier answer: where to go on. Everything else stays as it was.",
  );
  const paths = [...new Set([...list.sort, list.defaultSort.field])].map((path) => `\`${path}\``).join(", ");
  add(
    "sort",
    "sort",
    { kind: "string" },
    `One of ${paths}; \`-\` before it means descending. The id breaks ties.`,
  );
  if (list.search.length > 0) add("search", "search", { kind: "string" }, "Words to search for.");
  if (list.maxOffset !== undefined) {
    add(
      "offset",
      "offset",
      { kind: "int32" },
      `Rows to pass over, at most ${list.maxOffset}; not with \`page_token\`.`,
    );
  }
  if (list.total !== "none")
    add("include_total", "total", { kind: "bool" }, "Whether to answer with `total_size`.");
  if (Object.keys(list.filter).length === 0) return;
  const filter = draft.message({
    in: request,
    name: "Filter",
    place: `resource ${resource.name}, list`,
    description: "Rows must meet all of these.",
  });
  for (const path of Object.keys(list.filter)) addFilter(scope, filter, resource, path);
  control(draft, request, "filter", ["list", "filter"], { kind: "message", name: filter.name });
}

const CONDITIONS = {
  in: "is one of these",
  ne: "is none of these",
  gt: "is greater than this",
  gte: "is this or greater",
  lt: "is less than this",
  lte: "is this or less",
  isNull: "has no value (true) or one (false)",
} as const;

/** A field for each operator: `status`, `slot_starts_at_gte`, named as REST's parameters are. */
function addFilter(scope: MethodScope, filter: MessageDraft, resource: ResourceModel, path: string): void {
  const { draft, model, rows } = scope;
  const found = resource.list.filter[path];
  if (found === undefined) return;
  const [head = "", tail] = path.split(".");
  const ref = resource.fields[head]?.type;
  const owner =
    tail === undefined ? resource : ref?.kind === "ref" ? model.resources[ref.resource] : undefined;
  const types = rows.get(owner?.name ?? "") ?? filter;
  const { type } = typeOf(draft, types, tail ?? head, found.field.type);
  const base = toFieldName(path.replace(/\.(.)/g, (_, letter: string) => letter.toUpperCase()));
  for (const operator of found.operators) {
    const field = operator === "in" ? base : `${base}_${toFieldName(operator)}`;
    draft.field(
      filter,
      {
        ...named(field),
        label: operator === "in" || operator === "ne" ? "list" : "singular",
        type: operator === "isNull" ? { kind: "bool" } : type,
        path: [path, operator],
        texts: true,
        description: `\`${path}\` ${CONDITIONS[operator]}.`,
      },
      `${filter.place}.filter ${path}`,
    );
  }
}

/** Declares the message `FileInfo`. */
export function describeFileInfo(draft: Draft): void {
  const place = "files";
  const info = draft.message({
    in: draft.file("file_info", place),
    name: toPascalCase("fileInfo"),
    place,
    description: "What a file is called and what it is. REST sends its bytes.",
  });
  for (const key of ["id", "name", "mediaType"])
    control(draft, info, toFieldName(key), key, { kind: "string" });
  control(draft, info, "size", "size", { kind: "int64", as: "number" }, "In bytes.");
  control(draft, info, "sha256", "sha256", { kind: "string" }, "In lower-case hexadecimal digits.");
}
