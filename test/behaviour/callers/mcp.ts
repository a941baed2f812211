import assert from "node:assert/strict";
import { ApiError } from "../../../src/base/errors/index.ts";
import { JsonSyntaxError, parseJson } from "../../../src/base/lib/index.ts";
import { createToolEmitter, isTool, type ToolArguments } from "../../../src/contract/emit/index.ts";
import type { Model, OperationModel } from "../../../src/contract/model/model.ts";
import { parsePointer } from "../../../src/wire/rest/json-pointer.ts";
import {
  AjvJsonSchemaValidator,
  Client,
  SdkHttpError,
  StreamableHTTPClientTransport,
} from "../../support/mcp-client.ts";
import type { Answer, Caller, Question } from "../caller.ts";
import { createRestCaller } from "./rest.ts";

/** One tool: what its arguments are called, and what holds its answers to its output schema. */
interface Tool {
  readonly name: string;
  readonly names: ToolArguments;
  readonly check:
    | ((value: unknown) => { readonly valid: boolean; readonly errorMessage?: string | undefined })
    | undefined;
}

/**
 * Calls tools with the official MCP client, and holds every answer to its tool's output schema. Files go over REST, as they
 * do for everybody.
 */
export function createMcpCaller(model: Model, url: string): Caller {
  const rest = createRestCaller(model, url);
  const emit = createToolEmitter(model);
  const validator = new AjvJsonSchemaValidator();
  const tools = new Map<string, Tool>();
  const clients = new Map<string, Promise<InstanceType<typeof Client>>>();

  const toolOf = (operation: OperationModel): Tool => {
    let tool = tools.get(operation.id);
    if (tool === undefined) {
      const { names, tool: described } = emit(operation);
      const { outputSchema } = described;
      tool = {
        name: described.name,
        names,
        check: outputSchema === undefined ? undefined : validator.getValidator(outputSchema),
      };
      tools.set(operation.id, tool);
    }
    return tool;
  };
  const clientOf = (key: string | undefined) => {
    const known = clients.get(key ?? "");
    if (known !== undefined) return known;
    const made = connect(url, key);
    clients.set(key ?? "", made);
    return made;
  };

  return {
    name: "MCP",
    call: async (id, question = {}) => {
      const operation = model.operations[id];
      if (operation === undefined || !isTool(operation) || question.files !== undefined) {
        return rest.call(id, question);
      }
      const tool = toolOf(operation);
      let given: Record<string, unknown>;
      try {
        given = argumentsOf(question, tool.names, operation);
      } catch (error) {
        if (!(error instanceof JsonSyntaxError)) throw error;
        return failed({
          ...toDetails(new ApiError("malformed_request", error.message)),
          requestId: "none was sent",
        });
      }
      const client = await clientOf(question.as?.key);
      try {
        const result = await client.callTool(
          {
            name: tool.name,
            arguments: given,
            ...(question.timeoutMs === undefined
              ? {}
              : { _meta: { "concordat/timeoutMs": question.timeoutMs } }),
          },
          { timeout: 600_000, ...(question.signal === undefined ? {} : { signal: question.signal }) },
        );
        return toAnswer(result, tool);
      } catch (error) {
        if (question.signal?.aborted) {
          const gone = toDetails(new ApiError("cancelled", String(error)));
          return failed({ ...gone, requestId: "none came back" });
        }
        if (!(error instanceof SdkHttpError) || error.data === undefined) throw error;
        const { text = "" } = error.data as { readonly text?: string };
        return failed(JSON.parse(text).error.data);
      }
    },
    batch: async () => {
      throw new TypeError("MCP has no batches");
    },
    close: async () => {
      for (const client of clients.values()) await (await client).close();
    },
  };
}

async function connect(url: string, key: string | undefined): Promise<InstanceType<typeof Client>> {
  const client = new Client(
    { name: "behaviour", version: "1.0.0" },
    { versionNegotiation: { mode: { pin: "2026-07-28" } } },
  );
  const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${url}/mcp`), {
      requestInit: { headers },
      fetch: (address, init) =>
        fetch(address, typeof init?.body === "string" ? { ...init, body: withDigits(init.body) } : init),
    }),
  );
  return client;
}

/** What JSON.stringify, and so the client, cannot write is a text on its way through the client. */
function asText(value: unknown): unknown {
  if (typeof value === "bigint") return `bigint:${value}`;
  if (Array.isArray(value)) return value.map(asText);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, asText(inner)]));
}

function withDigits(body: string): string {
  return body.replaceAll(/"bigint:(-?[0-9]+)"/g, "$1");
}

function argumentsOf(
  question: Question,
  names: ToolArguments,
  { kind }: OperationModel,
): Record<string, unknown> {
  const { id, input, text, list = {}, fields, expand, idempotencyKey, ifMatch, waitSeconds } = question;
  const body = text === undefined ? input : parseJson(text);
  const { filter, ...asked } = list;
  const own: Record<string, unknown> = {
    id,
    ...asked,
    filter:
      filter && Object.fromEntries(Object.entries(filter).map(([path, one]) => [path, conditionsOf(one)])),
    fields,
    expand,
    idempotencyKey,
    // Reads have no precondition to give.
    ifMatch: kind === "query" ? undefined : ifMatch,
    waitSeconds,
  };
  const given: Record<string, unknown> = { ...(asText(body) as object) };
  for (const [argument, value] of Object.entries(own)) {
    if (value === undefined) continue;
    given[(names as Readonly<Record<string, string>>)[argument] ?? argument] = value;
  }
  return given;
}

/** Several values are a list where the operator takes several. */
function conditionsOf(conditions: Readonly<Record<string, readonly string[]>>) {
  return Object.fromEntries(
    Object.entries(conditions).map(([operator, values]) => [
      operator,
      operator === "in" || operator === "ne" ? values : values[0],
    ]),
  );
}

interface Details {
  readonly code: string;
  readonly status: number;
  readonly message: string;
  readonly requestId: string;
  readonly retryAfterSeconds?: number;
  readonly retry?: string | undefined;
  readonly violations?: Answer["violations"];
  readonly data?: Record<string, unknown>;
}

function toDetails({ code, status, message }: ApiError) {
  return { code, status, message };
}

function failed(details: Details, replayed = false): Answer {
  const { code, status, message, requestId, violations = [], data, retry, retryAfterSeconds } = details;
  const told = { code, status, message, requestId, violations, data, retry, retryAfterSeconds, replayed };
  return { ok: false, kind: "failed", value: undefined, version: undefined, ...told };
}

function toAnswer(
  {
    isError = false,
    structuredContent,
    content,
    _meta: meta = {},
  }: Awaited<ReturnType<InstanceType<typeof Client>["callTool"]>>,
  tool: Tool,
): Answer {
  const replayed = meta["concordat/replayed"] === true;
  if (isError) {
    const details = meta["concordat/error"] as Details;
    const violations = details.violations?.map((violation) => ({
      ...violation,
      pointer: placeOf(violation.pointer, tool.names),
    }));
    return failed({ ...details, ...(violations === undefined ? {} : { violations }) }, replayed);
  }
  const kind = meta["concordat/kind"] as Answer["kind"];
  if (kind !== "none" && tool.check !== undefined) {
    const checked = tool.check(structuredContent);
    assert.ok(checked.valid, `${tool.name}: ${checked.errorMessage} in ${JSON.stringify(structuredContent)}`);
  }
  const [block] = content;
  assert.ok(block?.type === "text");
  const isEmpty = kind === "none" || structuredContent === undefined;
  return {
    ok: true,
    kind,
    // The text has every digit; structured content has been through JavaScript's numbers.
    value: isEmpty ? undefined : parseJson(block.text),
    status: { ok: 200, created: 201, accepted: 202, none: 204, failed: 0 }[kind],
    code: "",
    message: "",
    violations: [],
    data: undefined,
    retryAfterSeconds: undefined,
    replayed,
    version: meta["concordat/version"] as string | undefined,
    requestId: String(meta["concordat/requestId"]),
  };
}

/** The place in the call of a place in the tool's arguments. */
function placeOf(pointer: string, names: ToolArguments): string {
  const [first = "", path, operator = "in"] = parsePointer(pointer) ?? [];
  if (first === names.idempotencyKey) return "Idempotency-Key";
  if (first === names.filter && path !== undefined) {
    return operator === "in" ? `?${path}` : `?${path}[${operator}]`;
  }
  if (first === names.search) return "?q";
  const ofQuestion = ["sort", "limit", "cursor", "offset", "total", "fields", "expand"] as const;
  const found = ofQuestion.find((argument) => names[argument] === first);
  return found === undefined ? pointer : `?${found}`;
}
