import type { AnyResource, Api, OperationSpec } from "../language/index.ts";
import type { FieldNode, ObjectNode } from "../schema/index.ts";
import { VERBS } from "./compile-http.ts";
import { DEFAULT_DEADLINE_MS } from "./compile-operations.ts";
import { fitsUrl, takesRow } from "./compile-path.ts";
import { standardDownloads } from "./file-operations.ts";
import type { AnswerModel, HttpModel, OperationModel, OutputModel } from "./model.ts";
import { toKebabCase } from "./names.ts";
import { OPERATION, OPERATION_SPECS, operationResource } from "./operation-resource.ts";
import { outlineField, outlineObject } from "./outline-field.ts";
import { pluralOf } from "./plural.ts";

/** The part of an operation's model that a caller needs. */
export interface OperationOutline
  extends Pick<
    OperationModel,
    "id" | "kind" | "name" | "resource" | "method" | "input" | "output" | "idempotency" | "deadlineMs"
  > {
  readonly http: Pick<HttpModel, "method" | "path" | "parameters" | "query" | "body" | "answer">;
  /** Data of the errors it declares, by code; undefined for those without. */
  readonly errors: Readonly<Record<string, FieldNode | undefined>>;
  /** True for commands whose work goes on after their answer. */
  readonly longRunning?: true;
}

/** The part of a contract's model that a caller needs, worked out operation by operation when it is asked for. */
export interface Outline {
  readonly name: string;
  /** Path that all operations are below: `/v2`, or empty. */
  readonly base: string;
  /** Word before the credentials in the Authorization header. */
  readonly scheme: string;
  /** Ids of all operations that REST offers. */
  readonly operations: readonly string[];
  operation(id: string): OperationOutline | undefined;
  /** Fields of a resource. */
  fields(resource: string): Readonly<Record<string, FieldNode>>;
}

const METHODS = ["list", "get", "create", "replace", "patch", "delete"] as const;

/**
 * Outlines a contract without checking it: what {@link compile} has accepted gives the same as its model, at a fraction of
 * the code and of the time. For clients, which may run in browsers; everything else reads the model.
 */
export function outline(api: Api): Outline {
  const { options } = api;
  const resources = new Map(options.resources.map((resource) => [resource.name, resource]));
  const specs = specsOf(api);
  if ([...specs.values()].some((spec) => spec.options.longRunning !== undefined)) {
    resources.set(OPERATION, operationResource);
    for (const spec of OPERATION_SPECS) specs.set(`${OPERATION}.${spec.name}`, spec);
  }
  const outlines = new Map<string, OperationOutline>();
  const fields = new Map<string, Readonly<Record<string, FieldNode>>>();
  const fieldsOf = (name: string): Readonly<Record<string, FieldNode>> => {
    const known = fields.get(name);
    if (known !== undefined) return known;
    const made: Record<string, FieldNode> = {};
    for (const [field, { spec }] of Object.entries(resources.get(name)?.fields ?? {}))
      made[field] = outlineField(spec);
    fields.set(name, made);
    return made;
  };
  const bearer = options.authentication?.find((way) => way.kind === "bearer");
  const prefix = options.rest?.prefix;
  return {
    name: api.name,
    base: prefix === undefined ? `/${newest(options.versions)}` : prefix === "/" ? "" : prefix,
    scheme: bearer?.kind === "bearer" ? bearer.scheme : "Bearer",
    operations: [...specs.keys()],
    fields: fieldsOf,
    operation(id) {
      const spec = specs.get(id);
      if (spec === undefined || outlines.has(id)) return outlines.get(id);
      const made = outlineOperation(id, spec, resources.get(spec.resource ?? ""), fieldsOf);
      outlines.set(id, made);
      return made;
    },
  };
}

function newest(versions: Readonly<Record<string, string>>): string {
  return Object.keys(versions).sort((a, b) => Number(b.slice(1)) - Number(a.slice(1)))[0] ?? "";
}

/** Declared operations, and the standard ones that `only` leaves. */
function specsOf({ options }: Api): Map<string, OperationSpec> {
  const specs = new Map<string, OperationSpec>();
  for (const { name: resource } of options.resources) {
    for (const method of options.only?.[resource] ?? METHODS) {
      const kind = method === "list" || method === "get" ? "query" : "command";
      specs.set(`${resource}.${method}`, { kind, name: method, resource, method, options: {} });
    }
  }
  for (const resource of options.resources) {
    if (options.only?.[resource.name]?.includes("get") === false) continue;
    for (const spec of standardDownloads(resource)) specs.set(`${resource.name}.${spec.name}`, spec);
  }
  for (const { spec } of options.operations ?? []) {
    if (spec.kind === "stream" || spec.kind === "channel") continue;
    specs.set(spec.resource === undefined ? spec.name : `${spec.resource}.${spec.name}`, spec);
  }
  return specs;
}

function outlineOperation(
  id: string,
  spec: OperationSpec,
  resource: AnyResource | undefined,
  fieldsOf: (name: string) => Readonly<Record<string, FieldNode>>,
): OperationOutline {
  const own = resource === undefined ? {} : fieldsOf(resource.name);
  const input = inputOf(spec, own);
  return {
    id,
    kind: spec.kind,
    name: spec.name,
    ...(spec.resource === undefined ? {} : { resource: spec.resource }),
    ...(spec.method === undefined ? {} : { method: spec.method }),
    ...(input === undefined ? {} : { input }),
    output: outputOf(spec, own),
    idempotency: spec.kind === "command" ? (spec.options.idempotency ?? "accepted") : "none",
    deadlineMs: spec.options.deadlineMs ?? DEFAULT_DEADLINE_MS,
    ...(spec.options.longRunning === undefined ? {} : { longRunning: true }),
    http: httpOf(spec, resource, input),
    errors: Object.fromEntries(
      (spec.options.errors ?? []).map(({ code, options: { data } }) => [
        code,
        data === undefined ? undefined : outlineField(data.spec),
      ]),
    ),
  };
}

function inputOf(spec: OperationSpec, own: Readonly<Record<string, FieldNode>>): ObjectNode | undefined {
  if (spec.method === undefined || spec.method === "action") {
    const type = spec.input?.spec.type;
    return type?.kind === "object" ? outlineObject(type.fields) : undefined;
  }
  const fields = Object.entries(own).filter(([, field]) => !field.readOnly);
  if (spec.method === "create" || spec.method === "replace") {
    return { kind: "object", fields: Object.fromEntries(fields) };
  }
  if (spec.method !== "patch") return undefined;
  const mutable = fields.filter(([, field]) => !field.immutable);
  return {
    kind: "object",
    fields: Object.fromEntries(
      mutable.map(([name, field]) => [
        name,
        { ...field, ...(field.optional ? { nullable: true as const } : {}), optional: true as const },
      ]),
    ),
  };
}

function outputOf(spec: OperationSpec, own: Readonly<Record<string, FieldNode>>): OutputModel {
  const file = spec.method === "download" ? own[spec.field ?? ""] : undefined;
  if (file !== undefined) {
    const field = { type: file.type, ...(file.sensitive ? { sensitive: true as const } : {}) };
    return { kind: "file", of: spec.field ?? "", field };
  }
  const standard = spec.method !== undefined && spec.method !== "action";
  if (spec.output !== undefined && !standard) {
    const field = outlineField(spec.output.spec);
    return { kind: field.type.kind === "file" ? "file" : "value", field };
  }
  if (spec.resource === undefined || spec.method === "delete") return { kind: "none" };
  return { kind: spec.method === "list" ? "page" : "row", resource: spec.resource };
}

function httpOf(
  spec: OperationSpec,
  resource: AnyResource | undefined,
  input: ObjectNode | undefined,
): OperationOutline["http"] {
  const { http = {} } = spec.options;
  const path = http.path ?? usualPath(spec, resource);
  const row = takesRow(spec);
  const parameters = [...path.matchAll(/\{(\w+)\}/g)]
    .map(([, name = ""]) => name)
    .filter((name) => !(row && name === "id"));
  const fields = input?.fields ?? {};
  const rest = Object.keys(fields).filter((name) => !parameters.includes(name));
  const fits = rest.every((name) => fields[name] !== undefined && fitsUrl(fields[name]));
  const usual =
    spec.method === undefined ? (spec.kind === "query" && fits ? "GET" : "POST") : VERBS[spec.method];
  const method = http.method ?? usual;
  const answer = answerOf(http.answer);
  return {
    method,
    path,
    parameters,
    query: method === "GET" || method === "DELETE" ? rest : [],
    ...(http.body === undefined ? {} : { body: http.body }),
    ...(answer === undefined ? {} : { answer }),
  };
}

function answerOf(given: NonNullable<OperationSpec["options"]["http"]>["answer"]): AnswerModel | undefined {
  if (given === undefined) return undefined;
  return typeof given === "string" ? { kind: "value", key: given } : { kind: "page", keys: { ...given } };
}

function usualPath(spec: OperationSpec, resource: AnyResource | undefined): string {
  if (resource === undefined || spec.method === undefined) return `/${toKebabCase(spec.name)}`;
  const all = `/${toKebabCase(resource.options.plural ?? pluralOf(resource.name))}`;
  if (!takesRow(spec)) return all;
  if (spec.method === "download") return `${all}/{id}/${toKebabCase(spec.field ?? spec.name)}`;
  return spec.method === "action" ? `${all}/{id}/${toKebabCase(spec.name)}` : `${all}/{id}`;
}
