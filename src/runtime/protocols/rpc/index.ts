export { createRpcHandler, type RpcHandler, type RpcHandlerOptions } from "./handler.ts";
export type { RpcCodecs, RpcContext, RpcMethod, RpcProtocol, RpcReply } from "./method.ts";
export { toRpcError } from "./to-rpc-error.ts";
