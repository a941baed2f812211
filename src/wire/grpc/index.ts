export type { MessageCodec } from "./message-codec.ts";
export { RpcError, type RpcErrorDetail, type RpcErrorOptions } from "./rpc-error.ts";
export { type RpcStatus, STATUS_NUMBERS } from "./status.ts";
