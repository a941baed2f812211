import { stringifyJson } from "../../../../base/lib/index.ts";
import { Exchange } from "../../exchange.ts";
import type { HttpRequest, HttpResponse, WholeAnswer } from "../../http.ts";
import type { BatchPart } from "./read-batch.ts";

/** A part as an exchange of its own, and where its answer arrives. */
export interface PartExchange {
  readonly exchange: Exchange;
  readonly answer: () => WholeAnswer | undefined;
}

/** Makes an exchange of one part of a batch: the same code answers it that answers requests. */
export function createPartExchange(batch: Exchange, part: BatchPart): PartExchange {
  const bytes = part.body === undefined ? undefined : Buffer.from(stringifyJson(part.body));
  const headers: Record<string, string> = { accept: "application/json" };
  for (const [name, value] of Object.entries(part.headers ?? {})) headers[name.toLowerCase()] = value;
  if (bytes !== undefined) {
    headers["content-type"] ??= "application/json";
    headers["content-length"] = String(bytes.length);
  }
  const { traceparent } = batch.request.headers;
  if (typeof traceparent === "string") headers.traceparent = traceparent;
  const request: HttpRequest = {
    method: part.method,
    url: part.path,
    headers,
    httpVersionMajor: 1,
    httpVersionMinor: 1,
    complete: true,
    socket: batch.request.socket,
  };
  const response = new PartResponse();
  const { requestId, remoteAddress, bodyTimeoutMs } = batch.options;
  const exchange = new Exchange(request, response, {
    requestId,
    remoteAddress,
    body: bytes,
    bodyTimeoutMs,
    expectsContinue: false,
    isDraining: () => false,
    onClosed: () => {},
  });
  return { exchange, answer: () => response.answer };
}

/** Keeps the answer of a part instead of sending it. */
class PartResponse implements HttpResponse {
  answer: WholeAnswer | undefined = undefined;

  get headersSent(): boolean {
    return this.answer !== undefined;
  }

  get writableFinished(): boolean {
    return this.answer !== undefined;
  }

  sendWhole(answer: WholeAnswer): void {
    this.answer = answer;
  }

  writeHead(): never {
    throw streamed();
  }

  write(): never {
    throw streamed();
  }

  end(): never {
    throw streamed();
  }

  writeContinue(): void {}

  once(): void {}
}

/** Operations that send as they go are refused before they are called. */
function streamed(): TypeError {
  return new TypeError("A part of a batch is answered whole");
}
