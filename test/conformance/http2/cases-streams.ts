import { type Case, closed, GET, get, HOLD, hold, post, toCase } from "./cases.ts";
import { answer, anyOf, CLOSE, connectionError, errorOrNothing, FINE, sees, streamError } from "./expect.ts";
import {
  continuation,
  data,
  END_HEADERS,
  END_STREAM,
  frame,
  headers,
  MAGIC,
  PRIORITY,
  priority,
  priorityFields,
  rst,
  SETTING,
  settings,
  TYPE,
  windowUpdate,
} from "./frames.ts";
import { literal, writeFields } from "./hpack.ts";
import type { Peer } from "./peer.ts";

const PROTOCOL = connectionError("PROTOCOL_ERROR");
const FRAME_SIZE = connectionError("FRAME_SIZE_ERROR");
const COMPRESSION = connectionError("COMPRESSION_ERROR");
const ALL = END_HEADERS | END_STREAM;
const block = writeFields(GET);
const eight = Buffer.alloc(8);
const extra = continuation(1, [["x-dummy", "a"]]);
/** Bytes of the largest frame that the server takes, and so many more. */
const largest = (peer: Peer, more = 0) =>
  Buffer.alloc((peer.settings.get(SETTING.maxFrameSize) ?? 16_384) + more);
/**
 * RFC 9113 section 5.1 lets a server take frames on a closed stream for an error or discard them; RFC 7540, and h2spec,
 * knew the error only.
 */
const onClosed = errorOrNothing(1, "STREAM_CLOSED", "PROTOCOL_ERROR");

/** h2spec's groups "http2" 3 to 5: preface, frames, streams. */
export const STREAMS: readonly Case[] = [
  toCase(
    "http2/3.5/1",
    "a client's preface",
    [MAGIC, settings([SETTING.initialWindowSize, 65_535])],
    sees("SETTINGS first", ({ frames }) => frames[0]?.type === TYPE.settings && frames[0].flags === 0),
    { isRaw: true },
  ),
  toCase("http2/3.5/2", "what is no preface", [Buffer.from("INVALID CONNECTION PREFACE\r\n\r\n")], CLOSE, {
    isRaw: true,
  }),
  toCase("http2/4.1/1", "a frame of unknown type", [frame(0x16, 0, 0, eight)], FINE),
  toCase(
    "http2/4.1/2",
    "a frame with flags that there are not",
    [frame(TYPE.ping, 0x16, 0, eight)],
    sees("a pong", (peer) => peer.pongs()[0] === ""),
  ),
  toCase(
    "http2/4.1/3",
    "a frame with the reserved bit",
    [frame(TYPE.ping, 0x16, 2 ** 31, eight)],
    sees("a pong", (peer) => peer.pongs()[0] === ""),
  ),
  toCase(
    "http2/4.2/1",
    "DATA as large as is allowed",
    [post(), (peer) => data(1, largest(peer))],
    answer(413),
  ),
  toCase(
    "http2/4.2/2",
    "DATA larger than is allowed",
    [post(), (peer) => data(1, largest(peer, 1))],
    streamError(1, "FRAME_SIZE_ERROR"),
  ),
  toCase(
    "http2/4.2/3",
    "HEADERS larger than are allowed",
    [(peer) => headers(1, Buffer.concat([block, literal(0, "x", largest(peer, 1).toString("latin1"))]))],
    FRAME_SIZE,
  ),
  toCase("http2/4.3/1", "a block that cannot be decoded", [headers(1, Buffer.of(0x40))], COMPRESSION),
  toCase(
    "http2/4.3/2",
    "PRIORITY inside a block",
    [headers(1, block, 0), priority(1, 0, 255), extra],
    PROTOCOL,
  ),
  toCase(
    "http2/4.3/3",
    "HEADERS of another stream inside a block",
    [headers(1, block, 0), get(3), extra],
    PROTOCOL,
  ),
  toCase("http2/5.1/1", "idle: DATA", [data(1, "test")], PROTOCOL),
  toCase("http2/5.1/2", "idle: RST_STREAM", [rst(1)], PROTOCOL),
  toCase("http2/5.1/3", "idle: WINDOW_UPDATE", [windowUpdate(1, 100)], PROTOCOL),
  toCase("http2/5.1/4", "idle: CONTINUATION", [continuation(1, block)], PROTOCOL),
  toCase(
    "http2/5.1/5",
    "half-closed (remote): DATA",
    [hold(), data(1, "test")],
    streamError(1, "STREAM_CLOSED"),
  ),
  toCase("http2/5.1/6", "half-closed (remote): HEADERS", [hold(), hold()], streamError(1, "STREAM_CLOSED")),
  toCase(
    "http2/5.1/7",
    "half-closed (remote): CONTINUATION",
    [hold(), continuation(1, block)],
    streamError(1, "STREAM_CLOSED", "PROTOCOL_ERROR"),
  ),
  toCase("http2/5.1/8", "closed by RST_STREAM: DATA", [post(), rst(1), data(1, "test")], onClosed),
  toCase("http2/5.1/9", "closed by RST_STREAM: HEADERS", [post(), rst(1), get()], onClosed),
  toCase("http2/5.1/10", "closed by RST_STREAM: CONTINUATION", [post(), rst(1), extra], PROTOCOL),
  toCase("http2/5.1/11", "closed: DATA", [get(), closed(), data(1, "test")], onClosed),
  toCase("http2/5.1/12", "closed: HEADERS", [get(), closed(), get()], onClosed),
  toCase(
    "http2/5.1/13",
    "closed: CONTINUATION",
    [get(), closed(), extra],
    connectionError("STREAM_CLOSED", "PROTOCOL_ERROR"),
  ),
  toCase("http2/5.1.1/1", "an even stream", [get(2)], PROTOCOL),
  toCase(
    "http2/5.1.1/2",
    "a stream lower than one before",
    [get(5), get(3)],
    connectionError("PROTOCOL_ERROR", "STREAM_CLOSED"),
  ),
  toCase(
    "http2/5.1.1/3",
    "the same stream again",
    [headers(5, HOLD), headers(5, HOLD)],
    streamError(5, "STREAM_CLOSED"),
  ),
  toCase(
    "http2/5.1.2/1",
    "more streams than are allowed",
    [
      settings([SETTING.initialWindowSize, 0]),
      (peer) => {
        const count = (peer.settings.get(SETTING.maxConcurrentStreams) ?? 0) + 1;
        return Buffer.concat(Array.from({ length: count }, (_, at) => get(at * 2 + 1)));
      },
    ],
    sees("the last is refused", (peer) => {
      const last = (peer.settings.get(SETTING.maxConcurrentStreams) ?? 0) * 2 + 1;
      return ["REFUSED_STREAM", "PROTOCOL_ERROR"].includes(peer.resetCode(last) ?? "");
    }),
  ),
  // RFC 7540 made these stream errors; RFC 9113 has taken the dependencies out, so that they may be ignored.
  toCase(
    "http2/5.3.1/1",
    "HEADERS that depend on their own stream",
    [frame(TYPE.headers, ALL | PRIORITY, 1, Buffer.concat([priorityFields(1, 255), block]))],
    anyOf(streamError(1, "PROTOCOL_ERROR"), answer()),
  ),
  toCase(
    "http2/5.3.1/2",
    "PRIORITY that depends on its own stream",
    [priority(1, 1, 255)],
    errorOrNothing(1, "PROTOCOL_ERROR"),
  ),
  toCase("http2/5.4.1/1", "the connection closed after an error", [frame(TYPE.ping, 0, 3, eight)], CLOSE),
  toCase("http2/5.4.1/2", "GOAWAY before that", [frame(TYPE.ping, 0, 3, eight)], PROTOCOL),
  toCase("http2/5.5/1", "an unknown frame", [frame(0x16, 0, 0, eight)], FINE),
  toCase(
    "http2/5.5/2",
    "an unknown frame inside a block",
    [headers(1, block, END_STREAM), frame(0x16, 0, 0, eight)],
    PROTOCOL,
  ),
];
