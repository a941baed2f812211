import assert from "node:assert/strict";
import type { DescMethod } from "@bufbuild/protobuf";
import { CODES, type Code } from "../../../src/base/errors/index.ts";
import { type JsonValue, parseJson, stringifyJson } from "../../../src/base/lib/index.ts";
import type { Model, OperationModel } from "../../../src/contract/model/model.ts";
import type { FieldNode } from "../../../src/contract/schema/index.ts";
import { STATUS_NUMBERS } from "../../../src/wire/grpc/index.ts";
import { createRpcRegistry, type RpcFailure, toMessage } from "../../support/rpc-registry.ts";
import type { Answer, Caller, Question } from "../caller.ts";
import { createRestCaller } from "./rest.ts";
import { createConnectClient, createGrpcClient, type RpcAnswer } from "./rpc-clients.ts";
import { fromMembers, fromResponse, isObject, isWrapped, type Json, toRequest } from "./rpc-forms.ts";

export type RpcCallerProtocol = "grpc" | "grpc-web" | "connect";

const NAMES = { grpc: "gRPC", "grpc-web": "gRPC-Web", connect: "Connect" } as const;

/**
 * Calls with the clients of others, typed by descriptors. What a typed client cannot say goes in JSON over the same protocol;
 * files and batches go over REST, as they do for everybody.
 */
export function createRpcCaller(model: Model, url: string, protocol: RpcCallerProtocol): Caller {
  const rest = createRestCaller(model, url);
  const registry = createRpcRegistry(model);
  const client =
    protocol === "grpc" ? createGrpcClient(registry, url) : createConnectClient(registry, url, protocol);

  const send = (method: DescMethod, operation: OperationModel, question: Question): Promise<RpcAnswer> => {
    const { signal, timeoutMs } = question;
    const how = { headers: headersOf(question), signal, timeoutMs };
    const given = inputOf(question);
    if (given === undefined)
      return client.sendJson(method, question.text ?? stringifyJson(question.input as JsonValue), how);
    const has = (member: string) => method.input.fields.some((field) => field.jsonName === member);
    const json = toRequest(operation, model, { ...question, input: given.input }, has);
    const message = toMessage(method.input, json);
    // The library of gRPC refuses such a header before it is sent.
    const isSendable = /^[\x20-\x7e]*$/.test(how.headers["idempotency-key"] ?? "");
    if (message === undefined || !isSendable)
      return client.sendJson(method, stringifyJson(json as JsonValue), how);
    return client.call(method, message, how);
  };

  return {
    name: NAMES[protocol],
    call: async (id, question = {}) => {
      const operation = model.operations[id];
      const method = registry.method(id);
      if (operation === undefined || method === undefined || question.files !== undefined) {
        return rest.call(id, question);
      }
      const answer = await send(method, operation, question);
      const common = {
        replayed: answer.metadata("idempotent-replayed") === "true",
        version: answer.metadata("etag"),
      };
      const requestId = answer.metadata("x-request-id") ?? "";
      if (answer.failure !== undefined)
        return {
          ...toFailure(model, operation, question, answer.failure),
          ...common,
          requestId: requestId || "none came back",
        };
      return { ...toSuccess(model, operation, question, answer.json), ...common, requestId };
    },
    batch: (parts, options) => rest.batch(parts, options),
    close: async () => client.close(),
  };
}

function headersOf({ as, idempotencyKey, ifMatch, waitSeconds }: Question): Record<string, string> {
  return {
    ...(as === undefined ? {} : { authorization: `Bearer ${as.key}` }),
    ...(idempotencyKey === undefined
      ? {}
      : { "idempotency-key": Buffer.from(idempotencyKey).toString("latin1") }),
    ...(ifMatch === undefined ? {} : { "if-match": ifMatch }),
    ...(waitSeconds === undefined ? {} : { prefer: `wait=${waitSeconds}` }),
  };
}

/** The input as a value; undefined for texts and values that are no object, which are sent as they are. */
function inputOf({ text, input }: Question): { readonly input: unknown } | undefined {
  if (text === undefined) return input === undefined || isObject(input) ? { input } : undefined;
  try {
    const value = parseJson(text);
    return isObject(value) ? { input: value } : undefined;
  } catch {
    return undefined;
  }
}

const NOTHING = { code: "", message: "", violations: [], data: undefined, retryAfterSeconds: undefined };
type Body = Omit<Answer, "replayed" | "version" | "requestId">;

function toSuccess(model: Model, operation: OperationModel, { waitSeconds }: Question, json: any): Body {
  const value = fromResponse(model, operation, json);
  const isLong = operation.longRunning !== undefined;
  if (isLong && waitSeconds !== undefined && isEnded(value)) return toResult(value);
  const kind = isLong
    ? "accepted"
    : operation.method === "create"
      ? "created"
      : operation.output.kind === "none"
        ? "none"
        : "ok";
  const status = { ok: 200, created: 201, accepted: 202, none: 204 }[kind];
  return { ...NOTHING, ok: true, kind, status, value };
}

function isEnded(value: unknown): value is Json {
  return isObject(value) && value.done === true;
}

/** A caller who has waited for the end of an operation finds its result or error in it. */
function toResult(operation: Json): Body {
  const { error, result } = operation;
  if (error === undefined) return { ...NOTHING, ok: true, kind: "ok", status: 200, value: result };
  const { code, status, detail, errors = [], data } = error;
  return {
    ok: false,
    kind: "failed",
    status,
    code,
    message: detail,
    value: undefined,
    violations: errors,
    data,
    retryAfterSeconds: undefined,
  };
}

function toFailure(
  model: Model,
  operation: OperationModel,
  { input }: Question,
  { code: status, message, details }: RpcFailure,
): Body {
  const info = details.get("google.rpc.ErrorInfo");
  // Of a call that its own client has ended nothing comes back but the status.
  const code: string = info === undefined ? codeOf(status) : info.reason.toLowerCase();
  const declared = Object.hasOwn(model.errors, code) ? model.errors[code] : undefined;
  const http = declared?.status ?? CODES[code as Code]?.http ?? 0;
  if (info !== undefined && declared === undefined) {
    assert.equal(STATUS_NUMBERS[CODES[code as Code].grpc], status, `${code} has another status`);
    assert.equal(info.metadata.retry, CODES[code as Code].retry);
  }
  const violations: readonly any[] = details.get("google.rpc.BadRequest")?.fieldViolations ?? [];
  const [, data] = [...details].find(([type]) => !type.startsWith("google.rpc.")) ?? [];
  const { retry, ...facts } = info?.metadata ?? {};
  const delay: string | undefined = details.get("google.rpc.RetryInfo")?.retryDelay;
  return {
    ok: false,
    kind: "failed",
    value: undefined,
    code,
    status: http,
    message,
    violations: violations.map(({ field, description, reason }) => ({
      pointer: toPointer(operation, field ?? "", input),
      code: reason.toLowerCase(),
      message: description,
    })),
    data:
      declared?.data?.type.kind === "object" && data !== undefined
        ? fromMembers(declared.data.type.fields, data)
        : Object.keys(facts).length > 0
          ? facts
          : undefined,
    retryAfterSeconds: delay === undefined ? undefined : Number.parseFloat(delay),
    retry,
  };
}

const OWN_CODES: Readonly<Record<number, string>> = {
  1: "cancelled",
  4: "deadline_exceeded",
  14: "unavailable",
};

function codeOf(status: number): string {
  const own = OWN_CODES[status];
  if (own !== undefined) return own;
  const [name] = Object.entries(STATUS_NUMBERS).find(([, number]) => number === status) ?? [];
  return Object.entries(CODES).find(([, { grpc }]) => grpc === name)?.[0] ?? `status ${status}`;
}

/** The field of a request as a pointer into the input: `tags[0]` → `/tags/0`, `scores["a b"]` → `/scores/a b`. */
function toPointer({ input }: OperationModel, field: string, given: unknown): string {
  if (field === "") return "";
  const parts = field.match(/\["(?:[^"\\]|\\.)*"\]|\[\d+\]|[^.[]+/g) ?? [];
  // What is no field keeps its name.
  if (!Object.hasOwn(input?.fields ?? {}, toName(parts[0] ?? ""))) return toJsonPointer([field]);
  const names: string[] = [];
  let node: FieldNode | undefined = input && { type: input };
  let value = given;
  let isElement = false;
  for (const part of parts) {
    const name = part.startsWith("[") ? String(JSON.parse(part)[0]) : toName(part);
    // Protobuf repeats no null and no list: such an element stands in a message of its own.
    if (isElement && part === "value" && node !== undefined && isWrapped(node)) {
      isElement = false;
      continue;
    }
    isElement = part.startsWith("[");
    const variant = variantOf(node, name);
    if (variant !== undefined) {
      assert.equal(isObject(value) ? value[variant.tag] : undefined, variant.name, `${field} was not sent`);
      node = { type: variant.type };
      continue;
    }
    names.push(name);
    node = node && memberOf(node, name);
    value = isObject(value) || Array.isArray(value) ? (value as Json)[name] : undefined;
  }
  return toJsonPointer(names);
}

/** A message of a union says with a field of its own which variant it is. */
function variantOf(node: FieldNode | undefined, name: string) {
  if (node?.type.kind !== "union") return undefined;
  const { tag, variants } = node.type;
  const [found] = Object.entries(variants).filter(([each]) => toName(each) === name);
  return found && { tag, name: found[0], type: found[1] };
}

function memberOf({ type }: FieldNode, name: string): FieldNode | undefined {
  if (type.kind === "object") return Object.hasOwn(type.fields, name) ? type.fields[name] : undefined;
  return type.kind === "list" ? type.items : type.kind === "map" ? type.values : undefined;
}

function toJsonPointer(names: readonly string[]): string {
  return names.map((name) => `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

function toName(field: string): string {
  return field.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
