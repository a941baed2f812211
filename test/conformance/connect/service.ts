import { setTimeout as wait } from "node:timers/promises";
import {
  create,
  type DescMessage,
  fromBinary,
  fromJsonString,
  toBinary,
  toJsonString,
} from "@bufbuild/protobuf";
import { anyPack } from "@bufbuild/protobuf/wkt";
import type { RpcContext, RpcMethod } from "../../../src/runtime/protocols/index.ts";
import { RpcError, type RpcStatus, STATUS_NUMBERS } from "../../../src/wire/grpc/index.ts";
import { SERVER_RECEIVE_LIMIT } from "./cases.ts";
import type { Vectors } from "./vectors.ts";

const STATUSES = new Map<number, RpcStatus>(
  Object.entries(STATUS_NUMBERS).map(([name, number]) => [number, name as RpcStatus]),
);

/** The service that the suite calls, as methods of our transport: it answers as its requests say. */
export function createConformanceMethods(vectors: Vectors): Map<string, RpcMethod> {
  const codecsOf = (input: DescMessage, output: DescMessage): RpcMethod["codecs"] => ({
    proto: {
      request: { decode: (bytes) => fromBinary(input, bytes) },
      response: { encode: (value) => toBinary(output, value as any) },
    },
    json: {
      request: {
        decode: (bytes) =>
          fromJsonString(input, Buffer.from(bytes).toString(), { registry: vectors.registry }),
      },
      response: {
        encode: (value) => Buffer.from(toJsonString(output, value as any, { registry: vectors.registry })),
      },
    },
  });
  const methods = new Map<string, RpcMethod>();
  for (const { name, input, output, methodKind, idempotency } of vectors.service.methods) {
    const path = `/${vectors.service.typeName}/${name}`;
    const kind = {
      unary: "unary",
      server_streaming: "server-stream",
      client_streaming: "client-stream",
      bidi_streaming: "bidi-stream",
    }[methodKind] as RpcMethod["kind"];
    const reply = (value: object) => create(output, value as any);
    const answer = ANSWERS[name];
    methods.set(path, {
      path,
      operation: name,
      kind,
      hasNoSideEffects: idempotency === 1,
      maxRequestBytes: SERVER_RECEIVE_LIMIT,
      codecs: codecsOf(input, output),
      ...(kind === "unary"
        ? answer === undefined
          ? {}
          : {
              unary: async (request, context) => ({
                message: reply(await answerUnary(vectors, input, [request], context)),
              }),
            }
        : {
            async *stream(requests, context) {
              for await (const value of STREAMS[kind]!(vectors, input, requests, context)) yield reply(value);
            },
          }),
    });
  }
  return methods;
}

const ANSWERS: Readonly<Record<string, true>> = { Unary: true, IdempotentUnary: true };

async function answerUnary(
  vectors: Vectors,
  input: DescMessage,
  requests: readonly any[],
  context: RpcContext,
): Promise<object> {
  const definition = requests[0]?.responseDefinition;
  setMetadata(context, definition);
  const info = requestInfo(vectors, input, requests, context);
  if (definition?.response.case === "error") throw toError(definition.response.value, vectors, info);
  if (definition !== undefined) await wait(definition.responseDelayMs, undefined, { signal: context.signal });
  return { payload: { requestInfo: info, data: definition?.response.value ?? new Uint8Array(0) } };
}

const STREAMS: Record<
  string,
  (
    vectors: Vectors,
    input: DescMessage,
    requests: AsyncIterable<any>,
    context: RpcContext,
  ) => AsyncIterable<object>
> = {
  async *"client-stream"(vectors, input, requests, context) {
    const all: any[] = [];
    for await (const request of requests) all.push(request);
    yield await answerUnary(vectors, input, all, context);
  },
  "server-stream": answerStream,
  "bidi-stream": answerStream,
};

async function* answerStream(
  vectors: Vectors,
  input: DescMessage,
  requests: AsyncIterable<any>,
  context: RpcContext,
): AsyncGenerator<object> {
  let definition: any;
  let isFullDuplex = false;
  let sent = 0;
  let seen: any[] = [];
  const next = async (info: any) => {
    await wait(definition.responseDelayMs, undefined, { signal: context.signal });
    return {
      payload: {
        data: definition.responseData[sent++],
        ...(info === undefined ? {} : { requestInfo: info }),
      },
    };
  };
  for await (const request of requests) {
    if (definition === undefined) {
      definition = request.responseDefinition;
      setMetadata(context, definition);
      isFullDuplex = request.fullDuplex === true;
    }
    seen.push(request);
    if (!isFullDuplex) continue;
    if (definition === undefined || sent >= definition.responseData.length) break;
    yield await next(requestInfo(vectors, input, seen, sent === 0 ? context : undefined));
    seen = [];
  }
  const info = requestInfo(vectors, input, seen, context);
  while (definition !== undefined && sent < definition.responseData.length) {
    yield await next(sent === 0 ? info : undefined);
  }
  if (definition?.error !== undefined)
    throw toError(definition.error, vectors, sent === 0 ? info : undefined);
}

function setMetadata(context: RpcContext, definition: any): void {
  for (const { name, value } of definition?.responseHeaders ?? []) {
    for (const text of value) context.setHeader(name, text);
  }
  for (const { name, value } of definition?.responseTrailers ?? []) {
    for (const text of value) context.setTrailer(name, text);
  }
}

function requestInfo(
  vectors: Vectors,
  input: DescMessage,
  requests: readonly any[],
  context?: RpcContext,
): any {
  const [schema, getInfo] = vectors.message("ConformancePayload").nestedMessages;
  const headers = Object.entries(context?.headers ?? {}).filter(([name]) => !name.startsWith(":"));
  const query = context !== undefined && "exchange" in context ? (context.exchange as any).query : "";
  return create(
    schema as any,
    {
      requestHeaders: headers.map(([name, value]) => ({ name, value: [value].flat() })),
      requests: requests.map((request) => anyPack(input, request)),
      ...(context?.timeoutMs === undefined ? {} : { timeoutMs: BigInt(Math.ceil(context.timeoutMs)) }),
      ...(query === ""
        ? {}
        : {
            connectGetInfo: create(
              getInfo as any,
              {
                queryParams: [...new URLSearchParams(query)].map(([name, value]) => ({
                  name,
                  value: [value],
                })),
              } as any,
            ),
          }),
    } as any,
  );
}

function toError(error: any, vectors: Vectors, info: any): RpcError {
  const details = [
    ...error.details,
    ...(info === undefined
      ? []
      : [anyPack(vectors.message("ConformancePayload").nestedMessages[0] as any, info)]),
  ];
  return new RpcError(STATUSES.get(error.code) ?? "UNKNOWN", error.message ?? "", {
    details: details.map(({ typeUrl, value }: any) => ({ typeUrl, value })),
  });
}
