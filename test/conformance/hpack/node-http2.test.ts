/** HPACK beside node:http2, whose client speaks to a few lines of frames around our decoder and encoder. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { type ClientHttp2Session, connect, type IncomingHttpHeaders, sensitiveHeaders } from "node:http2";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { test } from "node:test";
import { BEGIN_ROOM, fieldRoom, HpackDecoder, HpackEncoder } from "../../../src/wire/http2/index.ts";
import { FRAME, frame } from "../../support/http2-frames.ts";

const PREFACE_BYTES = 24;
const HEAD_BYTES = 9;
const END_STREAM = 0x1;
const END_HEADERS = 0x4;
const PRIORITY = 0x20;
const HEADER_TABLE_SIZE = 1;

for (const headerTableSize of [4096, 0, 150]) {
  test(`node:http2 understands us, and we it, with a table of ${headerTableSize} bytes`, async (t) => {
    const lists: string[][] = [];
    const server = createServer((socket) => serve(socket, lists));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const client = connect(`http://127.0.0.1:${port}`, { settings: { headerTableSize } });
    t.after(() => {
      client.destroy();
      server.close();
    });
    for (let round = 0; round < 40; round++) {
      const sent = {
        ":path": `/shop.Shop/Get?round=${round % 7}`,
        "x-repeated": `value ${round % 3}`,
        "x-long": "é~|{}<>".repeat(round * 4),
        "x-new": `${Math.sin(round)}`,
        [`x-name-${round % 5}`]: "1",
        authorization: `Bearer ${round}`,
        [sensitiveHeaders]: ["authorization"],
      };
      const answer = await call(client, sent);
      const seen = toObject(lists[round] ?? []);
      for (const [name, value] of Object.entries(sent)) assert.equal(seen[name], value, name);
      // The server sends back what it was sent.
      assert.equal(answer[":status"], 200);
      for (const [name, value] of Object.entries(seen)) {
        if (!name.startsWith(":")) assert.equal(answer[name], value, name);
      }
    }
  });
}

function call(client: ClientHttp2Session, headers: object): Promise<IncomingHttpHeaders> {
  return new Promise((resolve, reject) => {
    const stream = client.request({ ...headers });
    stream.on("response", resolve);
    stream.on("error", reject);
    stream.resume();
  });
}

/** Answers each request with its own fields; keeps them in `lists`. */
function serve(socket: Socket, lists: string[][]): void {
  const decoder = new HpackDecoder({ maxTableBytes: 4096, maxListBytes: 65_536, maxFields: 100 });
  const encoder = new HpackEncoder();
  let bytes: Buffer = Buffer.alloc(0);
  let isOpen = false;
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    if (!isOpen) {
      if (bytes.length < PREFACE_BYTES) return;
      bytes = bytes.subarray(PREFACE_BYTES);
      isOpen = true;
      socket.write(frame(FRAME.settings, 0, 0));
    }
    while (bytes.length >= HEAD_BYTES) {
      const end = HEAD_BYTES + bytes.readUIntBE(0, 3);
      if (bytes.length < end) return;
      const [type, flags, stream] = [bytes[3], bytes[4] ?? 0, bytes.readUInt32BE(5)];
      const payload = bytes.subarray(HEAD_BYTES, end);
      bytes = bytes.subarray(end);
      if (type === FRAME.settings && flags === 0) {
        for (let at = 0; at < payload.length; at += 6) {
          if (payload.readUInt16BE(at) === HEADER_TABLE_SIZE) {
            encoder.setMaxTableBytes(payload.readUInt32BE(at + 2));
          }
        }
        socket.write(frame(FRAME.settings, 1, 0));
      }
      if (type === FRAME.headers) {
        assert.ok((flags & END_HEADERS) !== 0);
        const fields = decoder.decode((flags & PRIORITY) === 0 ? payload : payload.subarray(5));
        lists.push(fields);
        socket.write(frame(FRAME.headers, END_HEADERS | END_STREAM, stream, encode(encoder, fields)));
      }
    }
  });
}

function encode(encoder: HpackEncoder, fields: readonly string[]): Buffer {
  const out = Buffer.alloc(fields.reduce((sum, text) => sum + fieldRoom(text, ""), BEGIN_ROOM + 20));
  let at = encoder.begin(out, 0);
  at = encoder.field(out, at, ":status", "200", "index");
  for (let index = 0; index < fields.length; index += 2) {
    const [name = "", value = ""] = fields.slice(index, index + 2);
    const how = name === "authorization" ? "never" : name === "x-new" ? "plain" : "index";
    if (!name.startsWith(":")) at = encoder.field(out, at, name, value, how);
  }
  return out.subarray(0, at);
}

function toObject(fields: readonly string[]): Record<string, string> {
  const pairs: [string, string][] = [];
  for (let at = 0; at < fields.length; at += 2) pairs.push([fields[at] ?? "", fields[at + 1] ?? ""]);
  return Object.fromEntries(pairs);
}
