import type { IncomingHttpHeaders } from "node:http";
import type { MessageCodec } from "../../../wire/grpc/index.ts";

/** What a protocol of the gRPC family is called in logs and metrics. */
export type RpcProtocol = "grpc" | "grpc-web" | "connect";

/** One method that is served over gRPC, gRPC-Web and Connect; the transport knows of it only this. */
export interface RpcMethod {
  /** Such as `/clinic.v2.SlotService/GetSlot`. */
  readonly path: string;
  /** Name for the log and the metrics, from a closed set: the operation id, or the path. */
  readonly operation: string;
  readonly kind: "unary" | "server-stream" | "client-stream" | "bidi-stream";
  /** Whether Connect may call it by GET. */
  readonly hasNoSideEffects: boolean;
  /** Largest request message, after decompression; a larger one is RESOURCE_EXHAUSTED. */
  readonly maxRequestBytes: number;
  /** Request codecs decode, response codecs encode. */
  readonly codecs: { readonly proto: RpcCodecs; readonly json: RpcCodecs };
  /** Answers a unary call; the answer is sent synchronously where this gives no promise. */
  readonly unary?: (request: unknown, context: RpcContext) => RpcReply | Promise<RpcReply>;
  /**
   * Answers a call of any other kind. Requests are read as fast as they are taken, and answers taken as fast as the
   * caller reads. A client stream gives one answer.
   */
  readonly stream?: (requests: AsyncIterable<unknown>, context: RpcContext) => AsyncIterable<unknown>;
  /** A stream that has no end of its own: it is ended with UNAVAILABLE when the server closes. Default false. */
  readonly isEndless?: boolean;
}

/** How one method's messages are written in one encoding. */
export interface RpcCodecs {
  readonly request: Pick<MessageCodec, "decode">;
  readonly response: Pick<MessageCodec, "encode">;
}

/** The answer to a unary call. */
export interface RpcReply {
  readonly message: unknown;
  /** More headers and trailers, names and values in turn; beside those set on the context. */
  readonly headers?: readonly string[];
  readonly trailers?: readonly string[];
}

/** One call under way, as its method sees it. */
export interface RpcContext {
  readonly method: RpcMethod;
  readonly protocol: RpcProtocol;
  readonly codec: "proto" | "json";
  /** Names in lower case; a name that came twice has its values joined by commas. */
  readonly headers: IncomingHttpHeaders;
  /** Milliseconds that the caller gave the call; undefined: as long as it takes. */
  readonly timeoutMs: number | undefined;
  /** Aborted at the deadline, and when the caller has gone. Made when first asked for. */
  readonly signal: AbortSignal;
  /** Whether the caller has gone, or the deadline passed: for who would not wait for the signal. */
  readonly gone: boolean;
  readonly requestId: string;
  /** After trusted proxies. */
  readonly remoteAddress: string | undefined;
  /** Adds a response header; too late, and without effect, once the first message of a stream is sent. Bytes only for names that end in `-bin`. */
  setHeader(name: string, value: string | Uint8Array): void;
  /** Adds a trailer. */
  setTrailer(name: string, value: string | Uint8Array): void;
}
