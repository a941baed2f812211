import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldRoom, HpackDecoder, HpackEncoder, HpackError } from "./index.ts";

/** RFC 7541 appendix C: blocks on one connection, each with its fields and the table after it. */
interface Example {
  readonly block: string;
  readonly fields: readonly string[];
  readonly table: readonly string[];
}

const limits = { maxTableBytes: 4096, maxListBytes: 65_536, maxFields: 100 };

const GET = [":method", "GET"];
const AUTHORITY = [":authority", "www.example.com"];
const NO_CACHE = ["cache-control", "no-cache"];
const CUSTOM = ["custom-key", "custom-value"];
const REQUESTS = [
  { fields: [...GET, ":scheme", "http", ":path", "/", ...AUTHORITY], table: AUTHORITY },
  {
    fields: [...GET, ":scheme", "http", ":path", "/", ...AUTHORITY, ...NO_CACHE],
    table: [...NO_CACHE, ...AUTHORITY],
  },
  {
    fields: [...GET, ":scheme", "https", ":path", "/index.html", ...AUTHORITY, ...CUSTOM],
    table: [...CUSTOM, ...NO_CACHE, ...AUTHORITY],
  },
];

const PRIVATE = ["cache-control", "private"];
const DATE = ["date", "Mon, 21 Oct 2013 20:13:21 GMT"];
const LATER = ["date", "Mon, 21 Oct 2013 20:13:22 GMT"];
const LOCATION = ["location", "https://www.example.com"];
const GZIP = ["content-encoding", "gzip"];
const COOKIE = ["set-cookie", "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1"];
const RESPONSES = [
  {
    fields: [":status", "302", ...PRIVATE, ...DATE, ...LOCATION],
    table: [...LOCATION, ...DATE, ...PRIVATE, ":status", "302"],
  },
  {
    fields: [":status", "307", ...PRIVATE, ...DATE, ...LOCATION],
    table: [":status", "307", ...LOCATION, ...DATE, ...PRIVATE],
  },
  {
    fields: [":status", "200", ...PRIVATE, ...LATER, ...LOCATION, ...GZIP, ...COOKIE],
    table: [...COOKIE, ...GZIP, ...LATER],
  },
];

const C3 = [
  "8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
  "8286 84be 5808 6e6f 2d63 6163 6865",
  "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65",
];
const C4 = [
  "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff",
  "8286 84be 5886 a8eb 1064 9cbf",
  "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf",
];
const C5 = [
  "4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3120 474d " +
    "546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
  "4803 3330 37c1 c0bf",
  "88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a 6970 7738 666f " +
    "6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b " +
    "2076 6572 7369 6f6e 3d31",
];
const C6 = [
  "4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 " +
    "8f0b 97c8 e9ae 82ae 43d3",
  "4883 640e ffc1 c0bf",
  "88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335 " +
    "dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07",
];

test("the single fields of C.2 are decoded, and only the first goes into the table", () => {
  const custom = ["custom-key", "custom-header"];
  decodeAll(4096, [
    {
      block: "400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572",
      fields: custom,
      table: custom,
    },
    { block: "040c 2f73 616d 706c 652f 7061 7468", fields: [":path", "/sample/path"], table: custom },
    { block: "1008 7061 7373 776f 7264 0673 6563 7265 74", fields: ["password", "secret"], table: custom },
    { block: "82", fields: GET, table: custom },
  ]);
});

for (const [name, maxTableBytes, blocks, lists] of [
  ["the requests of C.3", 4096, C3, REQUESTS],
  ["the requests of C.4, Huffman-coded,", 4096, C4, REQUESTS],
  ["the responses of C.5, by a table of 256 bytes,", 256, C5, RESPONSES],
  ["the responses of C.6, Huffman-coded, by a table of 256 bytes,", 256, C6, RESPONSES],
] as const) {
  test(`${name} are decoded`, () => {
    decodeAll(
      maxTableBytes,
      lists.map((list, at) => ({ block: blocks[at] ?? "", ...list })),
    );
  });
}

test("what C.3 and C.5 encode comes out byte for byte", () => {
  const requests = new HpackEncoder();
  REQUESTS.forEach(({ fields }, at) => {
    assert.equal(encode(requests, fields), plain(C3[at]));
  });
  const responses = new HpackEncoder();
  responses.setMaxTableBytes(256);
  // A change to 256 bytes (section 6.3): the examples agree on it without a block.
  assert.equal(encode(responses, []), "3fe101");
  RESPONSES.forEach(({ fields }, at) => {
    assert.equal(encode(responses, fields), plain(C5[at]));
  });
});

test("the numbers of C.1 are read", () => {
  const decoder = new HpackDecoder({ ...limits, maxTableBytes: 1337 });
  decoder.decode(Buffer.of(0x2a));
  // C.1.2, and one more than the limit.
  decoder.decode(Buffer.of(0x3f, 0x9a, 0x0a));
  assert.throws(() => decoder.decode(Buffer.of(0x3f, 0x9b, 0x0a)), HpackError);
});

function decodeAll(maxTableBytes: number, examples: readonly Example[]): void {
  const decoder = new HpackDecoder({ ...limits, maxTableBytes });
  for (const { block, fields, table } of examples) {
    assert.deepEqual(decoder.decode(Buffer.from(plain(block), "hex")), fields);
    assert.equal(decoder.isOverflown, false);
    assert.deepEqual(tableOf(decoder), table);
  }
}

/** Asks for one index after the other. */
function tableOf(decoder: HpackDecoder): string[] {
  const fields: string[] = [];
  for (let index = 62; ; index++) {
    try {
      fields.push(...decoder.decode(Buffer.of(0x80 | index)));
    } catch (error) {
      assert.ok(error instanceof HpackError);
      return fields;
    }
  }
}

function encode(encoder: HpackEncoder, fields: readonly string[]): string {
  const out = Buffer.alloc(1000);
  let at = encoder.begin(out, 0);
  for (let index = 0; index < fields.length; index += 2) {
    const [name = "", value = ""] = fields.slice(index);
    const end = encoder.field(out, at, name, value, "index");
    assert.ok(end - at <= fieldRoom(name, value));
    at = end;
  }
  return out.subarray(0, at).toString("hex");
}

function plain(hex = ""): string {
  return hex.replaceAll(" ", "");
}
