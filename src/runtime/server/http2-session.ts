import {
  constants,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import { isRpcContentType } from "../../wire/grpc/index.ts";
import type { ServerLimits } from "./limits.ts";

/** Connections begun together do not end together: each lasts up to a tenth longer or shorter. */
const AGE_JITTER = 0.1;
/** Pings that come too soon after each other, before the connection is ended: as gRPC's own servers have it. */
const MAX_PING_STRIKES = 2;
/** Between pings of a client that has no call under way, who needs none: as gRPC's own servers have it. */
const MIN_RESTING_PING_INTERVAL_MS = 7_200_000;
/** The acknowledgement of a ping is 17 bytes, with TLS's record some 40; more than this was an answer. */
const ACKNOWLEDGEMENT_BYTES = 64;
const HIGHEST_STREAM = 2 ** 31 - 1;

/**
 * Looks after one HTTP/2 connection. One that rests is closed after a while. One without a byte either way during a
 * request is cut off, unless RPCs are under way: their streams may be silent, so the peer is asked by a ping whether it
 * is still there. Who carries RPCs and pings without need is told ENHANCE_YOUR_CALM (gRPC's proposal A8). Old
 * connections are ended, so that load finds new replicas: no new streams, and time for those under way.
 */
export function watchSession(session: ServerHttp2Session, limits: ServerLimits): void {
  let streams = 0;
  let rpcs = 0;
  let carriesRpcs = false;
  const rest = () => session.setTimeout(limits.keepAliveTimeoutMs);

  session.on("stream", (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    const type = headers["content-type"];
    const isRpc = type !== undefined && isRpcContentType(type);
    if (isRpc) {
      rpcs++;
      carriesRpcs = true;
    }
    if (++streams === 1) session.setTimeout(limits.idleTimeoutMs);
    stream.once("close", () => {
      if (isRpc) rpcs--;
      if (--streams === 0 && !session.destroyed) rest();
    });
  });

  session.on("timeout", () => {
    if (streams === 0) session.close();
    else if (rpcs === 0) session.destroy();
    else askWhetherThere(session, limits);
  });

  let lastPingAt = Number.NEGATIVE_INFINITY;
  let bytesAtPing = 0;
  let strikes = 0;
  session.on("ping", () => {
    if (!carriesRpcs || session.destroyed) return;
    const now = performance.now();
    const { bytesWritten } = session.socket;
    if (bytesWritten - bytesAtPing > ACKNOWLEDGEMENT_BYTES) strikes = 0;
    else if (now - lastPingAt < (streams > 0 ? limits.minPingIntervalMs : MIN_RESTING_PING_INTERVAL_MS))
      strikes++;
    lastPingAt = now;
    bytesAtPing = bytesWritten;
    if (strikes <= MAX_PING_STRIKES) return;
    session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM, 0, Buffer.from("too_many_pings"));
    session.destroy(undefined, constants.NGHTTP2_ENHANCE_YOUR_CALM);
  });

  const age = limits.maxConnectionAgeMs * (1 + (Math.random() * 2 - 1) * AGE_JITTER);
  const old = setTimeout(() => retire(session, limits), age).unref();
  session.once("close", () => clearTimeout(old));
  rest();
}

/** A ping that is not answered in time ends the connection, and with it its calls. */
function askWhetherThere(session: ServerHttp2Session, limits: ServerLimits): void {
  const silent = setTimeout(() => session.destroy(), limits.pingTimeoutMs);
  session.once("close", () => clearTimeout(silent));
  session.ping(() => {
    clearTimeout(silent);
    if (!session.destroyed) session.setTimeout(limits.idleTimeoutMs);
  });
}

/** RFC 9113 section 6.8: first a GOAWAY that refuses nothing; when the peer must have read it, one that does. */
function retire(session: ServerHttp2Session, limits: ServerLimits): void {
  if (session.destroyed || session.closed) return;
  session.goaway(constants.NGHTTP2_NO_ERROR, HIGHEST_STREAM);
  const cutOff = setTimeout(() => session.destroy(), limits.maxConnectionAgeGraceMs).unref();
  session.once("close", () => clearTimeout(cutOff));
  session.ping(() => {
    if (!session.destroyed) session.close();
  });
}
