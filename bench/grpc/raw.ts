import { createServer, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { encodeMemory, frame, MEMORY_ID, report } from "./shared.ts";

// The floor: node:http2's streams, nothing read of headers or message, the same bytes ready to be sent.
const ANSWER = frame(encodeMemory(MEMORY_ID));
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
