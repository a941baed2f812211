import type { OperationSpec, ResourceMethod } from "../language/index.ts";
import type { ObjectNode, TypeKind } from "../schema/index.ts";
import type { HttpModel, OutputModel, ResourceModel } from "./model.ts";
import { toKebabCase } from "./names.ts";

const VERBS: Readonly<Record<ResourceMethod, HttpModel["method"]>> = {
  list: "GET",
  get: "GET",
  create: "POST",
  replace: "PUT",
  patch: "PATCH",
  delete: "DELETE",
  action: "POST",
};

/** What REST needs to know of an operation beside its spec. */
export interface HttpParts {
  readonly resource: ResourceModel | undefined;
  readonly input: ObjectNode | undefined;
  readonly output: OutputModel;
}

/** How REST offers an operation; undefined for streams and channels, which have protocols of their own. */
export function compileHttp(
  spec: OperationSpec,
  { resource, input, output }: HttpParts,
): HttpModel | undefined {
  if (spec.kind === "stream" || spec.kind === "channel") return undefined;
  const status = output.kind === "none" ? 204 : spec.method === "create" ? 201 : 200;
  if (resource === undefined || spec.method === undefined) {
    const method = spec.kind === "query" && fitsQueryString(input) ? "GET" : "POST";
    return { method, path: `/${toKebabCase(spec.name)}`, status };
  }
  return { method: VERBS[spec.method], path: resourcePath(`/${resource.path}`, spec), status };
}

function resourcePath(all: string, { method, name }: OperationSpec): string {
  if (method === "list" || method === "create") return all;
  return method === "action" ? `${all}/{id}/${toKebabCase(name)}` : `${all}/{id}`;
}

const BODY_ONLY: ReadonlySet<TypeKind> = new Set<TypeKind>([
  "list",
  "map",
  "object",
  "union",
  "json",
  "bytes",
  "text",
]);

/** Scalars fit; what nests or is long does not. A query string has no null, and sensitive values stay out of logged URLs. */
function fitsQueryString(input: ObjectNode | undefined): boolean {
  return Object.values(input?.fields ?? {}).every(
    (field) => !BODY_ONLY.has(field.type.kind) && !field.sensitive && !field.nullable,
  );
}
