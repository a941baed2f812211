import type { IncomingHttpHeaders } from "node:http";
import type { Socket } from "node:net";
import type { Readable } from "node:stream";

/** What the protocols use of a request; node:http and the compatibility layer of node:http2 both have it. */
export interface HttpRequest extends Readable {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: string[];
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
  once(event: "close" | "finish", listener: () => void): unknown;
}
