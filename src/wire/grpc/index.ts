export { applyMask } from "./apply-mask.ts";
export { createProtoCodecs, type ProtoCodecs } from "./codec.ts";
export {
  isRpcContentType,
  parseRpcContentType,
  type RpcContentType,
  type RpcEncoding,
} from "./content-type.ts";
export { toFileDescriptorSet, toFileDescriptors } from "./descriptor-set.ts";
export { type ErrorDetailsOptions, formatErrorDetails } from "./error-details.ts";
export { ERROR_DETAILS } from "./error-details-schema.ts";
export { formatErrorTrailers } from "./errors.ts";
export {
  FRAME_FLAGS,
  FRAME_HEAD_BYTES,
  type Frame,
  FrameReader,
  tooLargeMessage,
  writeFrame,
  writeFrameHead,
} from "./frames.ts";
export { formatGrpcMessage, toBase64, toMetadata } from "./headers.ts";
export { HEALTH } from "./health-schema.ts";
export type { MessageCodec } from "./message-codec.ts";
export { reflectionSchema } from "./reflection-schema.ts";
export { RpcError, type RpcErrorDetail, type RpcErrorOptions } from "./rpc-error.ts";
export { type RpcStatus, STATUS_NUMBERS } from "./status.ts";
export { parseConnectTimeoutMs, parseGrpcTimeout } from "./timeout.ts";
export { createViolationPaths } from "./violation-path.ts";
export { WebTextReader } from "./web-text.ts";
export { writeWebTrailers } from "./web-trailers.ts";
