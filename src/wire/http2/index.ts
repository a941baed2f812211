export { HpackDecoder, type HpackLimits } from "./hpack-decoder.ts";
export { BEGIN_ROOM, type FieldIndexing, fieldRoom, HpackEncoder } from "./hpack-encoder.ts";
export { HpackError } from "./hpack-error.ts";
