import type { IncomingHttpHeaders } from "node:http";
import type { Socket } from "node:net";
import type { FixedHeaders } from "./fixed-headers.ts";

/** What the protocols use of a request; those of node:http and our own all have it. */
export interface HttpRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly httpVersionMajor: number;
  readonly httpVersionMinor: number;
  readonly complete: boolean;
  readonly socket: Socket;
  /** HTTP/2 only. */
  readonly stream?: HttpStream | undefined;
}

/** What the protocols use of an HTTP/2 stream. */
export interface HttpStream {
  /** The request has no body. */
  readonly endAfterHeaders: boolean;
  close(code?: number): void;
}

/** What the protocols use of a response. */
export interface HttpResponse {
  readonly headersSent: boolean;
  readonly writableFinished: boolean;
  /** Headers: names and values in turn. */
  writeHead(status: number, headers: string[]): unknown;
  write(chunk: string | Uint8Array): boolean;
  end(chunk?: string | Uint8Array): unknown;
  writeContinue(): void;
  once(event: "close" | "finish" | "drain", listener: () => void): unknown;
  /**
   * Sends an answer whole, in one write; only our own responses can. The caller has looked after Content-Length,
   * HEAD and Connection.
   */
  sendWhole?(answer: WholeAnswer): void;
  /** Trailers; only our own responses on HTTP/2 streams have them. */
  readonly trailers?: TrailerWriter;
}

/** An answer that ends with trailers (RFC 9113 section 8.1). Headers and trailers: names and values in turn. */
export interface TrailerWriter {
  /** Writes the head, with status 200; the body goes by `write`. */
  begin(headers: readonly string[]): void;
  /** Ends the answer, after a last piece of body. */
  finish(trailers: readonly string[], last?: Uint8Array): void;
  /** Sends one block of headers that ends the stream: what gRPC calls Trailers-Only. */
  only(headers: readonly string[]): void;
}

/** An answer with all its bytes. */
export interface WholeAnswer {
  readonly status: number;
  readonly fixed: FixedHeaders;
  /** Names and values in turn, beside the fixed ones. */
  readonly headers: readonly string[];
  /** Bytes of the body as sent to GET, for Content-Length; undefined: the header does not belong. */
  readonly size: number | undefined;
  readonly body: string | Uint8Array | undefined;
  /** The connection ends with this answer. */
  readonly last: boolean;
}
