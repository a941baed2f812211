import { type Case, GET, get, NOTE, post, toCase } from "./cases.ts";
import { connectionError, malformed } from "./expect.ts";
import { data, END_HEADERS, frame, headers, requestFields, SETTING, TYPE } from "./frames.ts";
import { integer, writeFields } from "./hpack.ts";

const PROTOCOL = connectionError("PROTOCOL_ERROR");
const COMPRESSION = connectionError("COMPRESSION_ERROR");
const block = writeFields(GET);

/** h2spec's groups "http2" 8 and "hpack". */
export const MESSAGES: readonly Case[] = [
  toCase(
    "http2/8.1/1",
    "a second HEADERS frame without END_STREAM",
    [post(), data(1, "test", 0), headers(1, [["x-test", "ok"]], END_HEADERS)],
    malformed(),
  ),
  toCase("http2/8.1.2/1", "a name in upper case", [get(1, [["X-TEST", "ok"]])], malformed()),
  toCase("http2/8.1.2.1/1", "an unknown pseudo-header", [headers(1, [...GET, [":test", "ok"]])], malformed()),
  toCase(
    "http2/8.1.2.1/2",
    "a pseudo-header of responses",
    [headers(1, [...GET, [":status", "200"]])],
    malformed(),
  ),
  toCase(
    "http2/8.1.2.1/3",
    "a pseudo-header in trailers",
    [post(), data(1, "test", 0), headers(1, [[":method", "POST"]])],
    malformed(),
  ),
  toCase(
    "http2/8.1.2.1/4",
    "a pseudo-header after a header",
    [headers(1, [["x-test", "ok"], ...GET])],
    malformed(),
  ),
  toCase("http2/8.1.2.2/1", "connection: keep-alive", [get(1, [["connection", "keep-alive"]])], malformed()),
  toCase(
    "http2/8.1.2.2/2",
    "te: trailers, deflate",
    [
      get(1, [
        ["trailers", "test"],
        ["te", "trailers, deflate"],
      ]),
    ],
    malformed(),
  ),
  toCase("http2/8.1.2.3/1", "an empty :path", [headers(1, requestFields("GET", ""))], malformed()),
  ...[":method", ":scheme", ":path"].map((missing, at) =>
    toCase(
      `http2/8.1.2.3/${at + 2}`,
      `no ${missing}`,
      [
        headers(
          1,
          GET.filter(([name]) => name !== missing),
        ),
      ],
      malformed(),
    ),
  ),
  ...[":method", ":scheme", ":path"].map((twice, at) =>
    toCase(
      `http2/8.1.2.3/${at + 5}`,
      `${twice} twice`,
      [headers(1, [...GET, ...GET.filter(([name]) => name === twice)])],
      malformed(),
    ),
  ),
  toCase(
    "http2/8.1.2.6/1",
    "content-length that is not the DATA frame's",
    [post(1, [["content-length", "1"]]), data(1, NOTE)],
    malformed(),
  ),
  toCase(
    "http2/8.1.2.6/2",
    "content-length that is not the sum of the DATA frames",
    [post(1, [["content-length", "1"]]), data(1, NOTE.slice(0, 5), 0), data(1, NOTE.slice(5))],
    malformed(),
  ),
  toCase(
    "http2/8.2/1",
    "PUSH_PROMISE by a client",
    [frame(TYPE.pushPromise, END_HEADERS, 1, Buffer.concat([Buffer.of(0, 0, 0, 3), block]))],
    PROTOCOL,
  ),
  toCase(
    "hpack/2.3.3/1",
    "an index that there is not",
    [headers(1, Buffer.concat([block, Buffer.of(0xfe)]))],
    COMPRESSION,
  ),
  toCase(
    "hpack/2.3.3/2",
    "a literal whose name's index there is not",
    [headers(1, Buffer.concat([block, Buffer.of(0x7e, 1, 0x61)]))],
    COMPRESSION,
  ),
  toCase(
    "hpack/4.2/1",
    "a size update at a block's end",
    [headers(1, Buffer.concat([block, Buffer.of(0x21)]))],
    COMPRESSION,
  ),
  toCase(
    "hpack/5.2/1",
    "Huffman padded with more than seven bits",
    [headers(1, Buffer.concat([block, Buffer.from("0085f2b24a84ff8449509fff", "hex")]))],
    COMPRESSION,
  ),
  toCase(
    "hpack/5.2/2",
    "Huffman padded with zeros",
    [headers(1, Buffer.concat([block, Buffer.from("0085f2b24a84ff83495090", "hex")]))],
    COMPRESSION,
  ),
  toCase(
    "hpack/5.2/3",
    "Huffman with the end-of-string symbol",
    [headers(1, Buffer.concat([block, Buffer.from("0085f2b24a87fffffffd25427f", "hex")]))],
    COMPRESSION,
  ),
  toCase("hpack/6.1/1", "index 0", [headers(1, Buffer.concat([block, Buffer.of(0x80)]))], COMPRESSION),
  toCase(
    "hpack/6.3/1",
    "a size update above what is allowed",
    [
      (peer) =>
        headers(
          1,
          Buffer.concat([integer(0x20, 5, (peer.settings.get(SETTING.headerTableSize) ?? 4096) + 1), block]),
        ),
    ],
    COMPRESSION,
  ),
];
