export { createProtoCodecs, type ProtoCodecs } from "./codec.ts";
export { toFileDescriptorSet, toFileDescriptors } from "./descriptor-set.ts";
export type { MessageCodec } from "./message-codec.ts";
export { RpcError, type RpcErrorDetail, type RpcErrorOptions } from "./rpc-error.ts";
export { type RpcStatus, STATUS_NUMBERS } from "./status.ts";
