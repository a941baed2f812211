import { ApiError } from "../../../src/base/errors/index.ts";
import { JsonSyntaxError, parseJson, stringifyJson } from "../../../src/base/lib/index.ts";
import type { Engine, Outcome } from "../../../src/runtime/engine/index.ts";
import {
  callerOf,
  type Caller as EngineCaller,
  type TestRequest,
} from "../../../src/tools/testing/caller.ts";
import type { Answer, Caller, Question } from "../caller.ts";

/** Calls the engine in this process: what is left when a protocol's bytes are taken away. */
export function createMemoryCaller(engine: Engine): Caller {
  const anyone = callerOf(engine, (key) => key);
  return {
    name: "memory",
    call: async (operation, question = {}) =>
      toAnswer(await execute(callerFor(anyone, question), operation, question)),
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

/** Keys and tokens are told apart as HTTP tells them: by their form. */
function callerFor(anyone: EngineCaller, { as }: Question): EngineCaller {
  if (as === undefined || as.key.startsWith("ck_")) return anyone.as(as?.key);
  return anyone.withToken(as.key);
}

async function execute(caller: EngineCaller, operation: string, question: Question): Promise<Outcome> {
  const { as: _, text, ifMatch, idempotencyKey = null, waitSeconds = 0, ...rest } = question;
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
  const { code, status, message, violations, data, retryAfterSeconds } = outcome.error;
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
    replayed: outcome.replayed,
    version: undefined,
    requestId,
  };
}
