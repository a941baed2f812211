/** HTTP/2 frames by hand (RFC 9113 section 4), for what no client library sends. */
export const FRAME = { data: 0, headers: 1, rstStream: 3, settings: 4 } as const;

/** A client's connection preface with empty settings. */
export const PREFACE = Buffer.concat([
  Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  frame(FRAME.settings, 0, 0),
]);

/** Writes one frame. */
export function frame(
  type: number,
  flags: number,
  stream: number,
  payload: Buffer = Buffer.alloc(0),
): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** Headers of `POST path` with a JSON body to come, in the plainest HPACK; END_HEADERS is set. */
export function postHeaders(stream: number, path: string): Buffer {
  const text = (value: string) => Buffer.concat([Buffer.from([value.length]), Buffer.from(value)]);
  const block = [
    // Indexed: :method POST, :scheme http. Literal: :path, :authority, content-type (RFC 7541 appendix A).
    Buffer.from([0x83, 0x86, 0x04]),
    text(path),
    Buffer.from([0x01]),
    text("a"),
    Buffer.from([0x0f, 0x10]),
    text("application/json"),
  ];
  return frame(FRAME.headers, 0x4, stream, Buffer.concat(block));
}
