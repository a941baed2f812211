import {
  create,
  createFileRegistry,
  type DescService,
  fromBinary,
  fromJsonString,
  toBinary,
  toJsonString,
} from "@bufbuild/protobuf";
import {
  FileDescriptorProtoSchema,
  file_google_protobuf_wrappers,
  MethodOptions_IdempotencyLevel,
  StringValueSchema,
} from "@bufbuild/protobuf/wkt";
import type { Exchange, RpcCodecs, RpcContext, RpcMethod } from "../../src/runtime/protocols/index.ts";
import { createRpcHandler } from "../../src/runtime/protocols/rpc/index.ts";
import { createServer, type HttpServer, type ServerOptions } from "../../src/runtime/server/index.ts";

/** Answers for the four kinds of call; messages are texts (google.protobuf.StringValue). */
export interface EchoMethods {
  readonly Say?: (text: string, context: RpcContext) => string | Promise<string>;
  readonly Count?: (text: string, context: RpcContext) => AsyncIterable<string>;
  readonly Sum?: (texts: AsyncIterable<string>, context: RpcContext) => Promise<string>;
  readonly Chat?: (texts: AsyncIterable<string>, context: RpcContext) => AsyncIterable<string>;
}

export const ECHO = "/test.v1.EchoService";

/** The service as foreign clients need it described. */
export function describeEcho(): DescService {
  const text = ".google.protobuf.StringValue";
  const method = (name: string, clientStreaming: boolean, serverStreaming: boolean) => ({
    name,
    inputType: text,
    outputType: text,
    clientStreaming,
    serverStreaming,
    ...(name === "Say"
      ? { options: { idempotencyLevel: MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS } }
      : {}),
  });
  const file = create(FileDescriptorProtoSchema, {
    name: "test/v1/echo.proto",
    package: "test.v1",
    syntax: "proto3",
    dependency: ["google/protobuf/wrappers.proto"],
    service: [
      {
        name: "EchoService",
        method: [
          method("Say", false, false),
          method("Count", false, true),
          method("Sum", true, false),
          method("Chat", true, true),
        ],
      },
    ],
  });
  const registry = createFileRegistry(file, () => file_google_protobuf_wrappers.proto);
  const service = registry.getService("test.v1.EchoService");
  if (service === undefined) throw new TypeError("The registry has no service.");
  return service;
}

/** How foreign clients without descriptors write and read a text. */
export const textBytes = {
  serialize: (value: string) =>
    Buffer.from(toBinary(StringValueSchema, create(StringValueSchema, { value }))),
  deserialize: (bytes: Buffer) => fromBinary(StringValueSchema, bytes).value,
};

const codecs: { readonly proto: RpcCodecs; readonly json: RpcCodecs } = {
  proto: {
    request: { decode: (bytes) => fromBinary(StringValueSchema, bytes).value },
    response: { encode: (value) => textBytes.serialize(String(value)) },
  },
  json: {
    request: { decode: (bytes) => fromJsonString(StringValueSchema, Buffer.from(bytes).toString()).value },
    response: {
      encode: (value) =>
        Buffer.from(toJsonString(StringValueSchema, create(StringValueSchema, { value: String(value) }))),
    },
  },
};

/** A server of ours with the echo service. */
export interface EchoServer {
  readonly url: string;
  readonly port: number;
  readonly server: HttpServer;
  /** What was reported beside the answers. */
  readonly errors: unknown[];
  close(): Promise<void>;
}

/** Serves the given answers over all of the family. */
export async function openEcho(
  methods: EchoMethods,
  options: Partial<ServerOptions> & { readonly maxRequestBytes?: number; readonly isEndless?: boolean } = {},
): Promise<EchoServer> {
  const { maxRequestBytes = 100_000, isEndless = false, ...serverOptions } = options;
  const errors: unknown[] = [];
  const table = new Map<string, RpcMethod>();
  const add = (name: string, kind: RpcMethod["kind"], rest: Partial<RpcMethod>) => {
    const path = `${ECHO}/${name}`;
    const hasNoSideEffects = name === "Say";
    table.set(path, {
      path,
      operation: name,
      kind,
      hasNoSideEffects,
      maxRequestBytes,
      codecs,
      isEndless,
      ...rest,
    });
  };
  const { Say, Count, Sum, Chat } = methods;
  if (Say !== undefined) {
    add("Say", "unary", {
      unary: (request, context) => {
        const reply = Say(String(request), context);
        return typeof reply === "string" ? { message: reply } : reply.then((message) => ({ message }));
      },
    });
  }
  if (Count !== undefined) {
    add("Count", "server-stream", {
      async *stream(requests, context) {
        for await (const request of requests) yield* Count(String(request), context);
      },
    });
  }
  if (Sum !== undefined) {
    add("Sum", "client-stream", {
      async *stream(requests, context) {
        yield await Sum(asTexts(requests), context);
      },
    });
  }
  if (Chat !== undefined) {
    add("Chat", "bidi-stream", { stream: (requests, context) => Chat(asTexts(requests), context) });
  }
  const server = createServer({
    rpc: createRpcHandler({
      find: (path) => table.get(path),
      onError: (_exchange: Exchange, thrown) => void errors.push(thrown),
    }),
    handler: (exchange) => {
      exchange.response.writeHead(404, []);
      exchange.response.end();
    },
    ...serverOptions,
  });
  const { url, port } = await server.listen();
  return { url, port, server, errors, close: () => server.close({ deadlineMs: 500 }) };
}

async function* asTexts(requests: AsyncIterable<unknown>): AsyncGenerator<string> {
  for await (const request of requests) yield String(request);
}
