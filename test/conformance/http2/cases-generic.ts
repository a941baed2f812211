import { BOOK_PATH, type Case, closed, GET, get, hold, MEASURE, NOTE, post, toCase } from "./cases.ts";
import { answer, CLOSE, FINE, sees } from "./expect.ts";
import {
  continuation,
  data,
  END_HEADERS,
  END_STREAM,
  frame,
  goaway,
  headers,
  PADDED,
  PRIORITY,
  padded,
  ping,
  priority,
  priorityFields,
  requestFields,
  rst,
  SETTING,
  settings,
  TYPE,
  windowUpdate,
} from "./frames.ts";
import { literal, writeFields } from "./hpack.ts";

const ALL = END_HEADERS | END_STREAM;
const block = writeFields(GET);
const withField = (field: Buffer) => [headers(1, Buffer.concat([block, field]))];
const zeroWindow = settings([SETTING.initialWindowSize, 0]);
const dataOnOne = sees("DATA of one byte on stream 1", (peer) =>
  peer.frames.some(({ type, stream, payload }) => type === TYPE.data && stream === 1 && payload.length === 1),
);

/** h2spec's group "generic": what every server must understand. */
export const GENERIC: readonly Case[] = [
  toCase(
    "generic/1/1",
    "the server's preface comes first",
    [],
    sees("SETTINGS first", ({ frames }) => frames[0]?.type === TYPE.settings && frames[0].flags === 0),
  ),
  toCase("generic/2/1", "PRIORITY on an idle stream", [priority(1, 0, 255)], FINE),
  toCase(
    "generic/2/2",
    "WINDOW_UPDATE on a half-closed stream",
    [zeroWindow, get(), windowUpdate(1, 1)],
    dataOnOne,
  ),
  toCase(
    "generic/2/3",
    "PRIORITY on a half-closed stream",
    [zeroWindow, get(), priority(1, 0, 255), windowUpdate(1, 1)],
    dataOnOne,
  ),
  toCase("generic/2/4", "RST_STREAM on a half-closed stream", [hold(), rst(1)], FINE),
  toCase("generic/2/5", "PRIORITY on a closed stream", [get(), closed(), priority(1, 0, 255)], FINE),
  toCase("generic/3.1/1", "DATA", [post(), data(1, NOTE)], answer()),
  toCase(
    "generic/3.1/2",
    "several DATA frames",
    [post(), data(1, NOTE.slice(0, 5), 0), data(1, NOTE.slice(5))],
    answer(),
  ),
  toCase(
    "generic/3.1/3",
    "DATA with padding",
    [post(), frame(TYPE.data, PADDED | END_STREAM, 1, padded(NOTE, 6))],
    answer(),
  ),
  toCase("generic/3.2/1", "HEADERS", [get()], answer()),
  toCase(
    "generic/3.2/2",
    "HEADERS with padding",
    [frame(TYPE.headers, ALL | PADDED, 1, padded(block, 8))],
    answer(),
  ),
  toCase(
    "generic/3.2/3",
    "HEADERS with priority",
    [frame(TYPE.headers, ALL | PRIORITY, 1, Buffer.concat([priorityFields(0, 255), block]))],
    answer(),
  ),
  toCase("generic/3.3/1", "PRIORITY with weight 1", [priority(1, 0, 0), get()], answer()),
  toCase("generic/3.3/2", "PRIORITY with weight 256", [priority(1, 0, 255), get()], answer()),
  toCase("generic/3.3/3", "PRIORITY that depends on a stream", [priority(3, 1, 0), get()], answer()),
  toCase("generic/3.3/4", "exclusive PRIORITY", [priority(1, 0, 0, true), get()], answer()),
  toCase(
    "generic/3.3/5",
    "PRIORITY on an idle stream, then a lower one is opened",
    [priority(3, 0, 255), get()],
    answer(),
  ),
  toCase("generic/3.4/1", "RST_STREAM", [post(), rst(1)], FINE),
  toCase(
    "generic/3.5/1",
    "SETTINGS of every kind",
    [settings([1, 4096], [2, 1], [3, 100], [4, 65_535], [5, 16_384], [6, 100])],
    sees(
      "two acknowledgements",
      ({ frames }) => frames.filter(({ type, flags }) => type === TYPE.settings && flags === 1).length === 2,
    ),
  ),
  toCase(
    "generic/3.7/1",
    "PING",
    [ping("h2spec")],
    sees("the same bytes back", (peer) => peer.pongs().includes("h2spec")),
  ),
  toCase("generic/3.8/1", "GOAWAY", [goaway(0, "NO_ERROR", "h2spec")], CLOSE),
  toCase("generic/3.9/1", "WINDOW_UPDATE for the connection", [windowUpdate(0, 1)], FINE),
  toCase("generic/3.9/2", "WINDOW_UPDATE for a stream", [get(), windowUpdate(1, 1)], answer()),
  toCase(
    "generic/3.10/1",
    "a CONTINUATION frame",
    [headers(1, block.subarray(0, 5), END_STREAM), continuation(1, block.subarray(5))],
    answer(),
  ),
  toCase(
    "generic/3.10/2",
    "several CONTINUATION frames",
    [
      headers(1, block.subarray(0, 5), END_STREAM),
      continuation(1, block.subarray(5, 10), 0),
      continuation(1, block.subarray(10)),
    ],
    answer(),
  ),
  toCase("generic/4/1", "GET", [get()], answer()),
  toCase("generic/4/2", "HEAD", [headers(1, requestFields("HEAD", BOOK_PATH))], answer()),
  toCase("generic/4/3", "POST", [post(), data(1, NOTE)], answer()),
  toCase(
    "generic/4/4",
    "POST with trailers",
    [
      headers(1, [...MEASURE, ["trailer", "x-test"]], END_HEADERS),
      data(1, NOTE, 0),
      headers(1, [["x-test", "ok"]]),
    ],
    answer(),
  ),
  toCase("generic/5/1", "an indexed field", withField(Buffer.of(0xba)), answer()),
  ...(
    [
      [
        "generic/5/2",
        "indexed literal, name of the table",
        Buffer.concat([Buffer.of(0x7a), literal(0, "", "h2spec").subarray(2)]),
      ],
      [
        "generic/5/3",
        "indexed literal, name of the table, Huffman",
        Buffer.concat([Buffer.of(0x7a), literal(0, "", "h2spec", true).subarray(2)]),
      ],
      ["generic/5/4", "indexed literal, new name", literal(0x40, "x-test", "h2spec")],
      ["generic/5/5", "indexed literal, new name, Huffman", literal(0x40, "x-test", "h2spec", true)],
      [
        "generic/5/6",
        "literal not indexed, name of the table",
        Buffer.concat([Buffer.of(0x0f, 0x2b), literal(0, "", "h2spec").subarray(2)]),
      ],
      [
        "generic/5/7",
        "literal not indexed, name of the table, Huffman",
        Buffer.concat([Buffer.of(0x0f, 0x2b), literal(0, "", "h2spec", true).subarray(2)]),
      ],
      ["generic/5/8", "literal not indexed, new name", literal(0x00, "x-test", "h2spec")],
      ["generic/5/9", "literal not indexed, new name, Huffman", literal(0x00, "x-test", "h2spec", true)],
      [
        "generic/5/10",
        "literal never indexed, name of the table",
        Buffer.concat([Buffer.of(0x1f, 0x2b), literal(0, "", "h2spec").subarray(2)]),
      ],
      [
        "generic/5/11",
        "literal never indexed, name of the table, Huffman",
        Buffer.concat([Buffer.of(0x1f, 0x2b), literal(0, "", "h2spec", true).subarray(2)]),
      ],
      ["generic/5/12", "literal never indexed, new name", literal(0x10, "x-test", "h2spec")],
      ["generic/5/13", "literal never indexed, new name, Huffman", literal(0x10, "x-test", "h2spec", true)],
    ] as const
  ).map(([id, title, field]) => toCase(id, title, withField(field), answer())),
  toCase(
    "generic/5/14",
    "a size update of the table",
    [headers(1, Buffer.concat([Buffer.of(0x20), block]))],
    answer(),
  ),
  toCase(
    "generic/5/15",
    "two size updates of the table",
    [headers(1, Buffer.concat([Buffer.of(0x20, 0x3f, 0xe1, 0x1f), block]))],
    answer(),
  ),
];
