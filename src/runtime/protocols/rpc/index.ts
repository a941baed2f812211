export { createRpcHandler, type RpcHandler, type RpcHandlerOptions } from "./handler.ts";
export type { RpcCodecs, RpcContext, RpcMethod, RpcProtocol, RpcReply } from "./method.ts";
export { createRpcService, type RpcServiceOptions } from "./service/create-rpc-service.ts";
export { toRpcError } from "./to-rpc-error.ts";
