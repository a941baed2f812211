import {
  DEFAULT_WINDOW,
  HIGHEST_31,
  HTTP2_ERROR,
  Http2Error,
  MAX_FRAME_BYTES,
  readUint32,
} from "./frames.ts";

/** Names of settings (RFC 9113 section 6.5.2). */
export const SETTING = {
  headerTableSize: 1,
  enablePush: 2,
  maxConcurrentStreams: 3,
  initialWindowSize: 4,
  maxFrameSize: 5,
  maxHeaderListSize: 6,
} as const;

/** What of a client's settings matters to who answers it. */
export interface PeerSettings {
  /** Bytes of the table that compresses the headers of answers. */
  headerTableBytes: number;
  /** Bytes of body that may be sent on a new stream. */
  initialWindow: number;
}

/** What holds until the client says something else. */
export const DEFAULT_SETTINGS: Readonly<PeerSettings> = {
  headerTableBytes: 4096,
  initialWindow: DEFAULT_WINDOW,
};

const SETTING_BYTES = 6;
const LARGEST_FRAME = 2 ** 24 - 1;

/** Reads the payload of SETTINGS over what held before; throws Http2Error for values that cannot be. */
export function readSettings(
  bytes: Uint8Array,
  from: number,
  to: number,
  before: Readonly<PeerSettings>,
): PeerSettings {
  if ((to - from) % SETTING_BYTES !== 0)
    throw new Http2Error(HTTP2_ERROR.frameSize, "SETTINGS of a wrong length");
  const settings = { ...before };
  for (let at = from; at < to; at += SETTING_BYTES) {
    const value = readUint32(bytes, at + 2);
    switch ((bytes[at]! << 8) | bytes[at + 1]!) {
      case SETTING.headerTableSize:
        settings.headerTableBytes = value;
        break;
      case SETTING.enablePush:
        if (value > 1) throw new Http2Error(HTTP2_ERROR.protocol, "SETTINGS_ENABLE_PUSH takes 0 and 1");
        break;
      case SETTING.initialWindowSize:
        if (value > HIGHEST_31) {
          throw new Http2Error(HTTP2_ERROR.flowControl, "SETTINGS_INITIAL_WINDOW_SIZE is too large");
        }
        settings.initialWindow = value;
        break;
      case SETTING.maxFrameSize:
        if (value < MAX_FRAME_BYTES || value > LARGEST_FRAME) {
          throw new Http2Error(HTTP2_ERROR.protocol, "SETTINGS_MAX_FRAME_SIZE is out of range");
        }
    }
  }
  return settings;
}

/** Writes pairs of names and values as the payload of SETTINGS. */
export function formatSettings(pairs: readonly (readonly [number, number])[]): Buffer {
  const bytes = Buffer.alloc(pairs.length * SETTING_BYTES);
  pairs.forEach(([name, value], index) => {
    bytes.writeUInt16BE(name, index * SETTING_BYTES);
    bytes.writeUInt32BE(value, index * SETTING_BYTES + 2);
  });
  return bytes;
}
