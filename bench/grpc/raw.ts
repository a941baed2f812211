import { createServer, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { MEMORY_ID, memory, report } from "../servers/shared.ts";
import { encodeMemory, frame } from "./shared.ts";

// The floor: node:http2's streams. Headers and message are not looked at; the same bytes lie ready to be sent.
const row = memory.get(MEMORY_ID);
if (row === undefined) throw new RangeError("there is one memory");
const ANSWER = frame(encodeMemory(row));
const HEAD = {
  ":status": 200,
  "content-type": "application/grpc+proto",
  "x-request-id": "req_01jc0000000000000000000000",
};
const server = createServer({ settings: { maxConcurrentStreams: 100 } });
server.on("stream", (stream: ServerHttp2Stream) => {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  stream.on("end", () => {
    stream.respond(HEAD, { waitForTrailers: true });
    stream.once("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    stream.end(ANSWER);
  });
  stream.on("error", () => {});
});
server.listen(0, "127.0.0.1", () => report((server.address() as AddressInfo).port));
