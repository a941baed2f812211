import { CODES, type Violation } from "../../base/errors/index.ts";
import { JsonSyntaxError, type JsonValue, parseJson } from "../../base/lib/index.ts";
import type { OperationOutline, Outline } from "../../contract/model/index.ts";
import { parseFileName, toFileName } from "../../wire/rest/content-disposition.ts";
import { parseRetryAfter } from "../../wire/rest/retry-after.ts";
import { type CallContext, CallError } from "./call-error.ts";
import type { FetchHeaders } from "./fetch.ts";
import { errorDataFromWire, fromWire, WireMisfit } from "./from-wire.ts";

/** An answer that has been read to its end. */
export interface ReadAnswer {
  readonly status: number;
  readonly headers: FetchHeaders;
  /** Empty for a file. */
  readonly text: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A file that was fetched, whole. */
export interface DownloadedFile {
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Where an answer belongs. */
export interface AnswerContext {
  readonly outline: Outline;
  readonly operation: OperationOutline;
  readonly context: CallContext;
  /** Whether values stay in wire form. */
  readonly raw: boolean;
}

/** The value of a success; throws CallError `bad-answer` where it is not what the contract promises. */
export function readSuccess({ status, headers, text, bytes }: ReadAnswer, at: AnswerContext): unknown {
  const { outline, operation, context, raw } = at;
  const { output } = operation;
  if (output.kind === "file") {
    const name = toFileName(parseFileName(headers.get("content-disposition") ?? ""));
    const mediaType = headers.get("content-type") ?? "application/octet-stream";
    return { name, mediaType, bytes } satisfies DownloadedFile;
  }
  if (output.kind === "none" || status === 204 || (text === "" && status === 201)) return undefined;
  const json = parse(text, headers, context);
  const value = unwrap(json, operation);
  // The operation that does the work of a long-running command.
  if (raw || status === 202) return status === 202 ? json : value;
  try {
    return fromWire(output, value, outline);
  } catch (error) {
    if (!(error instanceof WireMisfit)) throw error;
    throw new CallError("bad-answer", `The answer is not what the contract says: ${error.message}`, {
      context,
      cause: error,
    });
  }
}

/** The error of an answer from 400 on: what the service says or, where it says nothing we can read, what its status means. */
export function readFailure(answer: ReadAnswer, at: AnswerContext, nowMs: number): CallError {
  const { status, headers } = answer;
  const { context } = at;
  const retryAfterSeconds = parseRetryAfter(headers.get("retry-after"), nowMs);
  const problem = readProblem(answer);
  const code = typeof problem?.code === "string" ? problem.code : codeOf(status);
  const detail = typeof problem?.detail === "string" ? problem.detail : `Answered with status ${status}.`;
  const data = problem?.data === undefined ? undefined : dataOf(code, problem.data, at);
  const violations = violationsOf(problem?.errors);
  return new CallError("answer", detail, {
    code,
    context,
    status,
    ...(typeof problem?.title === "string" ? { title: problem.title } : {}),
    ...(violations.length === 0 ? {} : { violations }),
    ...(data === undefined ? {} : { data }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}

function parse(text: string, headers: FetchHeaders, context: CallContext): JsonValue {
  const type = headers.get("content-type") ?? "";
  if (!isJson(type)) {
    throw new CallError("bad-answer", `Expected JSON, found ${type === "" ? "no Content-Type" : type}.`, {
      context,
    });
  }
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw new CallError("bad-answer", `The answer is not JSON: ${error.message}.`, { context, cause: error });
  }
}

function isJson(contentType: string): boolean {
  return /^\s*application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(contentType);
}

/** Takes the output out of the envelope that the contract puts it in. */
function unwrap(json: JsonValue, { http: { answer } }: OperationOutline): JsonValue | undefined {
  if (answer === undefined || !isObject(json)) return json;
  if (answer.kind === "value") return json[answer.key];
  const { data, ...parts } = answer.keys;
  const page: Record<string, JsonValue> = { nextCursor: null, prevCursor: null, hasMore: false };
  for (const [part, key] of Object.entries(parts)) {
    const value = key === undefined ? undefined : json[key];
    if (value !== undefined) page[part] = value;
  }
  return { data: (data === undefined ? undefined : json[data]) ?? null, page };
}

function readProblem({ headers, text }: ReadAnswer): { readonly [key: string]: JsonValue } | undefined {
  if (!isJson(headers.get("content-type") ?? "")) return undefined;
  try {
    const json = parseJson(text);
    return isObject(json) ? json : undefined;
  } catch (error) {
    // What stands before the service answers as it likes; its status says enough.
    if (error instanceof JsonSyntaxError) return undefined;
    throw error;
  }
}

function dataOf(code: string, wire: JsonValue, { operation, outline, raw }: AnswerContext) {
  const field = Object.hasOwn(operation.errors, code) ? operation.errors[code] : undefined;
  let data: unknown = wire;
  if (field !== undefined && !raw) {
    try {
      data = errorDataFromWire(field, wire, outline);
    } catch (error) {
      // An error whose data does not fit is still that error.
      if (!(error instanceof WireMisfit)) throw error;
    }
  }
  return isRecord(data) ? data : undefined;
}

function violationsOf(errors: JsonValue | undefined): readonly Violation[] {
  if (!Array.isArray(errors)) return [];
  return errors.filter(isObject).map(({ pointer, code, message }) => ({
    pointer: String(pointer ?? ""),
    code: String(code ?? ""),
    message: String(message ?? ""),
  }));
}

/** The code that a status of its own stands for. */
function codeOf(status: number): string {
  const found = Object.entries(CODES).find(([, entry]) => entry.http === status);
  return found?.[0] ?? (status < 500 ? "malformed_request" : "upstream_failed");
}

function isObject(value: JsonValue | undefined): value is { readonly [key: string]: JsonValue } {
  return isRecord(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, JsonValue>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
