export type { RpcCodecs, RpcContext, RpcMethod, RpcProtocol, RpcReply } from "./method.ts";
