import { frame, FRAME as SOME } from "../../support/http2-frames.ts";
import { type Fields, writeFields } from "./hpack.ts";

/** RFC 9113 section 6. */
export const TYPE = {
  ...SOME,
  priority: 2,
  pushPromise: 5,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

export const END_STREAM = 0x1;
export const ACK = 0x1;
export const END_HEADERS = 0x4;
export const PADDED = 0x8;
export const PRIORITY = 0x20;

/** RFC 9113 section 7; the place is the number. */
export const CODES = [
  "NO_ERROR",
  "PROTOCOL_ERROR",
  "INTERNAL_ERROR",
  "FLOW_CONTROL_ERROR",
  "SETTINGS_TIMEOUT",
  "STREAM_CLOSED",
  "FRAME_SIZE_ERROR",
  "REFUSED_STREAM",
  "CANCEL",
  "COMPRESSION_ERROR",
  "CONNECT_ERROR",
  "ENHANCE_YOUR_CALM",
  "INADEQUATE_SECURITY",
  "HTTP_1_1_REQUIRED",
] as const;
export type Code = (typeof CODES)[number];

/** RFC 9113 section 6.5.2. */
export const SETTING = {
  headerTableSize: 1,
  enablePush: 2,
  maxConcurrentStreams: 3,
  initialWindowSize: 4,
  maxFrameSize: 5,
  maxHeaderListSize: 6,
} as const;

export const MAGIC = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
export const MAX_WINDOW = 2 ** 31 - 1;

export { frame };

export function settings(...pairs: readonly (readonly [id: number, value: number])[]): Buffer {
  const payload = Buffer.alloc(pairs.length * 6);
  pairs.forEach(([id, value], at) => {
    payload.writeUInt16BE(id, at * 6);
    payload.writeUInt32BE(value, at * 6 + 2);
  });
  return frame(TYPE.settings, 0, 0, payload);
}

export const SETTINGS_ACK = frame(TYPE.settings, ACK, 0);

/** A block of headers that ends the headers and, if not told otherwise, the stream. */
export function headers(stream: number, block: Fields | Buffer, flags = END_HEADERS | END_STREAM): Buffer {
  return frame(TYPE.headers, flags, stream, Buffer.isBuffer(block) ? block : writeFields(block));
}

export function continuation(stream: number, block: Fields | Buffer, flags = END_HEADERS): Buffer {
  return frame(TYPE.continuation, flags, stream, Buffer.isBuffer(block) ? block : writeFields(block));
}

/** A request without content whose block is too long for one frame. */
export function longHeaders(stream: number, fields: Fields): Buffer {
  const block = writeFields(fields);
  const parts = Array.from({ length: Math.ceil(block.length / 16_000) }, (_, at) =>
    block.subarray(at * 16_000, (at + 1) * 16_000),
  );
  return Buffer.concat(
    parts.map((part, at) => {
      const flags = at === parts.length - 1 ? END_HEADERS : 0;
      return at === 0 ? headers(stream, part, END_STREAM | flags) : continuation(stream, part, flags);
    }),
  );
}

export function data(stream: number, content: string | Buffer, flags = END_STREAM): Buffer {
  return frame(TYPE.data, flags, stream, Buffer.from(content));
}

/** The payload of a padded frame; `padLength` says something else than is there where it is given. */
export function padded(content: Buffer | string, padding: number, padLength = padding): Buffer {
  return Buffer.concat([Buffer.of(padLength), Buffer.from(content), Buffer.alloc(padding)]);
}

export function priority(stream: number, dependsOn: number, weight = 15, isExclusive = false): Buffer {
  return frame(TYPE.priority, 0, stream, priorityFields(dependsOn, weight, isExclusive));
}

export function priorityFields(dependsOn: number, weight: number, isExclusive = false): Buffer {
  return Buffer.concat([uint32(dependsOn + (isExclusive ? 2 ** 31 : 0)), Buffer.of(weight)]);
}

export function rst(stream: number, code: number | Code = "CANCEL"): Buffer {
  return frame(TYPE.rstStream, 0, stream, uint32(numberOf(code)));
}

export function ping(text = "pingpong", flags = 0): Buffer {
  return frame(TYPE.ping, flags, 0, Buffer.from(text.padEnd(8, "\0").slice(0, 8)));
}

export function goaway(lastStream: number, code: number | Code, debug = ""): Buffer {
  const payload = Buffer.concat([uint32(lastStream), uint32(numberOf(code)), Buffer.from(debug)]);
  return frame(TYPE.goaway, 0, 0, payload);
}

export function windowUpdate(stream: number, increment: number): Buffer {
  return frame(TYPE.windowUpdate, 0, stream, uint32(increment));
}

/** The four that a request must have (RFC 9113 section 8.3.1), and more. */
export function requestFields(method: string, path: string, more: Fields = []): Fields {
  return [[":method", method], [":scheme", "http"], [":path", path], [":authority", "localhost"], ...more];
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function numberOf(code: number | Code): number {
  return typeof code === "number" ? code : CODES.indexOf(code);
}
