import { FRAME_FLAGS, writeFrame } from "./frames.ts";

/** Writes gRPC-Web's last frame: trailers, names and values in turn, as lines of HTTP/1.1 (PROTOCOL-WEB). */
export function writeWebTrailers(trailers: readonly string[]): Uint8Array {
  let lines = "";
  for (let at = 0; at + 1 < trailers.length; at += 2) lines += `${trailers[at]}: ${trailers[at + 1]}\r\n`;
  return writeFrame(FRAME_FLAGS.trailers, new TextEncoder().encode(lines));
}
