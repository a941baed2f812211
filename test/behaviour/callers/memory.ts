import assert from "node:assert/strict";
import { ApiError } from "../../../src/base/errors/index.ts";
import { JsonSyntaxError, parseJson, stringifyJson } from "../../../src/base/lib/index.ts";
import { isFileValue, ReceivedFile } from "../../../src/contract/schema/index.ts";
import { type Engine, type FileStore, type Outcome, storeFile } from "../../../src/runtime/engine/index.ts";
import {
  callerOf,
  type Caller as EngineCaller,
  type TestRequest,
} from "../../../src/tools/testing/caller.ts";
import type { Answer, Caller, Question } from "../caller.ts";

/** Calls the engine in this process: what is left when a protocol's bytes are taken away. */
export function createMemoryCaller(engine: Engine, files: FileStore): Caller {
  const anyone = callerOf(engine, (key) => key);
  return {
    name: "memory",
    call: async (operation, question = {}) => {
      const given = question.files === undefined ? question : await withFiles(question, files);
      const outcome = await execute(callerFor(anyone, question), operation, given);
      const answer = toAnswer(outcome);
      if (engine.model.operations[operation]?.output.kind !== "file" || !outcome.ok) return answer;
      return { ...answer, value: undefined, bytes: await bytesOf(outcome.value, files) };
    },
    batch: async (parts, { as, atomic, timeoutMs }) => {
      const asked = parts.map(({ operation, question = {} }) => {
        const { ifMatch, idempotencyKey = null, ...rest } = question;
        const precondition: Pick<TestRequest, "ifMatch"> =
          ifMatch === undefined ? {} : { ifMatch: ifMatch === "*" ? "*" : [Number(ifMatch)] };
        return { operation, request: { ...rest, ...precondition, idempotencyKey } };
      });
      const how = { atomic, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
      const outcomes = await anyone.as(as?.key).batch(asked, how);
      return outcomes.map(toAnswer);
    },
    close: async () => {},
  };
}

/** As a protocol does: keeps the bytes, and hands in what says what they are. */
async function withFiles(question: Question, files: FileStore): Promise<Question> {
  const input: Record<string, unknown> = { ...(question.input as object) };
  for (const [field, { name, mediaType, bytes }] of Object.entries(question.files ?? {})) {
    const source = (async function* () {
      yield bytes;
    })();
    input[field] = new ReceivedFile(await storeFile(files, source, { name, mediaType }));
  }
  return { ...question, input };
}

async function bytesOf(file: unknown, files: FileStore): Promise<Uint8Array> {
  assert.ok(isFileValue(file));
  const stored = await files.open(file.id);
  assert.ok(stored);
  const chunks: Uint8Array[] = [];
  for await (const chunk of stored.read(0, file.size)) chunks.push(chunk);
  await stored.close();
  return Buffer.concat(chunks);
}

/** Keys and tokens are told apart as HTTP tells them: by their form. */
function callerFor(anyone: EngineCaller, { as }: Question): EngineCaller {
  if (as === undefined || as.key.startsWith("ck_")) return anyone.as(as?.key);
  return anyone.withToken(as.key);
}

async function execute(caller: EngineCaller, operation: string, question: Question): Promise<Outcome> {
  const { as: _, files: _files, text, ifMatch, idempotencyKey = null, waitSeconds = 0, ...rest } = question;
  try {
    return await caller.execute(operation, {
      ...rest,
      waitMs: waitSeconds * 1000,
      ...(text === undefined ? {} : { input: parseJson(text) }),
      ...(ifMatch === undefined ? {} : { ifMatch: ifMatch === "*" ? "*" : [Number(ifMatch)] }),
      idempotencyKey,
    });
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    return { ok: false, error: new ApiError("malformed_request", error.message), replayed: false };
  }
}

function toAnswer(outcome: Outcome): Answer {
  // The engine takes request ids and gives none back: a protocol tells its caller the one it made.
  const requestId = "given by the caller";
  if (outcome.ok) {
    return {
      ok: true,
      kind: outcome.kind,
      // Through JSON and back, since a protocol sends text: what would not survive must not pass here either.
      value: outcome.value === undefined ? undefined : parseJson(stringifyJson(outcome.value)),
      status: { ok: 200, created: 201, accepted: 202, none: 204 }[outcome.kind],
      code: "",
      message: "",
      violations: [],
      data: undefined,
      retryAfterSeconds: undefined,
      replayed: outcome.replayed,
      version: outcome.version === undefined ? undefined : String(outcome.version),
      requestId,
    };
  }
  const { code, status, message, violations, data, retryAfterSeconds, entry } = outcome.error;
  return {
    ok: false,
    kind: "failed",
    value: undefined,
    code,
    status,
    message,
    violations,
    data,
    retryAfterSeconds,
    retry: entry.retry,
    replayed: outcome.replayed,
    version: undefined,
    requestId,
  };
}
