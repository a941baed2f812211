import type { AnyResource, OperationSpec, UnknownFields } from "../language/index.ts";
import type { FieldNode, ObjectNode } from "../schema/index.ts";
import { checkCreateRules, compileRules, rulesFor } from "./compile-access.ts";
import type { DeclaredErrors } from "./compile-errors.ts";
import { compileObject, compileShape } from "./compile-fields.ts";
import { compileHttp } from "./compile-http.ts";
import { compileLongRunning } from "./compile-long-running.ts";
import { compileStates, compileValues } from "./compile-states.ts";
import { compileStreaming } from "./compile-streaming.ts";
import { checkFiles, downloadOutput } from "./file-operations.ts";
import type { AccessRule, OperationModel, OutputModel, ResourceModel } from "./model.ts";
import { checkCamelCase } from "./names.ts";
import { type OptionReader, readOptions } from "./read-options.ts";
import { show } from "./report.ts";
import type { Scope } from "./scope.ts";

/** The operations that a resource has without being asked. */
export const METHODS = ["list", "get", "create", "replace", "patch", "delete"] as const;

/** Milliseconds a call may take: long enough for any one transaction, short enough that a stuck one is noticed. */
export const DEFAULT_DEADLINE_MS = 10_000;
/** An hour: what takes longer is not a call. */
const LARGEST_DEADLINE_MS = 3_600_000;
/** Bytes of a request body: a thousand rows of a kilobyte. */
const DEFAULT_MAX_BODY_BYTES = 1_048_576;
/** 1 GiB: bodies are held in memory while they are read. */
const LARGEST_MAX_BODY_BYTES = 1_073_741_824;

const COMMON = ["description", "access", "errors", "deadlineMs", "maxBodyBytes", "whenDenied", "deprecated"];
const COMMAND = [...COMMON, "idempotency", "longRunning", "preconditionRequired", "http"];
const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  query: [...COMMON, "cacheControl", "http"],
  command: COMMAND,
  action: [...COMMAND, "when", "set"],
  stream: [...COMMON, "direction", "maxMessages"],
  channel: [...COMMON, "key", "maxMessages"],
};

/** What an operation is compiled with. */
export interface OperationParts {
  /** Undefined for free operations. */
  readonly resource: AnyResource | undefined;
  readonly model: ResourceModel | undefined;
  readonly errors: DeclaredErrors;
  /** What REST does with what nobody declared, where the operation does not say. */
  readonly unknownFields: UnknownFields;
  readonly scope: Scope;
}

/** The id an operation has in the model: `appointment.cancel`, or the name of a free one. */
export function operationId(spec: OperationSpec): string {
  return spec.resource === undefined ? spec.name : `${spec.resource}.${spec.name}`;
}

/** The spec of a standard operation that its author did not write out. */
export function standardOperation(resource: AnyResource, method: (typeof METHODS)[number]): OperationSpec {
  const kind = method === "list" || method === "get" ? "query" : "command";
  return { kind, name: method, resource: resource.name, method, options: {} };
}

export function compileOperation(spec: OperationSpec, parts: OperationParts): OperationModel {
  const { model, errors, scope } = parts;
  const id = operationId(spec);
  const place = `operation ${id}`;
  const known = OPTIONS[spec.method === "action" ? "action" : spec.kind] ?? COMMON;
  const read = readOptions(spec.options, `${place}, `, { known, report: scope.report });
  checkName(spec, place, scope);
  const input = inputOf(spec, model, { place, scope });
  const output = outputOf(spec, model, { place, scope });
  checkFiles(spec, { input, output }, { place, scope });
  const http = compileHttp(spec, {
    resource: model,
    input,
    output,
    unknownFields: parts.unknownFields,
    place,
    scope,
  });
  const access = accessOf(spec, parts, place);
  const listed = read.list("errors", "errors") ?? [];
  const longRunning = compileLongRunning(spec, { access, place, scope });
  const description = read.text("description");
  const deprecated = read.text("deprecated");
  return {
    id,
    kind: spec.kind,
    name: spec.name,
    ...(spec.resource === undefined ? {} : { resource: spec.resource }),
    ...(spec.method === undefined ? {} : { method: spec.method }),
    ...(description === undefined ? {} : { description }),
    ...(input ? { input } : {}),
    output,
    errors: errorCodes(listed, { place, errors, scope }),
    access,
    whenDenied: read.choice("whenDenied", ["forbidden", "not-found"]) ?? model?.whenDenied ?? "forbidden",
    deadlineMs:
      read.integer("deadlineMs", 1, LARGEST_DEADLINE_MS) ??
      (spec.kind === "channel" ? LARGEST_DEADLINE_MS : DEFAULT_DEADLINE_MS),
    maxBodyBytes: read.integer("maxBodyBytes", 1, LARGEST_MAX_BODY_BYTES) ?? DEFAULT_MAX_BODY_BYTES,
    ...(deprecated === undefined ? {} : { deprecated }),
    idempotency:
      spec.kind === "command"
        ? (read.choice("idempotency", ["required", "accepted", "none"]) ?? "accepted")
        : "none",
    preconditionRequired: preconditionRequired(spec, read, { place, scope }),
    ...(spec.kind === "query"
      ? { cacheControl: cacheControl(read, { access, output, model, place, scope }) }
      : {}),
    ...(longRunning === undefined ? {} : { longRunning }),
    ...compileStates(read, { model, place, scope }),
    ...compileValues(read, { model, place, scope }),
    ...compileStreaming(spec, read, { place, scope }),
    ...(http ? { http } : {}),
  };
}

interface At {
  readonly place: string;
  readonly scope: Scope;
}

function checkName(spec: OperationSpec, place: string, scope: Scope): void {
  if (spec.method !== undefined && spec.method !== "action") return;
  checkCamelCase(spec.name, { place, report: scope.report });
  // `watch` is to be the seventh standard operation.
  if (spec.method === "action" && [...METHODS, "watch", "read", "write"].includes(spec.name)) {
    scope.report({
      place,
      expected: "an action that is not named like a standard operation or side of the access table",
      found: show(spec.name),
      fix: `use ${spec.resource}.${spec.name}() for the standard operation, or rename the action`,
    });
  }
}

function inputOf(
  spec: OperationSpec,
  model: ResourceModel | undefined,
  { place, scope }: At,
): ObjectNode | undefined {
  const standard = spec.method !== undefined && spec.method !== "action";
  if (standard) {
    for (const part of ["input", "output"] as const) {
      if (spec[part] === undefined) continue;
      const fix = "remove it, or make an action or a free operation of it";
      scope.report({ place, expected: `the resource's own ${part}`, found: `an ${part} of its own`, fix });
    }
    if (model === undefined) return undefined;
    if (spec.method === "create" || spec.method === "replace") return createInput(model.fields);
    return spec.method === "patch" ? patchInput(model.fields) : undefined;
  }
  if (spec.input === undefined) return undefined;
  const node = compileObject(spec.input, `${place}, input`, scope);
  return node?.type.kind === "object" ? node.type : undefined;
}

/** What create and replace take: every field that the server does not set. */
function createInput(fields: Readonly<Record<string, FieldNode>>): ObjectNode {
  return {
    kind: "object",
    fields: Object.fromEntries(Object.entries(fields).filter(([, field]) => !field.readOnly)),
  };
}

/** What patch takes: every field that may change, none required, none filled in; null removes an optional one. */
function patchInput(fields: Readonly<Record<string, FieldNode>>): ObjectNode {
  const mutable = Object.entries(fields).filter(([, field]) => !field.readOnly && !field.immutable);
  return {
    kind: "object",
    fields: Object.fromEntries(
      mutable.map(([name, { default: _, ...field }]) => [
        name,
        { ...field, ...(field.optional ? { nullable: true as const } : {}), optional: true as const },
      ]),
    ),
  };
}

function outputOf(spec: OperationSpec, model: ResourceModel | undefined, { place, scope }: At): OutputModel {
  if (spec.method === "download") return downloadOutput(spec, model, { place, scope });
  const standard = spec.method !== undefined && spec.method !== "action";
  if (spec.output !== undefined && !standard) {
    const field = compileShape(spec.output, `${place}, output`, scope);
    if (field === undefined) return { kind: "none" };
    return { kind: field.type.kind === "file" ? "file" : "value", field };
  }
  if (spec.resource === undefined || spec.method === "delete") return { kind: "none" };
  return { kind: spec.method === "list" ? "page" : "row", resource: spec.resource };
}

function accessOf(spec: OperationSpec, { resource, scope }: OperationParts, place: string): AccessRule[] {
  const key = spec.kind === "channel" ? scope.resources.get(String(spec.options.key)) : undefined;
  const given: unknown = spec.options.access;
  if (given !== undefined) {
    const rules = compileRules(given, { resource: resource ?? key, place: `${place}, access` }, scope);
    if (spec.method === "create") checkCreateRules(rules, `${place}, access`, scope);
    return rules;
  }
  if (key) return rulesFor({ resource: key, name: "get", method: "get" }, scope);
  if (resource === undefined || spec.method === undefined) return [{ kind: "principal" }];
  // Who may read the row may read its files.
  if (spec.method === "download") return rulesFor({ resource, name: "get", method: "get" }, scope);
  return rulesFor({ resource, name: spec.name, method: spec.method }, scope);
}

function errorCodes(
  listed: readonly unknown[],
  { place, errors, scope }: At & { readonly errors: DeclaredErrors },
): string[] {
  const codes = listed.flatMap((error, index) => errors.add(error, `${place}, errors[${index}]`) ?? []);
  codes.forEach((code, index) => {
    if (codes.indexOf(code) === index) return;
    scope.report({
      place: `${place}, errors`,
      expected: "each error once",
      found: `${code} twice`,
      fix: "remove one",
    });
  });
  return [...new Set(codes)];
}

function preconditionRequired(spec: OperationSpec, read: OptionReader, { place, scope }: At): boolean {
  const required = spec.kind === "command" && (read.flag("preconditionRequired") ?? false);
  const onRow = spec.method !== undefined && spec.method !== "create" && spec.method !== "list";
  if (required && !onRow) {
    scope.report({
      place: `${place}, preconditionRequired`,
      expected: "an operation on a row that exists: If-Match names its version",
      found: spec.method === undefined ? "a free operation" : `a ${spec.method}`,
      fix: "remove it",
    });
  }
  return required;
}

interface Cached extends At {
  readonly access: readonly AccessRule[];
  readonly output: OutputModel;
  readonly model: ResourceModel | undefined;
}

function cacheControl(read: OptionReader, { access, output, model, place, scope }: Cached): string {
  const given = read.text("cacheControl");
  if (given === undefined) {
    const whole = output.kind === "value" || output.kind === "file";
    const fields = whole ? [output.field] : Object.values(model?.fields ?? {});
    return fields.some(isSensitive) ? "no-store" : "private, no-cache";
  }
  // RFC 9111 section 5.2: a list of tokens, each with an optional argument. Anything else could end the header.
  if (!/^[a-z-]+(=(\d+|"[\w ,-]*"))?( *, *[a-z-]+(=(\d+|"[\w ,-]*"))?)*$/i.test(given)) {
    const fix = 'write one such as "private, max-age=60"';
    scope.report({
      place: `${place}, cacheControl`,
      expected: "Cache-Control directives",
      found: show(given),
      fix,
    });
  } else if (/\bpublic\b|\bs-maxage\b/i.test(given) && !access.some((rule) => rule.kind === "anyone")) {
    scope.report({
      place: `${place}, cacheControl`,
      expected: "no shared caching of what not everyone may see",
      found: show(given),
      fix: "write private, or allow anyone to call it",
    });
  }
  return given;
}

function isSensitive(field: FieldNode): boolean {
  if (field.sensitive) return true;
  switch (field.type.kind) {
    case "object":
      return Object.values(field.type.fields).some(isSensitive);
    case "list":
      return isSensitive(field.type.items);
    case "map":
      return isSensitive(field.type.values);
    case "union":
      return Object.values(field.type.variants).some((variant) =>
        Object.values(variant.fields).some(isSensitive),
      );
    default:
      return false;
  }
}
