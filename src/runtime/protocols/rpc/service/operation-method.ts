import { ApiError } from "../../../../base/errors/index.ts";
import type { Model, OperationModel } from "../../../../contract/model/index.ts";
import { OPERATION } from "../../../../contract/model/index.ts";
import type { ProtoMethod, ProtoSchema } from "../../../../contract/proto/index.ts";
import { createViolationPaths, type ProtoCodecs } from "../../../../wire/grpc/index.ts";
import { type CredentialReader, challengeOf } from "../../../../wire/rest/index.ts";
import type { Engine, Failure, Outcome } from "../../../engine/index.ts";
import type { RpcContext, RpcMethod, RpcReply } from "../method.ts";
import { RpcEngineCall, type RpcRequest } from "./call.ts";
import type { ErrorWriter } from "./errors.ts";
import { createMaskedPatch } from "./masked-patch.ts";
import { inputsOf, openChannel, toRequest } from "./messages.ts";
import { readHeaders } from "./read-headers.ts";
import { createReply } from "./reply.ts";

/** What the methods of one api are made with. */
export interface MethodParts {
  readonly engine: Engine;
  readonly schema: ProtoSchema;
  readonly codecs: ProtoCodecs;
  readonly readCredentials: CredentialReader;
  readonly writeError: ErrorWriter;
}

/** Makes the RPC of one operation: its request becomes a call, the outcome its reply or error. */
export function createOperationMethod(
  method: ProtoMethod,
  operation: OperationModel,
  parts: MethodParts,
): RpcMethod {
  const { engine, schema, codecs, readCredentials, writeError } = parts;
  const { path, kind, hasNoSideEffects, request, response } = method;
  const fieldPath = createViolationPaths(schema, request, kind === "client-stream" || kind === "bidi-stream");
  const toReply = createReply(operation);
  const executeMasked = createMaskedPatch(operation, engine.model);
  const callOf = (context: RpcContext, request: RpcRequest, messages?: AsyncIterable<unknown>) => {
    const headers = readHeaders(operation, { context, readCredentials });
    return new RpcEngineCall(context, operation.id, { request, headers, messages });
  };
  const fail = (thrown: unknown, context: RpcContext, input?: unknown, failure?: Failure) =>
    writeError(thrown, {
      requestId: context.requestId,
      headers: challengeFor(thrown, context, engine.model),
      fieldPath: (pointer) => fieldPath(pointer, input),
      replayed: failure?.replayed === true,
    });

  const unary = (message: unknown, context: RpcContext): RpcReply | Promise<RpcReply> => {
    let outcome: Outcome | Promise<Outcome>;
    let input: unknown;
    try {
      const request = toRequest(message);
      const call = callOf(context, request);
      input = call.input;
      outcome = request.mask === undefined ? engine.execute(call) : executeMasked(engine, call, request);
      if (call.waitMs !== undefined) outcome = readEnded(engine, call, outcome);
    } catch (thrown) {
      throw fail(thrown, context);
    }
    if (outcome instanceof Promise) return outcome.then((it) => settle(it, context, input));
    return settle(outcome, context, input);
  };
  const settle = (outcome: Outcome, context: RpcContext, input: unknown): RpcReply => {
    if (!outcome.ok) throw fail(outcome.error, context, input, outcome);
    return toReply(outcome, context.protocol);
  };

  async function* stream(
    requests: AsyncIterable<unknown>,
    context: RpcContext,
  ): AsyncGenerator<unknown, void> {
    try {
      if (kind === "client-stream") {
        const outcome = await engine.execute(callOf(context, {}, inputsOf(requests)));
        if (!outcome.ok) throw outcome.error;
        yield outcome.value ?? {};
      } else if (kind === "bidi-stream") {
        const { id, messages } = await openChannel(requests);
        yield* engine.stream(callOf(context, id === undefined ? {} : { id }, messages));
      } else {
        for await (const request of requests) yield* engine.stream(callOf(context, toRequest(request)));
      }
    } catch (thrown) {
      throw fail(thrown, context);
    }
  }

  const response_ = { proto: codecs.proto(response), json: codecs.json(response) };
  return {
    path,
    operation: operation.id,
    kind,
    hasNoSideEffects,
    maxRequestBytes: operation.maxBodyBytes,
    codecs: {
      proto: { request: codecs.proto(request), response: response_.proto },
      json: { request: codecs.json(request), response: response_.json },
    },
    ...(kind === "unary" ? { unary } : { stream }),
    ...(kind === "bidi-stream" ? { isEndless: true } : {}),
  };
}

/** A unary call of Connect fails with HTTP's 401, which says how to come with credentials (RFC 9110 section 15.5.2). */
function challengeFor(thrown: unknown, { protocol, headers }: RpcContext, model: Model): readonly string[] {
  if (protocol !== "connect" || !(thrown instanceof ApiError) || thrown.status !== 401) return [];
  const hasCredentials = headers.authorization !== undefined || headers["x-api-key"] !== undefined;
  return ["www-authenticate", challengeOf(model, hasCredentials)];
}

/** A long-running command that was waited for is answered with its operation as it is now, the result in it. */
async function readEnded(
  engine: Engine,
  call: RpcEngineCall,
  answered: Outcome | Promise<Outcome>,
): Promise<Outcome> {
  const outcome = await answered;
  if (!outcome.ok || outcome.kind !== "accepted" || outcome.id === undefined) return outcome;
  const { credentials, meta, signal } = call;
  const now = await engine.execute({
    operation: `${OPERATION}.get`,
    id: outcome.id,
    credentials,
    meta,
    signal,
  });
  return now.ok ? { ...outcome, value: now.value } : now;
}
