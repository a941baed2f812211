import type { Expectation } from "./expect.ts";
import { data, END_HEADERS, headers, requestFields } from "./frames.ts";
import type { Fields } from "./hpack.ts";
import type { Peer, PeerOptions } from "./peer.ts";

/** Bytes to send, or something to wait for between them. */
export type Step = Buffer | ((peer: Peer) => Buffer | Promise<void>);

/** One thing that a server must do. */
export interface Case {
  /** h2spec's place in its own list (`http2/5.1/3`); our own begin with `rfc9113` and the section. */
  readonly id: string;
  readonly title: string;
  readonly steps: readonly Step[];
  readonly expected: Expectation;
  /** Default: prefaces are exchanged first. */
  readonly isRaw?: boolean;
  readonly open?: PeerOptions;
}

/** Takes a row of a table for a case. */
export function toCase(
  id: string,
  title: string,
  steps: readonly Step[],
  expected: Expectation,
  rest: Pick<Case, "isRaw" | "open"> = {},
): Case {
  return { id, title, steps, expected, ...rest };
}

/** A book of the test library: some two hundred bytes, answered at once. */
export const BOOK_PATH = "/v1/books/boo_00000000000000000000000001";
export const GET = requestFields("GET", BOOK_PATH);
/** A command that the suite's server answers when its caller is gone. */
export const HOLD = requestFields("POST", "/v1/tidy-up");
/** Answered with the length of a note. */
export const MEASURE = requestFields("POST", "/v1/measure", [["content-type", "application/json"]]);
export const NOTE = '{"note":"test"}';

/** A whole GET. */
export function get(stream = 1, more: Fields = []): Buffer {
  return headers(stream, [...GET, ...more]);
}

/** A request that stays "half-closed (remote)" until it is reset. */
export function hold(stream = 1): Buffer {
  return headers(stream, HOLD);
}

/** A POST whose body is yet to come. */
export function post(stream = 1, more: Fields = []): Buffer {
  return headers(stream, [...MEASURE, ...more], END_HEADERS);
}

/** A whole POST. */
export function measure(stream = 1): Buffer {
  return Buffer.concat([post(stream), data(stream, NOTE)]);
}

/** Waits for the end of the answer on a stream, which is closed then. */
export function closed(stream = 1): Step {
  return async (peer) => {
    await peer.answered(stream);
  };
}
