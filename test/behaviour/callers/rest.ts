import { type JsonValue, parseJson, stringifyJson } from "../../../src/base/lib/index.ts";
import type { Model, OperationModel } from "../../../src/contract/model/model.ts";
import type { Answer, Caller, Question } from "../caller.ts";

/** An error as problem+json has it. */
export type Problem = {
  readonly code: string;
  readonly status: number;
  readonly detail: string;
  readonly requestId: string;
  readonly errors?: Answer["violations"];
  readonly data?: Record<string, unknown>;
};

interface BatchedAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body?: JsonValue;
}

/** How bodies are written and read. */
export interface BodyCodec {
  readonly name: string;
  readonly mediaType: string;
  write(input: JsonValue, operation: OperationModel): string | Uint8Array<ArrayBuffer>;
  read(body: Uint8Array, operation: OperationModel): JsonValue;
  /** A body that a scenario gives as text. Default: as it is. */
  writeText?(text: string, operation: OperationModel): string;
  /** Value of the Authorization header. Default: a bearer token. */
  authorization?(key: string): string;
  /** Default: problem+json. */
  readProblem?(json: unknown, operation: OperationModel): Problem;
}

const JSON_CODEC: BodyCodec = {
  name: "REST",
  mediaType: "application/json",
  write: stringifyJson,
  read: (body) => parseJson(Buffer.from(body).toString()),
};

/** Calls over HTTP, as any client would: everything it knows of the service is the model and the URL. */
export function createRestCaller(model: Model, url: string, codec = JSON_CODEC): Caller {
  const base = url + model.rest.base;
  // A batch is JSON, whatever its parts would be by themselves.
  const json = codec.mediaType === "application/json" ? codec : JSON_CODEC;
  return {
    name: codec.name,
    call: async (id, question = {}) => {
      const operation = model.operations[id];
      if (operation?.http === undefined) throw new TypeError(`REST does not offer ${id}`);
      const { signal, files } = question;
      const form = files === undefined ? undefined : formOf(question, files);
      const response = await fetch(base + pathOf(operation, question), {
        method: operation.http.method,
        // fetch itself writes the Content-Type of a form.
        headers: headersOf(question, codec, !form && bodyOf(operation, question, codec) !== undefined),
        body: form ?? bodyOf(operation, question, codec) ?? null,
        ...(signal === undefined ? {} : { signal }),
      });
      if (operation.output.kind === "file" && response.ok) {
        const bytes = await response.bytes();
        return { ...readAnswer(response, new Uint8Array(), operation, codec), bytes };
      }
      return readAnswer(response, await response.bytes(), operation, codec);
    },
    batch: async (parts, { as, atomic, timeoutMs }) => {
      const requests = parts.map(({ operation: id, question = {} }) => {
        const operation = model.operations[id]!;
        const { input } = question;
        const { Accept: _, "Accept-Encoding": __, ...headers } = headersOf(question, json, false);
        const hasBody = operation.http!.method !== "GET" && input !== undefined;
        return {
          method: operation.http!.method,
          path: model.rest.base + pathOf(operation, question),
          headers,
          ...(hasBody ? { body: parseJson(String(json.write(input as JsonValue, operation))) } : {}),
        };
      });
      const question = { as, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
      const response = await fetch(`${base}/batch`, {
        method: "POST",
        headers: headersOf(question, json, true),
        body: stringifyJson({ atomic, requests } as JsonValue),
      });
      const text = await response.text();
      if (response.status !== 200) throw new TypeError(`The batch is ${response.status}: ${text}`);
      const { responses } = JSON.parse(text) as { responses: readonly BatchedAnswer[] };
      return responses.map(({ status, headers, body }, at) =>
        readAnswer(
          { status, headers: new Headers(headers) },
          body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body)),
          model.operations[parts[at]?.operation ?? ""]!,
          json,
        ),
      );
    },
    close: async () => {},
  };
}

/** A form: texts as they are, anything else as JSON. */
function formOf({ input = {} }: Question, files: NonNullable<Question["files"]>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(input as Record<string, JsonValue>)) {
    form.append(name, typeof value === "string" ? value : stringifyJson(value));
  }
  for (const [field, { name, mediaType, bytes }] of Object.entries(files)) {
    form.append(field, new Blob([bytes], { type: mediaType }), name);
  }
  return form;
}

function pathOf({ http, input }: OperationModel, question: Question): string {
  const path = http!.path.replace("{id}", encodeURIComponent(question.id ?? ""));
  const { list = {}, fields, expand } = question;
  const parameters: string[] = [];
  const add = (name: string, value: string) => parameters.push(`${encodeURIComponent(name)}=${value}`);
  for (const [field, operators] of Object.entries(list.filter ?? {})) {
    for (const [operator, values] of Object.entries(operators)) {
      add(operator === "in" ? field : `${field}[${operator}]`, values.map(encodeURIComponent).join(","));
    }
  }
  for (const [name, value] of Object.entries({
    sort: list.sort,
    q: list.search,
    limit: list.limit,
    cursor: list.cursor,
    offset: list.offset,
    total: list.total,
    ...(http!.method === "GET" && input ? (question.input as Record<string, unknown>) : {}),
  })) {
    if (value !== undefined) add(name, encodeURIComponent(String(value)));
  }
  if (fields) add("fields", fields.map(encodeURIComponent).join(","));
  if (expand) add("expand", expand.map(encodeURIComponent).join(","));
  return parameters.length === 0 ? path : `${path}?${parameters.join("&")}`;
}

function bodyOf(operation: OperationModel, { text, input }: Question, codec: BodyCodec) {
  if (text !== undefined) return codec.writeText?.(text, operation) ?? text;
  if (operation.http!.method === "GET" || input === undefined) return undefined;
  return codec.write(input as JsonValue, operation);
}

function headersOf(question: Question, codec: BodyCodec, body: boolean): Record<string, string> {
  const { mediaType } = codec;
  const { as, idempotencyKey, ifMatch, timeoutMs, waitSeconds, text } = question;
  return {
    Accept: mediaType,
    "Accept-Encoding": "identity",
    ...(body ? { "Content-Type": text === undefined ? mediaType : "application/json" } : {}),
    ...(as ? { Authorization: codec.authorization?.(as.key) ?? `Bearer ${as.key}` } : {}),
    ...(idempotencyKey === undefined ? {} : { "Idempotency-Key": latin1(idempotencyKey) }),
    ...(ifMatch === undefined ? {} : { "If-Match": ifMatch }),
    ...(waitSeconds === undefined ? {} : { Prefer: `wait=${waitSeconds}` }),
    ...(timeoutMs === undefined ? {} : { "X-Request-Timeout-Ms": String(timeoutMs) }),
  };
}

/** A header is bytes: what is beyond ASCII goes as UTF-8, as curl sends it. */
function latin1(text: string): string {
  return Buffer.from(text).toString("latin1");
}

const KINDS = new Map<number, Answer["kind"]>([
  [201, "created"],
  [202, "accepted"],
  [204, "none"],
]);

function readAnswer(
  { status, headers }: Pick<Response, "status" | "headers">,
  body: Uint8Array,
  operation: OperationModel,
  codec: BodyCodec,
): Answer {
  const common = {
    status,
    replayed: headers.get("idempotent-replayed") === "true",
    version: headers.get("etag") ?? undefined,
    retryAfterSeconds: headers.has("retry-after") ? Number(headers.get("retry-after")) : undefined,
    requestId: headers.get("x-request-id") ?? "",
  };
  if (status < 400) {
    return {
      ...common,
      ok: true,
      kind: KINDS.get(status) ?? "ok",
      value: body.length === 0 ? undefined : codec.read(body, operation),
      code: "",
      message: "",
      violations: [],
      data: undefined,
    };
  }
  const json: unknown = JSON.parse(Buffer.from(body).toString());
  const problem = codec.readProblem?.(json, operation) ?? (json as Problem);
  if (problem.status !== status)
    throw new TypeError(`Problem says ${problem.status}, the status is ${status}`);
  return {
    ...common,
    ok: false,
    kind: "failed",
    value: undefined,
    code: problem.code,
    message: problem.detail,
    violations: problem.errors ?? [],
    data: problem.data,
    requestId: problem.requestId,
  };
}
