import type { Code } from "./frames.ts";
import type { Peer } from "./peer.ts";

/** What a server must do, and how that is seen. */
export interface Expectation {
  readonly what: string;
  readonly isMet: (peer: Peer) => boolean;
  /** What must be so afterwards; throws where it is not. */
  readonly afterwards: (peer: Peer) => Promise<void>;
  /** No operation may have been called. */
  readonly isRefused?: true;
}

/** GOAWAY with one of the codes, and the connection closed (RFC 9113 section 5.4.1). */
export function connectionError(...codes: readonly Code[]): Expectation {
  return {
    what: `GOAWAY ${codes.join(" or ")}, then close`,
    isMet: (peer) => codes.includes(peer.goawayCode() ?? "NO_ERROR"),
    afterwards: async (peer) => {
      await peer.until("the connection closed", () => peer.isClosed || peer.isEnded);
    },
  };
}

/**
 * RST_STREAM with one of the codes, and other streams live on; or GOAWAY with one, since an endpoint may take a stream
 * error for a connection error (RFC 9113 section 5.4.1).
 */
export function streamError(stream: number, ...codes: readonly Code[]): Expectation {
  const whole = connectionError(...codes);
  return {
    what: `RST_STREAM ${codes.join(" or ")} on stream ${stream}, or GOAWAY`,
    isMet: (peer) => codes.includes(peer.resetCode(stream) ?? "NO_ERROR") || whole.isMet(peer),
    afterwards: (peer) => (whole.isMet(peer) ? whole.afterwards(peer) : staysOpen(peer)),
  };
}

/** A malformed request: RST_STREAM PROTOCOL_ERROR or a 400 (RFC 9113 section 8.1.1), and other streams live on. */
export function malformed(stream = 1): Expectation {
  return {
    what: `RST_STREAM PROTOCOL_ERROR or 400 on stream ${stream}`,
    isMet: (peer) =>
      peer.resetCode(stream) === "PROTOCOL_ERROR" ||
      (peer.answer(stream).status === 400 && peer.answer(stream).isEnded),
    afterwards: staysOpen,
    isRefused: true,
  };
}

/** One answer with this status, to its end, and the connection lives on. */
export function answer(status = 200, stream = 1): Expectation {
  return {
    what: `an answer ${status} on stream ${stream}`,
    isMet: (peer) => peer.answer(stream).status === status && peer.answer(stream).isEnded,
    afterwards: async (peer) => {
      await staysOpen(peer);
      // After an answer the rest of an upload may be called off (RFC 9113 section 8.1).
      const code = peer.resetCode(stream) ?? "NO_ERROR";
      if (code !== "NO_ERROR") throw new Error(`no reset: expected; came: ${peer}`);
    },
  };
}

/** Nothing is wrong: a ping is answered, and no stream is reset. */
export const FINE: Expectation = {
  what: "a ping answered",
  isMet: () => true,
  afterwards: async (peer) => {
    await staysOpen(peer);
    if (peer.frames.some(({ type }) => type === 3))
      throw new Error(`no stream reset: expected; came: ${peer}`);
  },
};

/** A stream error, or the frames are discarded; both are the server's choice. */
export function errorOrNothing(stream: number, ...codes: readonly Code[]): Expectation {
  const what = `${codes.join(" or ")} on stream ${stream}, or nothing`;
  return {
    what,
    isMet: () => true,
    afterwards: async (peer) => {
      await peer.settle().catch(() => {});
      const seen = peer.goawayCode() ?? peer.resetCode(stream);
      const isRight = seen === undefined ? !peer.isClosed : codes.includes(seen);
      if (!isRight) throw new Error(`${what}: expected; came: ${peer}`);
    },
  };
}

/** The connection is closed, with or without GOAWAY. */
export const CLOSE: Expectation = {
  what: "the connection closed",
  isMet: (peer) => peer.isClosed || peer.isEnded,
  afterwards: async () => {},
};

/** As one of them, where it is the server's choice; none of them may be met before anything comes. */
export function anyOf(...choices: readonly Expectation[]): Expectation {
  return {
    what: choices.map(({ what }) => what).join("; or "),
    isMet: (peer) => choices.some(({ isMet }) => isMet(peer)),
    afterwards: async (peer) => choices.find(({ isMet }) => isMet(peer))?.afterwards(peer),
  };
}

/** Something else, which stays so, and the connection lives on. */
export function sees(what: string, isMet: (peer: Peer) => boolean): Expectation {
  return {
    what,
    isMet,
    afterwards: async (peer) => {
      await staysOpen(peer);
      if (!isMet(peer)) throw new Error(`${what}: expected to stay; came: ${peer}`);
    },
  };
}

/** Something, after which the server may close. */
export function seesLast(what: string, isMet: (peer: Peer) => boolean): Expectation {
  return { what, isMet, afterwards: async () => {} };
}

/** Sends are done: waits for what must come of them. */
export async function meets({ what, isMet, afterwards }: Expectation, peer: Peer): Promise<void> {
  await peer.until(what, () => isMet(peer));
  await afterwards(peer);
}

async function staysOpen(peer: Peer): Promise<void> {
  await peer.settle();
  if (peer.goawayCode() !== undefined) throw new Error(`no GOAWAY: expected; came: ${peer}`);
}
