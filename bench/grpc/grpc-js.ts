import {
  type Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type sendUnaryData,
  status,
} from "@grpc/grpc-js";
import { newId } from "../../src/base/lib/index.ts";
import { logger, MEMORY_ID, memory, principalOf, report } from "../servers/shared.ts";
import { decodeId, encodeMemory, METHOD, PATH } from "./shared.ts";

// With BENCH_WORK=whole the same work as Concordat, each piece the cheapest way there is: codecs by hand, the key from a
// cache of digests, a line in the log. Without, no more than raw.
const isWhole = process.env.BENCH_WORK === "whole";
const row = memory.get(MEMORY_ID);
if (row === undefined) throw new RangeError("there is one memory");
const ANSWER = encodeMemory(row);
const same = (bytes: Buffer) => bytes;

function answer(call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>): void {
  if (!isWhole) return void done(null, ANSWER);
  const startedAt = performance.now();
  const requestId = newId("req", Date.now());
  const end = (code: number, details: string, message?: Buffer, trailers?: Metadata) => {
    logger.info(
      {
        requestId,
        operation: "memory.get",
        code,
        durationMs: performance.now() - startedAt,
        peer: call.getPeer(),
      },
      "request",
    );
    if (message === undefined) done({ code, details }, null, trailers);
    else done(null, message);
  };
  const [authorization] = call.metadata.get("authorization");
  if (principalOf(String(authorization)) === undefined) return void end(status.UNAUTHENTICATED, "no key");
  const id = decodeId(call.request);
  if (id === undefined) return void end(status.INVALID_ARGUMENT, "no id");
  const found = memory.get(id);
  if (found === undefined) return void end(status.NOT_FOUND, "no row");
  const head = call.metadata.clone();
  for (const name of Object.keys(head.getMap())) head.remove(name);
  head.set("x-request-id", requestId);
  call.sendMetadata(head);
  end(status.OK, "", encodeMemory(found));
}

const server = new Server();
server.addService(
  {
    [METHOD]: {
      path: PATH,
      requestStream: false,
      responseStream: false,
      requestSerialize: same,
      requestDeserialize: same,
      responseSerialize: same,
      responseDeserialize: same,
    },
  },
  { [METHOD]: answer },
);
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  report(port);
});
