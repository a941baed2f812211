import { createRpcHandler, type RpcMethod } from "../../src/runtime/protocols/index.ts";
import { createServer } from "../../src/runtime/server/index.ts";
import { encodeMemory, MEMORY_ID, PATH, report } from "./shared.ts";

// Our transport alone, as raw: no key, no log, the message ready to be framed.
const ANSWER = encodeMemory(MEMORY_ID);
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
