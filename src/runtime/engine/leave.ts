import { ApiError, toApiError } from "../../base/errors/index.ts";
import { compileEncoder, type Encoder } from "../../contract/schema/index.ts";
import { type ActiveCall, failureOf } from "./active-call.ts";
import type { EngineCore } from "./core.ts";
import { isRecord } from "./record.ts";
import { encodeAnswer, isLasting } from "./stored-answer.ts";

/**
 * The one way out for errors: what is unknown is masked, the transaction is undone, and a lasting refusal of a claimed
 * command is stored, so that a retry gets the same answer. Afterwards the call has its outcome.
 */
export function leave(call: ActiveCall, thrown: unknown): void | Promise<void> {
  call.thrown = thrown;
  const error = toSendable(call.core, call.steps?.explain(thrown) ?? thrown);
  if (call.inTransaction) return undo(call, error);
  call.outcome = failureOf(error);
  return undefined;
}

async function undo(call: ActiveCall, error: ApiError): Promise<void> {
  let answer = error;
  if (call.claim !== undefined && isLasting(error)) {
    try {
      await storeRefusal(call, call.claim, error);
    } catch (again) {
      call.thrown = again;
      answer = toSendable(call.core, again);
    }
  }
  await call.session.rollback();
  call.outcome = failureOf(answer);
}

async function storeRefusal(
  call: ActiveCall,
  claim: NonNullable<ActiveCall["claim"]>,
  error: ApiError,
): Promise<void> {
  const { session } = call;
  await session.undo();
  await session.storeAnswer(claim, encodeAnswer(failureOf(error)));
  if (call.ended) return;
  call.committing = true;
  await session.commit();
}

const encoders = new WeakMap<EngineCore, Map<string, Encoder>>();

/** An error as callers get it: masked where it is unknown, its data in wire form. */
export function toSendable(core: EngineCore, thrown: unknown): ApiError {
  const error = toApiError(thrown);
  const declared = Object.hasOwn(core.model.errors, error.code) ? core.model.errors[error.code] : undefined;
  if (declared?.data === undefined || error.data === undefined) return error;
  let known = encoders.get(core);
  if (known === undefined) {
    known = new Map();
    encoders.set(core, known);
  }
  let encode = known.get(error.code);
  if (encode === undefined) {
    encode = compileEncoder(declared.data);
    known.set(error.code, encode);
  }
  try {
    const data: unknown = encode(error.data);
    return isRecord(data) ? withData(error, data) : error;
  } catch (wrongData) {
    return toApiError(wrongData);
  }
}

function withData(error: ApiError, data: Readonly<Record<string, unknown>>): ApiError {
  const { code, message, status, title, violations, retryAfterSeconds, cause } = error;
  return new ApiError(code, message, {
    status,
    title,
    violations,
    data,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    ...(cause === undefined ? {} : { cause }),
  });
}
