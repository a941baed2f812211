export { FrameSplitter, type OnFrame } from "./frame-splitter.ts";
export {
  DEFAULT_WINDOW,
  FLAG,
  FRAME,
  FRAME_HEAD,
  HIGHEST_31,
  HTTP2_ERROR,
  Http2Error,
  MAX_FRAME_BYTES,
  PREFACE,
  readUint32,
  writeFrameHead,
  writeUint32,
} from "./frames.ts";
export { HpackDecoder, type HpackLimits } from "./hpack-decoder.ts";
export { BEGIN_ROOM, type FieldIndexing, fieldRoom, HpackEncoder } from "./hpack-encoder.ts";
export { HpackError } from "./hpack-error.ts";
export { areTrailers, type RequestFields, readRequestFields } from "./request-fields.ts";
export { DEFAULT_SETTINGS, formatSettings, type PeerSettings, readSettings, SETTING } from "./settings.ts";
