import type { OperationSpec, ResourceMethod, UnknownFields } from "../language/index.ts";
import type { ObjectNode } from "../schema/index.ts";
import { compileAnswer } from "./compile-answer.ts";
import { compilePath, fitsUrl } from "./compile-path.ts";
import type { HttpModel, OutputModel, ResourceModel } from "./model.ts";
import { type OptionReader, readOptions } from "./read-options.ts";
import { oneOf, show } from "./report.ts";
import type { Scope } from "./scope.ts";

type Method = HttpModel["method"];

/** The method that REST gives an operation of a resource where the contract does not say. */
export const VERBS: Readonly<Record<ResourceMethod, Method>> = {
  list: "GET",
  get: "GET",
  create: "POST",
  replace: "PUT",
  patch: "PATCH",
  delete: "DELETE",
  action: "POST",
  download: "GET",
};

const OPTIONS = ["method", "path", "status", "body", "answer", "unknownFields"];
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
const STATUSES = [200, 201, 202, 204] as const;

/** What REST needs to know of an operation beside its spec. */
export interface HttpParts {
  readonly resource: ResourceModel | undefined;
  readonly input: ObjectNode | undefined;
  readonly output: OutputModel;
  /** What the api says where the operation does not. */
  readonly unknownFields: UnknownFields;
  readonly place: string;
  readonly scope: Scope;
}

/** How REST offers an operation; undefined for streams and channels, which have protocols of their own. */
export function compileHttp(spec: OperationSpec, parts: HttpParts): HttpModel | undefined {
  if (spec.kind === "stream" || spec.kind === "channel") return undefined;
  const { input, output, scope } = parts;
  const place = `${parts.place}, http`;
  const given = spec.options.http === undefined ? {} : spec.options.http;
  const read = readOptions(given, `${place}.`, { known: OPTIONS, report: scope.report });
  const declared = methodOf(spec, read, { ...parts, place });
  const { path, parameters } = compilePath(spec, read, { ...parts, place });
  const rest = Object.keys(input?.fields ?? {}).filter((name) => !parameters.includes(name));
  const method = declared ?? defaultMethod(spec, rest, input);
  const inQuery = method === "GET" || method === "DELETE";
  if (inQuery) checkQuery(rest, { method, input, place, scope });
  const body = bodyKey(read, inQuery ? [] : rest, { input, place, scope });
  return {
    method,
    path,
    status: statusOf(spec, read, { output, place, scope }),
    parameters,
    query: inQuery ? rest : [],
    ...(body === undefined ? {} : { body }),
    ...compileAnswer(given, { resource: parts.resource, output, longRunning: isLong(spec), place, scope }),
    unknownFields: read.choice("unknownFields", ["refuse", "ignore"]) ?? parts.unknownFields,
  };
}

function isLong({ options }: OperationSpec): boolean {
  return options.longRunning !== undefined;
}

interface At {
  readonly place: string;
  readonly scope: Scope;
}

function methodOf(spec: OperationSpec, read: OptionReader, { place, scope }: At): Method | undefined {
  const method = read.choice("method", METHODS);
  if (method === undefined) return undefined;
  const allowed: readonly Method[] =
    spec.kind === "command"
      ? ["POST", "PUT", "PATCH", "DELETE"]
      : spec.method === undefined
        ? ["GET", "POST"]
        : ["GET"];
  if (allowed.includes(method)) return method;
  scope.report({
    place: `${place}.method`,
    expected: `${oneOf(allowed)}: ${spec.kind === "command" ? "a command changes something" : "a query changes nothing"}`,
    found: method,
    fix: spec.kind === "command" ? "choose another method, or declare a query" : "choose another method",
  });
  return undefined;
}

/** A free query is a GET where its input fits a query string. */
function defaultMethod(spec: OperationSpec, names: readonly string[], input: ObjectNode | undefined): Method {
  if (spec.method !== undefined) return VERBS[spec.method];
  const fits = names.every((name) => input?.fields[name] !== undefined && fitsUrl(input.fields[name]));
  return spec.kind === "query" && fits ? "GET" : "POST";
}

function checkQuery(
  names: readonly string[],
  { method, input, place, scope }: At & { readonly method: Method; readonly input: ObjectNode | undefined },
): void {
  for (const name of names) {
    const field = input?.fields[name];
    if (field === undefined || fitsUrl(field)) continue;
    scope.report({
      place: `${place}.method`,
      expected: `input that fits the query string of a ${method}: scalars, nothing sensitive or null`,
      found: name,
      fix: "choose POST, or change the field",
    });
  }
}

function statusOf(
  spec: OperationSpec,
  read: OptionReader,
  { output, place, scope }: At & { readonly output: OutputModel },
): HttpModel["status"] {
  const none = output.kind === "none";
  const usual = none ? 204 : spec.method === "create" ? 201 : 200;
  const found = read.integer("status", 200, 299);
  if (found === undefined) return usual;
  const status = STATUSES.find((each) => each === found);
  if (status !== undefined && (none || status !== 204)) return status;
  scope.report({
    place: `${place}.status`,
    expected: none ? oneOf(STATUSES.map(String)) : "a status whose answer has a body: 200, 201 or 202",
    found: String(found),
    fix: status === 204 ? "choose another, or remove the output" : "choose one of them",
  });
  return usual;
}

function bodyKey(
  read: OptionReader,
  names: readonly string[],
  { input, place, scope }: At & { readonly input: ObjectNode | undefined },
): string | undefined {
  const key = read.text("body");
  if (key === undefined) return undefined;
  const file = names.find((name) => input?.fields[name]?.type.kind === "file");
  if (file !== undefined) {
    const fix = "remove it";
    scope.report({
      place: `${place}.body`,
      expected: "a body in JSON: a form has parts, and no key around them",
      found: `${file}, a file`,
      fix,
    });
    return undefined;
  }
  if (names.length > 0) return key;
  scope.report({
    place: `${place}.body`,
    expected: "input that comes in the body",
    found: `${show(key)}, and none`,
    fix: 'remove it; what clients send all the same is passed over with unknownFields: "ignore"',
  });
  return undefined;
}
