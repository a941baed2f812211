import { type Coding, createCodingNegotiator } from "../../wire/rest/index.ts";
import { compress, MIN_COMPRESSED_BYTES } from "./compress.ts";
import type { Exchange } from "./exchange.ts";
import { send } from "./send.ts";

// zstd first: at these sizes it costs a third of the time of the others for the same gain.
const negotiateCoding = createCodingNegotiator(["zstd", "br", "gzip"]);

/** The coding that a body will be sent with: none where it is short or the caller takes none of ours. */
export function codingFor(exchange: Exchange, body: string | Uint8Array): Coding {
  if (body.length < MIN_COMPRESSED_BYTES) return "identity";
  return negotiateCoding(acceptEncoding(exchange)) ?? "identity";
}

/** The request's Accept-Encoding. */
export function acceptEncoding(exchange: Exchange): string | undefined {
  return exchange.request.headers["accept-encoding"];
}

/** Sends a body in the given coding; synchronous unless it is long and coded. */
export function sendBody(
  exchange: Exchange,
  status: number,
  headers: string[],
  body: string | Uint8Array,
  coding: Coding,
): Promise<void> | void {
  if (coding === "identity") return send(exchange, status, headers, body);
  headers.push("Content-Encoding", coding);
  const coded = compress(body, coding);
  if (!(coded instanceof Promise)) return send(exchange, status, headers, coded);
  return coded.then((bytes) => send(exchange, status, headers, bytes));
}
