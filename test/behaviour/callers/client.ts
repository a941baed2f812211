import { compile } from "concordat";
import { ApiError } from "../../../src/base/errors/index.ts";
import { JsonSyntaxError, parseJson } from "../../../src/base/lib/index.ts";
import type { Api } from "../../../src/contract/language/index.ts";
import {
  type AnyCallOptions,
  CallError,
  type ClientEvent,
  createClient,
} from "../../../src/edge/client/index.ts";
import type { ListQuestion } from "../../../src/runtime/engine/select.ts";
import type { Answer, Caller, Question } from "../caller.ts";
import { createRestCaller } from "./rest.ts";

/**
 * Calls by the project's own client, which is to carry everything that REST does. One try each, so that a scenario sees the
 * answer it asks for.
 */
export function createClientCaller(api: Api, url: string): Caller {
  const model = compile(api);
  const rest = createRestCaller(model, url);
  const ofFiles = (operation: string, { files }: Question) =>
    files !== undefined || model.operations[operation]?.output.kind === "file";
  return {
    name: "client",
    // The client has no files; scenarios about other things may need a row that has one.
    call: (operation, question = {}) =>
      ofFiles(operation, question) ? rest.call(operation, question) : call(api, url, operation, question),
    batch: async () => {
      throw new TypeError("The client sends its calls one by one");
    },
    close: async () => {},
  };
}

async function call(api: Api, url: string, operation: string, question: Question): Promise<Answer> {
  const events: ClientEvent[] = [];
  let version: string | undefined;
  const client = createClient(api, {
    url,
    maxAttempts: 1,
    observer: (event) => events.push(event),
    // The client keeps entity tags to itself; the scenarios compare them.
    fetch: async (address, request) => {
      const answer = await fetch(address, request);
      version = answer.headers.get("etag") ?? undefined;
      return answer;
    },
    ...(question.as === undefined ? {} : { apiKey: question.as.key }),
  });
  try {
    const { text, input } = question;
    const value = await client.call(
      operation,
      text === undefined ? input : parseJson(text),
      optionsOf(question),
    );
    return { ...SUCCESS, ...seen(events), kind: kindOf(seen(events).status), value, version };
  } catch (error) {
    if (error instanceof JsonSyntaxError)
      return failed(new ApiError("malformed_request", error.message), events);
    if (error instanceof CallError) return failed(error, events);
    if (question.signal?.aborted) return failed(new ApiError("cancelled", String(error)), events);
    throw error;
  }
}

const SUCCESS = {
  ok: true,
  code: "",
  message: "",
  violations: [],
  data: undefined,
  retryAfterSeconds: undefined,
} as const;

function seen(events: readonly ClientEvent[]) {
  const answer = events.find((event) => event.kind === "answer");
  const { status = 0, replayed = false, requestId = "" } = answer ?? {};
  return { status, replayed, requestId };
}

function kindOf(status: number): Answer["kind"] {
  return status === 201 ? "created" : status === 202 ? "accepted" : status === 204 ? "none" : "ok";
}

function failed(error: ApiError, events: readonly ClientEvent[]): Answer {
  const { code, status, message, violations, data, retryAfterSeconds } = error;
  const requestId = (error instanceof CallError ? error.requestId : undefined) ?? "none was sent";
  const { replayed } = seen(events);
  const told = { code, status, message, violations, data, retryAfterSeconds, requestId, replayed };
  return { ok: false, kind: "failed", value: undefined, version: undefined, ...told };
}

function optionsOf(question: Question): AnyCallOptions {
  const { id, fields, expand, idempotencyKey, ifMatch, timeoutMs, signal, list } = question;
  return {
    // Without a key the client would make one.
    idempotencyKey: idempotencyKey ?? null,
    ...(id === undefined ? {} : { id }),
    ...(fields === undefined ? {} : { fields }),
    ...(expand === undefined ? {} : { expand }),
    ...(ifMatch === undefined ? {} : { ifMatch }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(signal === undefined ? {} : { signal }),
    ...(list === undefined ? {} : { query: queryOf(list) }),
  };
}

function queryOf({ filter, search, limit, ...settings }: ListQuestion): Readonly<Record<string, unknown>> {
  // As text: scenarios ask for limits that are no numbers to a program either.
  const asked = limit === undefined ? {} : { limit: String(limit) };
  return { ...filter, ...settings, ...asked, ...(search === undefined ? {} : { q: search }) };
}
