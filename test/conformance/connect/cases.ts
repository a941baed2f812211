import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { anyPack, anyUnpack } from "@bufbuild/protobuf/wkt";
import type { Vectors } from "./vectors.ts";

/** How one case is run. Values are names of the suite's own enums, without their prefix. */
export interface Configuration {
  readonly protocol: "connect" | "grpc" | "grpc-web";
  readonly httpVersion: "1.1" | "2";
  readonly codec: "proto" | "json";
  readonly compression: "identity" | "gzip" | "br" | "zstd";
  readonly tls: "none" | "server" | "client";
}

/** One case in one configuration. */
export interface Case extends Configuration {
  readonly suite: string;
  readonly name: string;
  readonly streamType: number;
  /** A `ClientCompatRequest`. */
  readonly request: any;
  /** A `ClientResponseResult`. */
  readonly expected: any;
  readonly otherAllowedErrorCodes: readonly number[];
}

/** Largest message that the server under test takes, as the suite has it. */
export const SERVER_RECEIVE_LIMIT = 200 * 1024;

/** Values of the enums in config.proto. */
export const STREAM_TYPE = { unary: 1, client: 2, server: 3, halfDuplex: 4, fullDuplex: 5 } as const;
const PROTOCOLS = { 1: "connect", 2: "grpc", 3: "grpc-web" } as const;
const VERSIONS = { 1: "1.1", 2: "2" } as const;
const CODECS = { 1: "proto", 2: "json" } as const;
export const COMPRESSIONS = { 1: "identity", 2: "gzip", 3: "br", 4: "zstd" } as const;

/**
 * Makes every case that applies to a server, in every configuration that it applies to: as the suite's own runner does
 * for a server that supports all of them. HTTP/1.1 carries no gRPC and no full-duplex streams.
 */
export function expandCases(vectors: Vectors): Case[] {
  const cases: Case[] = [];
  for (const suite of vectors.suites) {
    for (const testCase of suite.testCases) {
      for (const configuration of configurationsOf(suite)) {
        const { streamType } = testCase.request;
        if (configuration.httpVersion === "1.1" && streamType === STREAM_TYPE.fullDuplex) continue;
        const request = complete(vectors, testCase, streamType);
        const expected =
          testCase.expectedResponse ?? expect(vectors, request, configuration.codec === "json");
        const { otherAllowedErrorCodes } = testCase;
        const name = testCase.request.testName;
        cases.push({
          ...configuration,
          suite: suite.name,
          name,
          streamType,
          request,
          expected,
          otherAllowedErrorCodes,
        });
      }
    }
  }
  return cases;
}

function* configurationsOf(suite: any): Iterable<Configuration> {
  const tlsModes = suite.reliesOnTlsClientCerts
    ? (["client"] as const)
    : suite.reliesOnTls
      ? (["server"] as const)
      : (["none", "server"] as const);
  for (const protocol of pick(PROTOCOLS, suite.relevantProtocols)) {
    for (const httpVersion of pick(VERSIONS, suite.relevantHttpVersions)) {
      if (protocol === "grpc" && httpVersion === "1.1") continue;
      for (const codec of pick(CODECS, suite.relevantCodecs)) {
        for (const compression of pick(COMPRESSIONS, suite.relevantCompressions)) {
          for (const tls of tlsModes) yield { protocol, httpVersion, codec, compression, tls };
        }
      }
    }
  }
}

function pick<T extends string>(names: Readonly<Record<number, T>>, relevant: readonly number[]): T[] {
  const values = relevant.length > 0 ? relevant : Object.keys(names).map(Number);
  return values.flatMap((value) => names[value] ?? []);
}

/** The request as it is sent: padded to the sizes that the case asks for, with service and method. */
function complete(vectors: Vectors, testCase: any, streamType: number): any {
  const schema = vectors.message("ClientCompatRequest");
  const request: any = fromBinary(schema, toBinary(schema, testCase.request));
  request.method ||= { 1: "Unary", 2: "ClientStream", 3: "ServerStream" }[streamType] ?? "BidiStream";
  testCase.expandRequests.forEach(({ sizeRelativeToLimit }: any, at: number) => {
    if (sizeRelativeToLimit === undefined) return;
    const packed = request.requestMessages[at];
    const message: any = anyUnpack(packed, vectors.registry);
    const desc: any = vectors.registry.getMessage(message.$typeName);
    const size = SERVER_RECEIVE_LIMIT + sizeRelativeToLimit;
    for (let round = 0; round < 3; round++) {
      const missing = size - toBinary(desc, message).length;
      message.requestData = new Uint8Array(message.requestData.length + missing);
    }
    request.requestMessages[at] = anyPack(desc, message);
  });
  return request;
}

/** What a server must answer that does as the request says: the same as the suite's runner works out. */
function expect(vectors: Vectors, request: any, isJson: boolean): any {
  const [first] = request.requestMessages;
  const result: any = create(vectors.message("ClientResponseResult"));
  const isStream = request.streamType >= STREAM_TYPE.server;
  if (first === undefined) return result;
  const message: any = anyUnpack(first, vectors.registry);
  const definition = message.responseDefinition;
  const all = request.requestMessages;
  const info: any = requestInfo(vectors, request, all);
  if (request.useGetHttpMethod) {
    info.connectGetInfo = create(
      vectors.message("ConformancePayload").nestedMessages[1] as any,
      {
        queryParams: [{ name: "encoding", value: [isJson ? "json" : "proto"] }],
      } as any,
    );
  }
  const payload = (data: Uint8Array | undefined, payloadInfo?: any) =>
    create(vectors.message("ConformancePayload"), {
      data: data ?? new Uint8Array(0),
      ...(payloadInfo === undefined ? {} : { requestInfo: payloadInfo }),
    } as any);
  if (definition === undefined) {
    if (!isStream) result.payloads = [payload(undefined, info)];
    return result;
  }
  result.responseHeaders = definition.responseHeaders;
  result.responseTrailers = definition.responseTrailers;
  const error = isStream
    ? definition.error
    : definition.response.case === "error"
      ? definition.response.value
      : undefined;
  const data: readonly Uint8Array[] = isStream
    ? definition.responseData
    : error === undefined
      ? [definition.response.value]
      : [];
  if (error !== undefined) {
    result.error = error;
    if (data.length === 0) {
      result.error.details.push(anyPack(requestInfoSchema(vectors), info));
    }
  }
  result.payloads = data.map((bytes, at) => {
    if (request.streamType === STREAM_TYPE.fullDuplex) {
      return payload(
        bytes,
        at === 0 ? requestInfo(vectors, request, [all[0]]) : onlyRequests(vectors, [all[at]]),
      );
    }
    return payload(bytes, at === 0 ? info : undefined);
  });
  return result;
}

function requestInfoSchema(vectors: Vectors): any {
  return vectors.message("ConformancePayload").nestedMessages[0];
}

function onlyRequests(vectors: Vectors, requests: readonly any[]): any {
  return create(requestInfoSchema(vectors), { requests } as any);
}

function requestInfo(vectors: Vectors, request: any, requests: readonly any[]): any {
  return create(requestInfoSchema(vectors), {
    requestHeaders: request.requestHeaders,
    requests,
    ...(request.timeoutMs === undefined ? {} : { timeoutMs: BigInt(request.timeoutMs) }),
  } as any);
}
