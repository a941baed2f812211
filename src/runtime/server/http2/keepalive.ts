import { HIGHEST_31, HTTP2_ERROR } from "../../../wire/http2/index.ts";
import type { ServerLimits } from "../limits.ts";

/** Connections begun together do not end together: each lasts up to a tenth longer or shorter. */
const AGE_JITTER = 0.1;
/** Pings that come too soon after each other, before the connection is ended: as gRPC's own servers have it. */
const MAX_PING_STRIKES = 2;
/** Between pings of a client that has no call under way, who needs none: as gRPC's own servers have it. */
const MIN_RESTING_PING_INTERVAL_MS = 7_200_000;
/** How long the answer to the ping after the first GOAWAY is waited for; a request later than that is told to go elsewhere. */
const RETIRING_MS = 250;

/** What is looked after. */
export interface KeptConnection {
  readonly openStreams: number;
  /** Bytes that have come and gone. */
  readonly bytes: number;
  /** Bytes of bodies and headers sent. */
  readonly bytesAnswered: number;
  readonly isClosing: boolean;
  ping(onAnswer: () => void): void;
  goAway(code: number, lastStream: number): void;
  /** Ends the connection when its streams have ended. */
  close(): void;
  /** Ends it at once, and says why. */
  fail(code: number, message: string): void;
  destroy(): void;
}

/**
 * Looks after one HTTP/2 connection. One that rests is closed after a while. One without a byte either way during a
 * request is cut off, unless RPCs are under way: their streams may be silent, so the peer is asked by a ping whether it
 * is still there. Who carries RPCs and pings without need is told ENHANCE_YOUR_CALM (gRPC's proposal A8). Old
 * connections are ended, so that load finds new replicas: no new streams, and time for those under way.
 */
export class Keepalive {
  readonly #connection: KeptConnection;
  readonly #limits: ServerLimits;
  readonly #timers = new Set<NodeJS.Timeout>();
  #rpcs = 0;
  #carriesRpcs = false;
  /** Bytes either way when last looked at, and when they had changed. */
  #bytes = 0;
  #activeAt = performance.now();
  #isAsked = false;
  #lastPingAt = Number.NEGATIVE_INFINITY;
  #answeredAtPing = 0;
  #strikes = 0;

  constructor(connection: KeptConnection, limits: ServerLimits) {
    this.#connection = connection;
    this.#limits = limits;
    const age = limits.maxConnectionAgeMs * (1 + (Math.random() * 2 - 1) * AGE_JITTER);
    this.#after(age, () => this.#retire());
  }

  /** An RPC begins. */
  beginRpc(): void {
    this.#rpcs++;
    this.#carriesRpcs = true;
  }

  /** An RPC is over. */
  endRpc(): void {
    this.#rpcs--;
  }

  /** The last stream has closed. */
  rest(): void {
    this.#activeAt = performance.now();
  }

  /** The connection has closed. */
  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  /** Looks whether there has been a byte; called every now and then, since a timer would be set anew with each request. */
  look(now: number): void {
    const connection = this.#connection;
    if (connection.bytes !== this.#bytes) {
      this.#bytes = connection.bytes;
      this.#activeAt = now;
      return;
    }
    const { idleTimeoutMs, keepAliveTimeoutMs } = this.#limits;
    const { openStreams } = connection;
    if (now - this.#activeAt < (openStreams > 0 ? idleTimeoutMs : keepAliveTimeoutMs)) return;
    if (openStreams === 0) connection.close();
    else if (this.#rpcs === 0) connection.destroy();
    else this.#askWhetherThere();
  }

  /** The peer has sent a ping. */
  onPing(): void {
    const connection = this.#connection;
    if (!this.#carriesRpcs) return;
    const now = performance.now();
    const leastMs =
      connection.openStreams > 0 ? this.#limits.minPingIntervalMs : MIN_RESTING_PING_INTERVAL_MS;
    if (connection.bytesAnswered !== this.#answeredAtPing) this.#strikes = 0;
    else if (now - this.#lastPingAt < leastMs) this.#strikes++;
    this.#lastPingAt = now;
    this.#answeredAtPing = connection.bytesAnswered;
    if (this.#strikes > MAX_PING_STRIKES) connection.fail(HTTP2_ERROR.enhanceYourCalm, "too_many_pings");
  }

  /** A ping that is not answered in time ends the connection, and with it its calls. */
  #askWhetherThere(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    const stop = this.#after(this.#limits.pingTimeoutMs, () => this.#connection.destroy());
    this.#connection.ping(() => {
      stop();
      this.#isAsked = false;
      this.#activeAt = performance.now();
    });
  }

  /** RFC 9113 section 6.8: first a GOAWAY that refuses nothing; when the peer must have read it, one that does. */
  #retire(): void {
    const connection = this.#connection;
    if (connection.isClosing) return;
    connection.goAway(HTTP2_ERROR.none, HIGHEST_31);
    this.#after(this.#limits.maxConnectionAgeGraceMs, () => connection.destroy());
    // A client that was about to send a request may stop reading when it is told (node:http2 does), and never answer.
    const stop = this.#after(RETIRING_MS, () => connection.close());
    connection.ping(() => {
      stop();
      connection.close();
    });
  }

  #after(ms: number, act: () => void): () => void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, ms).unref();
    this.#timers.add(timer);
    return () => {
      clearTimeout(timer);
      this.#timers.delete(timer);
    };
  }
}
