import { promisify } from "node:util";
import {
  brotliDecompress,
  brotliDecompressSync,
  gunzip,
  gunzipSync,
  zstdDecompress,
  zstdDecompressSync,
} from "node:zlib";
import {
  FRAME_FLAGS,
  FRAME_HEAD_BYTES,
  RpcError,
  tooLargeMessage,
  writeFrameHead,
} from "../../../wire/grpc/index.ts";
import { type Coding, createCodingNegotiator } from "../../../wire/rest/index.ts";
import { compress, MIN_COMPRESSED_BYTES } from "../compress.ts";
import type { RpcCall } from "./call.ts";

/** The codings of messages that are read, best first; written too where the caller takes them. */
const CODINGS = ["zstd", "br", "gzip"] as const;

/** What a caller is told that it may send. */
export const ACCEPTED_CODINGS = "gzip,br,zstd";

/** Messages that are larger when compressed are decompressed on another thread. */
const SYNCHRONOUS_BYTES = 16_384;

const gunzipAsync = promisify(gunzip);
const brotliAsync = promisify(brotliDecompress);
const zstdAsync = promisify(zstdDecompress);

/** Reads the name of a coding; throws UNIMPLEMENTED for one that is not ours (gRPC "Compression"). */
export function parseCoding(header: string | undefined): Coding {
  if (header === undefined || header === "" || header === "identity") return "identity";
  const found = CODINGS.find((coding) => coding === header);
  if (found !== undefined) return found;
  throw new RpcError(
    "UNIMPLEMENTED",
    `Messages are taken as they are, or compressed with one of ${ACCEPTED_CODINGS}.`,
  );
}

const negotiate = createCodingNegotiator(CODINGS);

/** Chooses how answers may be compressed, from a list of codings with or without weights. */
export function chooseCoding(accepted: string | undefined): Coding {
  if (accepted === undefined || accepted === "identity") return "identity";
  return negotiate(accepted) ?? "identity";
}

/**
 * Decompresses a message, never beyond `maxBytes`: RESOURCE_EXHAUSTED. Throws INVALID_ARGUMENT for bytes that are not
 * of this coding.
 */
export function decompress(
  bytes: Uint8Array,
  coding: Coding,
  maxBytes: number,
): Uint8Array | Promise<Uint8Array> {
  // An empty message may be sent without the frame that the coding would have.
  if (coding === "identity" || bytes.length === 0) return bytes;
  // One more than is taken, since zlib takes 0 for no limit, and what is exactly as long must pass.
  const options = { maxOutputLength: maxBytes + 1 };
  const check = (output: Uint8Array) => {
    if (output.length > maxBytes) throw tooLargeMessage(maxBytes);
    return output;
  };
  const explain = (thrown: unknown): never => {
    throw explainZlib(thrown, coding, maxBytes);
  };
  if (bytes.length > SYNCHRONOUS_BYTES) {
    const output =
      coding === "gzip"
        ? gunzipAsync(bytes, options)
        : coding === "br"
          ? brotliAsync(bytes, options)
          : zstdAsync(bytes, options);
    return output.then(check, explain);
  }
  try {
    return check(
      coding === "gzip"
        ? gunzipSync(bytes, options)
        : coding === "br"
          ? brotliDecompressSync(bytes, options)
          : zstdDecompressSync(bytes, options),
    );
  } catch (error) {
    return explain(error);
  }
}

function explainZlib(thrown: unknown, coding: Coding, maxBytes: number): unknown {
  if (!(thrown instanceof Error) || thrown instanceof RpcError) return thrown;
  if ("code" in thrown && thrown.code === "ERR_BUFFER_TOO_LARGE") return tooLargeMessage(maxBytes);
  return new RpcError("INVALID_ARGUMENT", `A message is not ${coding}, as its sender says.`, {
    cause: thrown,
  });
}

/** Compresses a message of an answer where that is worth it; undefined: it goes as it is. */
export function compressMessage(
  call: RpcCall,
  message: Uint8Array,
): Uint8Array | Promise<Uint8Array> | undefined {
  if (call.answerCoding === "identity" || message.length < MIN_COMPRESSED_BYTES) return undefined;
  return compress(message, call.answerCoding);
}

/** Makes the frame of one message of a stream. */
export function frameMessage(call: RpcCall, message: Uint8Array): Uint8Array | Promise<Uint8Array> {
  const compressed = compressMessage(call, message);
  if (compressed === undefined) return frameOf(0, message);
  if (!(compressed instanceof Promise)) return frameOf(FRAME_FLAGS.compressed, compressed);
  return compressed.then((bytes) => frameOf(FRAME_FLAGS.compressed, bytes));
}

/** Whether the message of a frame is compressed. */
export function isCompressed(frame: Uint8Array): boolean {
  return frame[0] === FRAME_FLAGS.compressed;
}

/** As writeFrame, in memory from Node's pool: a buffer of its own for each small message would cost more than sending it. */
export function frameOf(flags: number, message: Uint8Array): Uint8Array {
  const frame = Buffer.allocUnsafe(FRAME_HEAD_BYTES + message.length);
  writeFrameHead(frame, flags, message.length);
  frame.set(message, FRAME_HEAD_BYTES);
  return frame;
}
