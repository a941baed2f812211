import { FRAME_FLAGS, type RpcError, writeFrame } from "../grpc/index.ts";
import { toConnectError } from "./errors.ts";

/** Writes the last message of a stream: its error, if any, and its trailers, names and values in turn. */
export function writeEndStream(trailers: readonly string[], error?: RpcError): Uint8Array {
  const metadata: Record<string, string[]> = {};
  for (let at = 0; at + 1 < trailers.length; at += 2) {
    const name = trailers[at]!;
    metadata[name] ??= [];
    metadata[name].push(trailers[at + 1]!);
  }
  const end = {
    ...(error === undefined ? {} : { error: toConnectError(error) }),
    ...(trailers.length === 0 ? {} : { metadata }),
  };
  return writeFrame(FRAME_FLAGS.endStream, new TextEncoder().encode(JSON.stringify(end)));
}
