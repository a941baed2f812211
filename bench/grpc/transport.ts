import { createRpcHandler, type RpcMethod } from "../../src/runtime/protocols/rpc/index.ts";
import { createServer } from "../../src/runtime/server/index.ts";
import { MEMORY_ID, memory, report } from "../servers/shared.ts";
import { encodeMemory, PATH } from "./shared.ts";

// Our transport alone, doing no more than raw: no key, no log, the message ready. Metrics are counted, as always.
const row = memory.get(MEMORY_ID);
if (row === undefined) throw new RangeError("there is one memory");
const ANSWER = encodeMemory(row);
const codecs = { request: { decode: (bytes: Uint8Array) => bytes }, response: { encode: () => ANSWER } };
const method: RpcMethod = {
  path: PATH,
  operation: "memory.get",
  kind: "unary",
  hasNoSideEffects: true,
  maxRequestBytes: 1_048_576,
  codecs: { proto: codecs, json: codecs },
  unary: () => ({ message: undefined }),
};
const server = createServer({
  rpc: createRpcHandler({ find: (path) => (path === PATH ? method : undefined) }),
  handler: (exchange) => void exchange.response.end(),
});
const { port } = await server.listen();
report(port);
