import { BOOK_PATH, type Case, closed, GET, get, hold, measure, NOTE, post, toCase } from "./cases.ts";
import {
  answer,
  anyOf,
  CLOSE,
  connectionError,
  errorOrNothing,
  FINE,
  malformed,
  sees,
  seesLast,
  streamError,
} from "./expect.ts";
import {
  ACK,
  continuation,
  data,
  END_HEADERS,
  END_STREAM,
  frame,
  goaway,
  headers,
  MAGIC,
  MAX_WINDOW,
  PADDED,
  PRIORITY,
  padded,
  ping,
  requestFields,
  rst,
  SETTING,
  settings,
  TYPE,
  windowUpdate,
} from "./frames.ts";
import { HUFFMAN, literal, writeFields } from "./hpack.ts";

const PROTOCOL = connectionError("PROTOCOL_ERROR");
const FRAME_SIZE = connectionError("FRAME_SIZE_ERROR");
const COMPRESSION = connectionError("COMPRESSION_ERROR");
const ALL = END_HEADERS | END_STREAM;
const block = writeFields(GET);
const without = (...names: readonly string[]) => GET.filter(([name]) => !names.includes(name));
/** RFC 9113 section 5.4.1: PROTOCOL_ERROR may stand for a more specific code. */
const tooShort = connectionError("FRAME_SIZE_ERROR", "PROTOCOL_ERROR");

/** What RFC 9113 says of frames and streams and h2spec does not ask. */
const FRAMES: readonly Case[] = [
  toCase("rfc9113/3.4", "a preface without SETTINGS behind it", [MAGIC, ping()], anyOf(PROTOCOL, CLOSE), {
    isRaw: true,
  }),
  toCase(
    "rfc9113/3.4",
    "a preface with a byte changed",
    [Buffer.from("PRI * HTTP/2.0\r\n\r\nSX\r\n\r\n"), settings()],
    CLOSE,
    { isRaw: true },
  ),
  toCase("rfc9113/3.4", "requests right behind the preface", [MAGIC, settings(), get()], answer(), {
    isRaw: true,
  }),
  toCase(
    "rfc9113/4.1",
    "one byte at a time",
    [
      async (peer) => {
        for (const byte of Buffer.concat([MAGIC, settings(), measure(), get(3)])) peer.send(Buffer.of(byte));
      },
    ],
    answer(200, 3),
    { isRaw: true },
  ),
  toCase(
    "rfc9113/4.2",
    "a frame of unknown type larger than is allowed",
    [(peer) => frame(0x16, 0, 0, Buffer.alloc((peer.settings.get(SETTING.maxFrameSize) ?? 16_384) + 1))],
    FRAME_SIZE,
  ),
  toCase(
    "rfc9113/4.2",
    "a length of 2^24-1",
    [Buffer.from("ffffff000000000001", "hex"), Buffer.alloc(16_384)],
    FRAME_SIZE,
  ),
  toCase(
    "rfc9113/4.3",
    "a refused request's block still counts for the table",
    [
      headers(
        1,
        Buffer.concat([writeFields(GET), literal(0x40, "x-bad", "a\nb"), literal(0x40, "x-good", "a")]),
      ),
      headers(3, Buffer.concat([block, Buffer.of(0xbe)])),
    ],
    answer(200, 3),
  ),
  toCase(
    "rfc9113/4.3",
    "a block cut in the middle of a field by CONTINUATION",
    [
      headers(1, block.subarray(0, 1), END_STREAM),
      ...[2, 12, 30].map((end, at) => continuation(1, block.subarray([1, 2, 12][at], end), 0)),
      continuation(1, block.subarray(30)),
    ],
    answer(),
  ),
  toCase(
    "rfc9113/5.1",
    "WINDOW_UPDATE on a closed stream is no error",
    [get(), closed(), windowUpdate(1, 1)],
    FINE,
  ),
  toCase("rfc9113/5.1", "RST_STREAM on a closed stream is no error", [get(), closed(), rst(1)], FINE),
  toCase("rfc9113/5.1", "RST_STREAM twice", [hold(), rst(1), rst(1)], FINE),
  toCase(
    "rfc9113/5.1",
    "an unknown frame on an idle stream",
    [frame(0x16, 0, 7, Buffer.alloc(8)), get()],
    answer(),
  ),
  toCase(
    "rfc9113/5.1",
    "DATA behind trailers",
    [post(), data(1, NOTE, 0), headers(1, [["x-test", "ok"]]), data(1, "test")],
    streamError(1, "STREAM_CLOSED"),
  ),
  toCase(
    "rfc9113/5.1.1",
    "streams may be left out, and are closed by that",
    [get(7), closed(7), data(5, "test")],
    errorOrNothing(5, "STREAM_CLOSED", "PROTOCOL_ERROR"),
  ),
  toCase("rfc9113/5.1.1", "the highest stream", [get(MAX_WINDOW)], answer(200, MAX_WINDOW)),
  toCase("rfc9113/5.1.1", "DATA on an even stream", [data(2, "test")], PROTOCOL),
  toCase(
    "rfc9113/6.1",
    "DATA with nothing but padding",
    [post(), frame(TYPE.data, PADDED, 1, padded("", 255)), data(1, NOTE)],
    answer(),
  ),
  toCase(
    "rfc9113/6.1",
    "padding of no bytes",
    [post(), frame(TYPE.data, PADDED | END_STREAM, 1, padded(NOTE, 0))],
    answer(),
  ),
  toCase(
    "rfc9113/6.1",
    "PADDED without the length of padding",
    [post(), frame(TYPE.data, PADDED, 1)],
    tooShort,
  ),
  toCase(
    "rfc9113/6.1",
    "padding as long as the payload",
    [post(), frame(TYPE.data, PADDED, 1, padded("", 3, 4))],
    PROTOCOL,
  ),
  toCase(
    "rfc9113/6.2",
    "HEADERS with PRIORITY and three bytes",
    [frame(TYPE.headers, ALL | PRIORITY, 1, Buffer.alloc(3))],
    tooShort,
  ),
  toCase("rfc9113/6.2", "HEADERS with PADDED and nothing", [frame(TYPE.headers, ALL | PADDED, 1)], tooShort),
  toCase(
    "rfc9113/6.2",
    "HEADERS with priority and padding",
    [
      frame(
        TYPE.headers,
        ALL | PADDED | PRIORITY,
        1,
        padded(Buffer.concat([Buffer.of(0, 0, 0, 0, 1), block]), 9),
      ),
    ],
    answer(),
  ),
  toCase("rfc9113/6.5", "an acknowledgement on a stream", [frame(TYPE.settings, ACK, 1)], PROTOCOL),
  toCase(
    "rfc9113/6.5",
    "an acknowledgement of nothing",
    [frame(TYPE.settings, ACK, 0), get()],
    anyOf(answer(), PROTOCOL),
  ),
  toCase(
    "rfc9113/6.5",
    "HEADER_TABLE_SIZE 0: the next block begins with a size update",
    [get(), closed(), get(3)],
    sees("one size update, and no entries", (peer) => {
      const { sizeUpdates, entries } = peer.fieldReader;
      return peer.answer(3).isEnded && sizeUpdates.join() === "0" && entries === 0;
    }),
    { open: { settings: [[SETTING.headerTableSize, 0]] } },
  ),
  toCase("rfc9113/6.7", "PING of no bytes", [frame(TYPE.ping, 0, 0)], FRAME_SIZE),
  toCase("rfc9113/6.8", "GOAWAY of four bytes", [frame(TYPE.goaway, 0, 0, Buffer.alloc(4))], tooShort),
  toCase(
    "rfc9113/6.8",
    "GOAWAY while a request is under way",
    [zeroWindow(), get(), goaway(0, "NO_ERROR"), windowUpdate(1, 10_000)],
    seesLast("the answer", (peer) => peer.answer(1).isEnded && peer.answer(1).status === 200),
  ),
  toCase(
    "rfc9113/6.9",
    "WINDOW_UPDATE whose reserved bit is set",
    [frame(TYPE.windowUpdate, 0, 0, Buffer.of(0x80, 0, 0, 1))],
    FINE,
  ),
  toCase(
    "rfc9113/6.9",
    "WINDOW_UPDATE of a stream of five bytes",
    [hold(), frame(TYPE.windowUpdate, 0, 1, Buffer.alloc(5))],
    FRAME_SIZE,
  ),
  toCase(
    "rfc9113/6.9",
    "WINDOW_UPDATE by 0 on a half-closed stream",
    [hold(), windowUpdate(1, 0)],
    streamError(1, "PROTOCOL_ERROR"),
  ),
  toCase(
    "rfc9113/6.10",
    "CONTINUATION of no bytes",
    [headers(1, block, END_STREAM), continuation(1, Buffer.alloc(0))],
    answer(),
  ),
  toCase("rfc9113/6.10", "PING inside a block", [headers(1, block, END_STREAM), ping()], PROTOCOL),
  toCase("rfc9113/6.10", "SETTINGS inside a block", [headers(1, block, END_STREAM), settings()], PROTOCOL),
  toCase(
    "rfc9113/6.10",
    "CONTINUATION of another stream",
    [headers(1, block, END_STREAM), continuation(3, [["x-dummy", "a"]])],
    PROTOCOL,
  ),
];

function zeroWindow(): Buffer {
  return settings([SETTING.initialWindowSize, 0]);
}

const BAD_FIELDS: readonly (readonly [section: string, title: string, name: string, value: string])[] = [
  ["8.2.1", "a space in a name", "x test", "a"],
  ["8.2.1", "a control character in a name", "x\u0001test", "a"],
  ["8.2.1", "NUL in a name", "x\0test", "a"],
  ["8.2.1", "DEL in a name", "x\u007ftest", "a"],
  ["8.2.1", "a byte above ASCII in a name", "x\u00e9", "a"],
  ["8.2.1", "a colon in a name", "x:test", "a"],
  ["8.2.1", "a line feed in a name", "x\ntest", "a"],
  ["8.2.1", "one letter in upper case", "x-Test", "a"],
  ["8.2.1", "a name of no bytes", "", "a"],
  ["8.2.1", "NUL in a value", "x-test", "a\0b"],
  ["8.2.1", "a line feed in a value", "x-test", "a\nb"],
  ["8.2.1", "a carriage return in a value", "x-test", "a\rb"],
  ["8.2.1", "a request smuggled in a value", "x-test", "a\r\n\r\nGET / HTTP/1.1"],
  ["8.2.1", "a space before a value", "x-test", " a"],
  ["8.2.1", "a tab behind a value", "x-test", "a\t"],
  ["8.2.2", "proxy-connection", "proxy-connection", "keep-alive"],
  ["8.2.2", "keep-alive", "keep-alive", "timeout=5"],
  ["8.2.2", "transfer-encoding", "transfer-encoding", "chunked"],
  ["8.2.2", "upgrade", "upgrade", "websocket"],
  ["8.2.2", "te: gzip", "te", "gzip"],
  ["8.3", "the pseudo-header of extended CONNECT", ":protocol", "websocket"],
  ["8.3.1", ":authority twice", ":authority", "localhost"],
  ["8.1.1", "a content-length that is no number", "content-length", "a"],
  ["8.1.1", "a content-length and no content", "content-length", "5"],
  ["8.3.1", "a host other than :authority", "host", "elsewhere"],
];

/** What RFC 9113 says of messages and h2spec does not ask. */
const MESSAGES: readonly Case[] = [
  ...BAD_FIELDS.map(([section, title, name, value]) =>
    toCase(`rfc9113/${section}`, title, [get(1, [[name, value]])], malformed()),
  ),
  toCase("rfc9113/8.2.2", "te: trailers", [get(1, [["te", "trailers"]])], answer()),
  toCase(
    "rfc9113/8.2.1",
    "an empty value, and bytes above ASCII in a value",
    [
      get(1, [
        ["x-a", ""],
        ["x-b", "\u00e9"],
      ]),
    ],
    answer(),
  ),
  toCase(
    "rfc9113/8.1",
    "trailers without END_STREAM, then DATA",
    [post(), headers(1, [["x-test", "ok"]], END_HEADERS), data(1, NOTE)],
    malformed(),
  ),
  toCase(
    "rfc9113/8.1",
    "trailers of a stream without content",
    [post(), headers(1, [["x-test", "ok"]])],
    sees("an answer", (peer) => peer.answer(1).isEnded),
  ),
  toCase(
    "rfc9113/8.1",
    "a name in upper case in trailers",
    [post(), data(1, NOTE, 0), headers(1, [["X-Test", "ok"]])],
    malformed(),
  ),
  toCase(
    "rfc9113/8.1.1",
    "less content than content-length says",
    [post(1, [["content-length", "50"]]), data(1, NOTE)],
    malformed(),
  ),
  toCase(
    "rfc9113/8.1.1",
    "two lengths",
    [
      post(1, [
        ["content-length", "15"],
        ["content-length", "16"],
      ]),
      data(1, NOTE),
    ],
    malformed(),
  ),
  toCase(
    "rfc9113/8.1.1",
    "content-length counts no padding",
    [post(1, [["content-length", "15"]]), frame(TYPE.data, PADDED | END_STREAM, 1, padded(NOTE, 9))],
    answer(),
  ),
  toCase(
    "rfc9113/8.3.1",
    "a :path that is no path",
    [headers(1, requestFields("GET", "books"))],
    malformed(),
  ),
  toCase(
    "rfc9113/8.3.1",
    "no :authority and a host",
    [headers(1, [...without(":authority"), ["host", "localhost"]])],
    answer(),
  ),
  toCase(
    "rfc9113/8.3.1",
    "a host that is :authority in other letters",
    [get(1, [["host", "LocalHost"]])],
    answer(),
  ),
  toCase("rfc9113/8.3.1", "OPTIONS *", [headers(1, requestFields("OPTIONS", "*"))], answer(204)),
  toCase(
    "rfc9113/8.3.1",
    "another scheme",
    [
      headers(1, [
        [":method", "GET"],
        [":scheme", "https"],
        [":path", BOOK_PATH],
        [":authority", "localhost"],
      ]),
    ],
    answer(),
  ),
  toCase(
    "rfc9113/8.5",
    "CONNECT",
    [
      headers(
        1,
        [
          [":method", "CONNECT"],
          [":authority", "localhost:80"],
        ],
        END_HEADERS,
      ),
    ],
    anyOf(malformed(), answer(405), answer(501)),
  ),
  toCase(
    "rfc9113/8.5",
    "CONNECT with a :path",
    [headers(1, requestFields("CONNECT", "/"))],
    anyOf(malformed(), answer(405)),
  ),
  toCase(
    "rfc9113/8.5",
    "CONNECT without :authority",
    [headers(1, [[":method", "CONNECT"]])],
    anyOf(malformed(), answer(405)),
  ),
  toCase(
    "rfc9113/10.3",
    "every byte of Huffman's code in a value",
    [headers(1, Buffer.concat([block, literal(0, "x-test", visible(), true)]))],
    answer(),
  ),
  toCase(
    "rfc7541/5.1",
    "an integer above 2^53",
    [headers(1, Buffer.concat([block, Buffer.from("ffffffffffffffffffffffff7f", "hex")]))],
    COMPRESSION,
  ),
  toCase(
    "rfc7541/5.1",
    "an integer that does not end",
    [headers(1, Buffer.concat([block, Buffer.alloc(1000, 0xff)]))],
    COMPRESSION,
  ),
  toCase(
    "rfc7541/5.2",
    "a text longer than its block",
    [headers(1, Buffer.concat([block, Buffer.of(0, 1, 0x61, 100, 0x62)]))],
    COMPRESSION,
  ),
  toCase(
    "rfc7541/4.4",
    "an entry larger than the table empties it",
    [
      headers(1, Buffer.concat([block, literal(0x40, "x-a", "b")])),
      headers(3, Buffer.concat([block, literal(0x40, "x-a", "b".repeat(4096))])),
      headers(5, Buffer.concat([block, Buffer.of(0xbe)])),
    ],
    COMPRESSION,
  ),
  toCase(
    "rfc7541/2.3.2",
    "the oldest entry is the first to go",
    [
      headers(
        1,
        Buffer.concat([
          block,
          ...Array.from({ length: 100 }, (_, at) => literal(0x40, `x-${at}`, "v".repeat(30))),
        ]),
      ),
      headers(3, Buffer.concat([block, Buffer.of(0xff, 30)])),
      headers(5, Buffer.concat([block, Buffer.of(0xff, 100)])),
    ],
    COMPRESSION,
  ),
];

/** Every character of a value that has a Huffman code and no meaning for a header's syntax. */
function visible(): string {
  return [...HUFFMAN.keys()]
    .filter((byte) => byte > 0x20 && byte < 0x100 && byte !== 0x7f)
    .map((byte) => String.fromCharCode(byte))
    .join("");
}

export const RFC_9113: readonly Case[] = numbered([...FRAMES, ...MESSAGES]);

/** Counts the cases of each section. */
function numbered(cases: readonly Case[]): Case[] {
  const counts = new Map<string, number>();
  return cases.map((one) => {
    const count = (counts.get(one.id) ?? 0) + 1;
    counts.set(one.id, count);
    return { ...one, id: `${one.id}/${count}` };
  });
}
