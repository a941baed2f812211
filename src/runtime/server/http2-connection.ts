import { constants, type ServerHttp2Session } from "node:http2";
import type { Socket } from "node:net";
import type { ServerLimits } from "./limits.ts";

/** Connections begun together do not end together: each lasts up to a tenth longer or shorter. */
const AGE_JITTER = 0.1;
/** Pings that come too soon after each other, before the connection is ended: as gRPC's own servers have it. */
const MAX_PING_STRIKES = 2;
/** Between pings of a client that has no call under way, who needs none: as gRPC's own servers have it. */
const MIN_RESTING_PING_INTERVAL_MS = 7_200_000;
/** The acknowledgement of a ping is 17 bytes, with TLS's record some 40; more than this was an answer. */
const ACKNOWLEDGEMENT_BYTES = 64;
/** How long the answer to the ping after the first GOAWAY is waited for; a request later than that is told to go elsewhere. */
const RETIRING_MS = 250;
const HIGHEST_STREAM = 2 ** 31 - 1;

/**
 * Looks after one HTTP/2 connection. One that rests is closed after a while. One without a byte either way during a
 * request is cut off, unless RPCs are under way: their streams may be silent, so the peer is asked by a ping whether it
 * is still there. Who carries RPCs and pings without need is told ENHANCE_YOUR_CALM (gRPC's proposal A8). Old
 * connections are ended, so that load finds new replicas: no new streams, and time for those under way.
 */
export class Http2Connection {
  /** Asked for its address with each request, which node:http2's stand-in for the socket makes dear. */
  readonly socket: Socket;
  readonly #session: ServerHttp2Session;
  readonly #limits: ServerLimits;
  #streams = 0;
  #rpcs = 0;
  #carriesRpcs = false;
  /** Bytes either way when last looked at, and when they had changed. */
  #bytes = 0;
  #activeAt = performance.now();
  #isAsked = false;
  #lastPingAt = Number.NEGATIVE_INFINITY;
  #bytesAtPing = 0;
  #strikes = 0;

  constructor(session: ServerHttp2Session, limits: ServerLimits) {
    this.#session = session;
    this.#limits = limits;
    this.socket = withKnownAddress(session.socket);
    session.on("ping", () => this.#onPing());
    const age = limits.maxConnectionAgeMs * (1 + (Math.random() * 2 - 1) * AGE_JITTER);
    const old = setTimeout(() => this.#retire(), age).unref();
    session.once("close", () => clearTimeout(old));
  }

  /** A stream has been opened. */
  begin(isRpc: boolean): void {
    if (isRpc) {
      this.#rpcs++;
      this.#carriesRpcs = true;
    }
    this.#streams++;
  }

  /** A stream has closed. */
  end(isRpc: boolean): void {
    if (isRpc) this.#rpcs--;
    this.#streams--;
    if (this.#streams === 0) this.#activeAt = performance.now();
  }

  /**
   * Looks whether there has been a byte. Called every now and then for all connections: a timer of each session would be
   * set anew by node:http2 four times a request.
   */
  look(now: number): void {
    if (this.#session.destroyed) return;
    const { bytesRead, bytesWritten } = this.#session.socket;
    if (bytesRead + bytesWritten !== this.#bytes) {
      this.#bytes = bytesRead + bytesWritten;
      this.#activeAt = now;
      return;
    }
    const { idleTimeoutMs, keepAliveTimeoutMs } = this.#limits;
    if (now - this.#activeAt >= (this.#streams > 0 ? idleTimeoutMs : keepAliveTimeoutMs)) this.#onSilent();
  }

  #onSilent(): void {
    if (this.#streams === 0) this.#session.close();
    else if (this.#rpcs === 0) this.#session.destroy();
    else this.#askWhetherThere();
  }

  /** A ping that is not answered in time ends the connection, and with it its calls. */
  #askWhetherThere(): void {
    const session = this.#session;
    if (this.#isAsked) return;
    this.#isAsked = true;
    const silent = setTimeout(() => session.destroy(), this.#limits.pingTimeoutMs);
    session.once("close", () => clearTimeout(silent));
    session.ping(() => {
      clearTimeout(silent);
      this.#isAsked = false;
      this.#activeAt = performance.now();
    });
  }

  #onPing(): void {
    const session = this.#session;
    if (!this.#carriesRpcs || session.destroyed) return;
    const now = performance.now();
    const { bytesWritten } = session.socket;
    const leastMs = this.#streams > 0 ? this.#limits.minPingIntervalMs : MIN_RESTING_PING_INTERVAL_MS;
    if (bytesWritten - this.#bytesAtPing > ACKNOWLEDGEMENT_BYTES) this.#strikes = 0;
    else if (now - this.#lastPingAt < leastMs) this.#strikes++;
    this.#lastPingAt = now;
    this.#bytesAtPing = bytesWritten;
    if (this.#strikes <= MAX_PING_STRIKES) return;
    session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM, 0, Buffer.from("too_many_pings"));
    session.destroy(undefined, constants.NGHTTP2_ENHANCE_YOUR_CALM);
  }

  /** RFC 9113 section 6.8: first a GOAWAY that refuses nothing; when the peer must have read it, one that does. */
  #retire(): void {
    const session = this.#session;
    if (session.destroyed || session.closed) return;
    session.goaway(constants.NGHTTP2_NO_ERROR, HIGHEST_STREAM);
    const cutOff = setTimeout(() => session.destroy(), this.#limits.maxConnectionAgeGraceMs).unref();
    session.once("close", () => clearTimeout(cutOff));
    const close = () => {
      if (!session.destroyed) session.close();
    };
    // A client that was about to send a request may stop reading when it is told (node:http2 does), and never answer.
    const mute = setTimeout(close, RETIRING_MS).unref();
    session.ping(() => {
      clearTimeout(mute);
      close();
    });
  }
}

/** The same socket, whose address is asked for once. */
function withKnownAddress(socket: Socket): Socket {
  const { remoteAddress } = socket;
  return Object.create(socket, { remoteAddress: { value: remoteAddress } });
}
