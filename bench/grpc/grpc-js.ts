import { Server, ServerCredentials } from "@grpc/grpc-js";
import { encodeMemory, MEMORY_ID, METHOD, PATH, report } from "./shared.ts";

// As raw: no key, no log, the message ready.
const ANSWER = encodeMemory(MEMORY_ID);
const same = (bytes: Buffer) => bytes;
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
  { [METHOD]: (_call: unknown, done: (error: null, value: Buffer) => void) => done(null, ANSWER) },
);
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  report(port);
});
