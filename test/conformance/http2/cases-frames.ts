import { type Case, GET, get, HOLD, hold, MEASURE, post, toCase } from "./cases.ts";
import { answer, CLOSE, connectionError, FINE, sees, streamError } from "./expect.ts";
import {
  ACK,
  continuation,
  data,
  END_HEADERS,
  END_STREAM,
  frame,
  goaway,
  headers,
  MAX_WINDOW,
  PADDED,
  padded,
  ping,
  priority,
  rst,
  SETTING,
  settings,
  TYPE,
  windowUpdate,
} from "./frames.ts";
import { writeFields } from "./hpack.ts";
import type { Peer } from "./peer.ts";

const PROTOCOL = connectionError("PROTOCOL_ERROR");
const FRAME_SIZE = connectionError("FRAME_SIZE_ERROR");
const FLOW = connectionError("FLOW_CONTROL_ERROR");
const ALL = END_HEADERS | END_STREAM;
const block = writeFields(GET);
const eight = Buffer.alloc(8);
const extra = continuation(1, [["x-dummy", "a"]]);
const acks = ({ frames }: Peer) =>
  frames.filter(({ type, flags }) => type === TYPE.settings && flags === ACK).length;
const acknowledged = (count: number) => (peer: Peer) =>
  peer.until(`${count} acknowledgements`, () => acks(peer) === count);
const received = (peer: Peer) => peer.answer(1).body.length;
const bytes = (count: number) =>
  sees(`DATA of ${count} bytes and no more`, (peer) => received(peer) === count);

/** h2spec's group "http2" 6 and 7: each type of frame. */
export const FRAMES: readonly Case[] = [
  toCase("http2/6.1/1", "DATA on stream 0", [data(0, "test")], PROTOCOL),
  toCase(
    "http2/6.1/2",
    "DATA on a stream that is half-closed (remote)",
    [hold(), data(1, "test")],
    streamError(1, "STREAM_CLOSED"),
  ),
  toCase(
    "http2/6.1/3",
    "DATA padded with more than there is",
    [post(1, [["content-length", "4"]]), frame(TYPE.data, PADDED | END_STREAM, 1, padded("Test", 0, 6))],
    PROTOCOL,
  ),
  toCase(
    "http2/6.2/1",
    "HEADERS without END_HEADERS, then PRIORITY",
    [headers(1, block, 0), priority(1, 0, 255), extra],
    PROTOCOL,
  ),
  toCase(
    "http2/6.2/2",
    "HEADERS without END_HEADERS, then HEADERS of another stream",
    [headers(1, block, 0), get(3), extra],
    PROTOCOL,
  ),
  toCase("http2/6.2/3", "HEADERS on stream 0", [get(0)], PROTOCOL),
  toCase(
    "http2/6.2/4",
    "HEADERS padded with more than there is",
    [frame(TYPE.headers, ALL | PADDED, 1, padded(block.subarray(0, 100), 0, 102))],
    PROTOCOL,
  ),
  toCase("http2/6.3/1", "PRIORITY on stream 0", [priority(0, 0, 255)], PROTOCOL),
  toCase(
    "http2/6.3/2",
    "PRIORITY of four bytes",
    [hold(), frame(TYPE.priority, 0, 1, Buffer.of(0x80, 0, 0, 1))],
    streamError(1, "FRAME_SIZE_ERROR"),
  ),
  toCase(
    "http2/6.3/3",
    "PRIORITY on an idle stream, then a lower one is opened",
    [priority(3, 0, 255), get()],
    answer(),
  ),
  toCase("http2/6.4/1", "RST_STREAM on stream 0", [rst(0)], PROTOCOL),
  toCase("http2/6.4/2", "RST_STREAM on an idle stream", [rst(1)], PROTOCOL),
  toCase(
    "http2/6.4/3",
    "RST_STREAM of three bytes",
    [hold(), frame(TYPE.rstStream, 0, 1, Buffer.alloc(3))],
    FRAME_SIZE,
  ),
  toCase(
    "http2/6.5/1",
    "SETTINGS that acknowledge and say something",
    [frame(TYPE.settings, ACK, 0, Buffer.alloc(1))],
    FRAME_SIZE,
  ),
  toCase(
    "http2/6.5/2",
    "SETTINGS on a stream",
    [frame(TYPE.settings, 0, 1, Buffer.of(0, 3, 0, 0, 0, 100))],
    PROTOCOL,
  ),
  toCase(
    "http2/6.5/3",
    "SETTINGS of eight bytes",
    [frame(TYPE.settings, 0, 0, Buffer.of(0, 3, 0, 0, 0, 100, 0, 2))],
    connectionError("FRAME_SIZE_ERROR", "PROTOCOL_ERROR"),
  ),
  toCase("http2/6.5.2/1", "ENABLE_PUSH 2", [settings([SETTING.enablePush, 2])], PROTOCOL),
  toCase(
    "http2/6.5.2/2",
    "INITIAL_WINDOW_SIZE above the largest",
    [settings([SETTING.initialWindowSize, 2 ** 31])],
    FLOW,
  ),
  toCase(
    "http2/6.5.2/3",
    "MAX_FRAME_SIZE below the least",
    [settings([SETTING.maxFrameSize, 16_383])],
    PROTOCOL,
  ),
  toCase(
    "http2/6.5.2/4",
    "MAX_FRAME_SIZE above the largest",
    [settings([SETTING.maxFrameSize, 2 ** 24])],
    PROTOCOL,
  ),
  toCase("http2/6.5.2/5", "a setting that is not known", [settings([0xff, 1])], FINE),
  toCase(
    "http2/6.5.3/1",
    "INITIAL_WINDOW_SIZE twice: the last counts",
    [settings([SETTING.initialWindowSize, 100], [SETTING.initialWindowSize, 1]), acknowledged(2), get()],
    bytes(1),
  ),
  toCase(
    "http2/6.5.3/2",
    "SETTINGS are acknowledged",
    [settings([SETTING.enablePush, 0])],
    sees("two acknowledgements", (peer) => acks(peer) === 2),
  ),
  toCase(
    "http2/6.7/1",
    "PING",
    [ping("h2spec")],
    sees("the same bytes back", (peer) => peer.pongs().includes("h2spec")),
  ),
  toCase(
    "http2/6.7/2",
    "an answer to no PING",
    [ping("invalid", ACK), ping("h2spec")],
    sees("the ping's bytes alone", (peer) => peer.pongs()[0] === "h2spec"),
  ),
  toCase("http2/6.7/3", "PING on a stream", [frame(TYPE.ping, 0, 1, eight)], PROTOCOL),
  toCase("http2/6.7/4", "PING of six bytes", [frame(TYPE.ping, 0, 0, Buffer.alloc(6))], FRAME_SIZE),
  toCase("http2/6.8/1", "GOAWAY on a stream", [frame(TYPE.goaway, 0, 1, eight)], PROTOCOL),
  toCase("http2/6.9/1", "WINDOW_UPDATE by 0 for the connection", [windowUpdate(0, 0)], PROTOCOL),
  toCase(
    "http2/6.9/2",
    "WINDOW_UPDATE by 0 for a stream",
    [post(), windowUpdate(1, 0)],
    streamError(1, "PROTOCOL_ERROR"),
  ),
  toCase(
    "http2/6.9/3",
    "WINDOW_UPDATE of three bytes",
    [frame(TYPE.windowUpdate, 0, 0, Buffer.of(0, 0, 1))],
    FRAME_SIZE,
  ),
  toCase(
    "http2/6.9.1/1",
    "a window of one byte",
    [settings([SETTING.initialWindowSize, 1]), acknowledged(2), get()],
    bytes(1),
  ),
  toCase(
    "http2/6.9.1/2",
    "a window of the connection above the largest",
    [windowUpdate(0, MAX_WINDOW), windowUpdate(0, MAX_WINDOW)],
    FLOW,
  ),
  toCase(
    "http2/6.9.1/3",
    "a window of a stream above the largest",
    [post(), windowUpdate(1, MAX_WINDOW), windowUpdate(1, MAX_WINDOW)],
    streamError(1, "FLOW_CONTROL_ERROR"),
  ),
  toCase(
    "http2/6.9.2/1",
    "INITIAL_WINDOW_SIZE changed when a stream is open",
    [
      settings([SETTING.initialWindowSize, 0]),
      acknowledged(2),
      get(),
      settings([SETTING.initialWindowSize, 1]),
      acknowledged(3),
    ],
    bytes(1),
  ),
  toCase(
    "http2/6.9.2/2",
    "a window below nothing",
    [
      settings([SETTING.initialWindowSize, 3]),
      acknowledged(2),
      get(),
      (peer) => peer.until("three bytes", () => received(peer) === 3),
      settings([SETTING.initialWindowSize, 2]),
      acknowledged(3),
      windowUpdate(1, 2),
    ],
    bytes(4),
  ),
  toCase(
    "http2/6.9.2/3",
    "INITIAL_WINDOW_SIZE above the largest",
    [settings([SETTING.initialWindowSize, 2 ** 31])],
    FLOW,
  ),
  toCase(
    "http2/6.10/1",
    "several CONTINUATION frames",
    [headers(1, block, END_STREAM), continuation(1, [["x-dummy", "a"]], 0), extra],
    answer(),
  ),
  toCase(
    "http2/6.10/2",
    "CONTINUATION, then DATA",
    [headers(1, MEASURE, 0), continuation(1, [["x-dummy", "a"]], 0), data(1, "test")],
    PROTOCOL,
  ),
  toCase(
    "http2/6.10/3",
    "CONTINUATION on stream 0",
    [headers(1, block, END_STREAM), continuation(0, [["x-dummy", "a"]])],
    PROTOCOL,
  ),
  toCase("http2/6.10/4", "CONTINUATION after HEADERS with END_HEADERS", [hold(), extra], PROTOCOL),
  toCase(
    "http2/6.10/5",
    "CONTINUATION after CONTINUATION with END_HEADERS",
    [headers(1, HOLD, END_STREAM), extra, extra],
    PROTOCOL,
  ),
  toCase(
    "http2/6.10/6",
    "CONTINUATION after DATA",
    [headers(1, MEASURE, 0), data(1, "test"), extra],
    PROTOCOL,
  ),
  toCase("http2/7/1", "GOAWAY with an unknown code", [goaway(0, 0xff)], CLOSE),
  toCase("http2/7/2", "RST_STREAM with an unknown code", [post(), rst(1, 0xff)], FINE),
];
