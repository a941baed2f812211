import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { zstdCompress, zstdDecompress } from "node:zlib";
import { create } from "@bufbuild/protobuf";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { type Compression, createWritableIterable } from "@connectrpc/connect/protocol";
import {
  compressionBrotli,
  compressionGzip,
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { type Case, type Configuration, STREAM_TYPE } from "./cases.ts";
import type { Vectors } from "./vectors.ts";

/** Where the server under test is. */
export interface Target {
  readonly url: string;
  /** Certificate and key of the client, and what it trusts. */
  readonly tls: { readonly ca: string; readonly cert: string; readonly key: string };
}

const zstd: Compression = {
  name: "zstd",
  compress: async (bytes) => new Uint8Array(await promisify(zstdCompress)(bytes)),
  decompress: async (bytes, maxOutputLength) =>
    new Uint8Array(bytes.length === 0 ? bytes : await promisify(zstdDecompress)(bytes, { maxOutputLength })),
};
const COMPRESSIONS = { identity: undefined, gzip: compressionGzip, br: compressionBrotli, zstd };

/** Makes an independent client, of @connectrpc/connect-node, for one configuration. */
export function createTransport(vectors: Vectors, target: Target, configuration: Configuration): Transport {
  const { protocol, httpVersion, codec, compression, tls } = configuration;
  const coding = COMPRESSIONS[compression];
  const options = {
    baseUrl: target.url,
    useBinaryFormat: codec === "proto",
    useHttpGet: true,
    jsonOptions: { registry: vectors.registry },
    acceptCompression: coding === undefined ? [] : [coding],
    readMaxBytes: 1024 * 1024,
    ...(coding === undefined ? {} : { sendCompression: coding, compressMinBytes: 0 }),
    nodeOptions:
      tls === "none"
        ? {}
        : { ca: target.tls.ca, ...(tls === "client" ? { cert: target.tls.cert, key: target.tls.key } : {}) },
  };
  if (protocol === "grpc") return createGrpcTransport(options as any);
  if (protocol === "grpc-web") return createGrpcWebTransport({ ...options, httpVersion } as any);
  return createConnectTransport({ ...options, httpVersion } as any);
}

/** Makes the call of a case and says what came, as a `ClientResponseResult`. */
export async function call(vectors: Vectors, transport: Transport, testCase: Case): Promise<any> {
  const { request } = testCase;
  const result: any = create(vectors.message("ClientResponseResult"));
  const client: any = createClient(vectors.service, transport);
  const messages = request.requestMessages.map((packed: any) => anyUnpack(packed, vectors.registry));
  const headers = new Headers();
  for (const { name, value } of request.requestHeaders) {
    for (const text of value) headers.append(name, text);
  }
  const options = {
    headers,
    ...(request.timeoutMs === undefined ? {} : { timeoutMs: request.timeoutMs }),
    onHeader: (given: Headers) => {
      result.responseHeaders = toProtoHeaders(vectors, given);
    },
    onTrailer: (given: Headers) => {
      result.responseTrailers = toProtoHeaders(vectors, given);
    },
  };
  const name = request.method.charAt(0).toLowerCase() + request.method.slice(1);
  const keep = (response: any) =>
    result.payloads.push(response.payload ?? create(vectors.message("ConformancePayload")));
  const slow = async function* () {
    for (const message of messages) {
      await wait(request.requestDelayMs);
      yield message;
    }
  };
  try {
    if (testCase.streamType === STREAM_TYPE.unary) keep(await client[name](messages[0], options));
    else if (testCase.streamType === STREAM_TYPE.client) keep(await client[name](slow(), options));
    else if (testCase.streamType === STREAM_TYPE.server) {
      for await (const response of client[name](messages[0], options)) keep(response);
    } else if (testCase.streamType === STREAM_TYPE.halfDuplex) {
      for await (const response of client[name](slow(), options)) keep(response);
    } else await fullDuplex(client[name].bind(client), messages, options, request.requestDelayMs, keep);
  } catch (error) {
    setError(vectors, result, error);
  }
  return result;
}

/** One answer is waited for after each message, as in a conversation. */
async function fullDuplex(
  method: (requests: AsyncIterable<any>, options: object) => AsyncIterable<any>,
  messages: readonly any[],
  options: object,
  delayMs: number,
  keep: (response: any) => void,
): Promise<void> {
  const requests = createWritableIterable<any>();
  const responses = method(requests, options)[Symbol.asyncIterator]();
  for (const message of messages) {
    await wait(delayMs);
    // Asked for first, so that a refusal is heard even where the message cannot be written.
    const answer = responses.next();
    answer.catch(() => {});
    await requests.write(message);
    const next = await answer;
    if (next.done !== true) keep(next.value);
  }
  requests.close();
  for (let next = await responses.next(); next.done !== true; next = await responses.next()) keep(next.value);
}

function setError(vectors: Vectors, result: any, thrown: unknown): void {
  const error = ConnectError.from(thrown);
  result.error = create(vectors.message("Error"), {
    code: error.code,
    message: error.rawMessage,
    details: error.details.map((detail: any) => ({
      $typeName: "google.protobuf.Any",
      typeUrl: `type.googleapis.com/${detail.type ?? detail.desc.typeName}`,
      value: detail.value,
    })),
  } as any);
  // Where no call of the metadata's listeners came first, the error has all of it.
  if (result.responseHeaders.length === 0) result.responseHeaders = toProtoHeaders(vectors, error.metadata);
  if (result.responseTrailers.length === 0) result.responseTrailers = toProtoHeaders(vectors, error.metadata);
}

function toProtoHeaders(vectors: Vectors, headers: Headers): any[] {
  return [...headers].map(([name, value]) =>
    create(vectors.message("Header"), { name, value: [value] } as any),
  );
}
