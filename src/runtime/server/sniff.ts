import type { Socket } from "node:net";

/** Called once with what a fresh connection speaks; the bytes read so far are back in the socket. */
export type OnProtocol = (protocol: "http1" | "http2", socket: Socket) => void;

/**
 * Tells HTTP/2 with prior knowledge (RFC 9113 section 3.3) from HTTP/1.1 by the first bytes: no HTTP/1.1 method begins
 * with `PRI`. `onSilence` is called when not even that much came in time.
 */
export function sniffProtocol(
  socket: Socket,
  timeoutMs: number,
  onProtocol: OnProtocol,
  onSilence: (socket: Socket) => void,
): void {
  let seen: Buffer | undefined;
  const stop = () => {
    clearTimeout(timer);
    socket.off("readable", onReadable).off("close", stop);
  };
  const onReadable = () => {
    const chunk: Buffer | null = socket.read();
    if (chunk === null) return;
    seen = seen === undefined ? chunk : Buffer.concat([seen, chunk]);
    const start = seen.toString("latin1", 0, 3);
    if (start.length < 3 && "PRI".startsWith(start)) return;
    stop();
    socket.unshift(seen);
    onProtocol(start === "PRI" ? "http2" : "http1", socket);
  };
  const timer = setTimeout(() => {
    stop();
    onSilence(socket);
  }, timeoutMs);
  socket.on("readable", onReadable).on("close", stop);
}
