import { UsageError } from "../../base/errors/index.ts";

/** How much of anything one server takes. Every member has a default; see docs/reference/operations.md. */
export interface ServerLimits {
  /** Bytes of all header names and values of a request; more is 431. */
  readonly maxHeaderBytes: number;
  /** Header lines of a request; more is 431. */
  readonly maxHeaders: number;
  /** Bytes of the request target, query included; more is 414. */
  readonly maxUrlBytes: number;
  /** Time from the opening of a connection, or from the first byte of a further request, to the end of its headers: 408. */
  readonly headersTimeoutMs: number;
  /** Time for the body to come once the headers are read: 408. */
  readonly bodyTimeoutMs: number;
  /** How long a connection may rest between requests. */
  readonly keepAliveTimeoutMs: number;
  /** How long a connection may be without a byte in either direction while a request is under way. */
  readonly idleTimeoutMs: number;
  /** Open connections; further ones are closed at once. */
  readonly maxConnections: number;
  /** Requests on one HTTP/1.1 connection before it is closed, so that load spreads over new replicas. */
  readonly maxRequestsPerConnection: number;
  /** Streams that one HTTP/2 connection may have open at once. */
  readonly maxStreamsPerConnection: number;
  /** Age at which an HTTP/2 connection takes no more streams, give or take a tenth. */
  readonly maxConnectionAgeMs: number;
  /** How long after that its streams may last. */
  readonly maxConnectionAgeGraceMs: number;
  /** How long a silent connection with RPCs under way may take to answer a ping. */
  readonly pingTimeoutMs: number;
  /** Least time between pings of a client that has RPCs under way and gets nothing; more often ends the connection. */
  readonly minPingIntervalMs: number;
}

const DEFAULTS: ServerLimits = {
  // As much as nginx and Node take; a bearer token and cookies of 4 KiB fit.
  maxHeaderBytes: 16_384,
  maxHeaders: 100,
  // RFC 9110 section 4.1 asks for at least 8,000 octets.
  maxUrlBytes: 8_192,
  // A client on the slowest link sends 24 KiB in this time; a slow-header attack holds a connection no longer.
  headersTimeoutMs: 10_000,
  bodyTimeoutMs: 30_000,
  // Longer than the 60 seconds after which most load balancers close, so that it is they who do.
  keepAliveTimeoutMs: 65_000,
  idleTimeoutMs: 120_000,
  maxConnections: 10_000,
  maxRequestsPerConnection: 100_000,
  // The least that RFC 9113 section 6.5.2 recommends.
  maxStreamsPerConnection: 100,
  // Long enough that a new connection costs nothing, short enough that a deploy is balanced the same day.
  maxConnectionAgeMs: 3_600_000,
  maxConnectionAgeGraceMs: 600_000,
  // Both as gRPC's own servers have them.
  pingTimeoutMs: 20_000,
  minPingIntervalMs: 300_000,
};

/** Fills in the defaults; throws UsageError for unknown names and for values that are no whole number above 0. */
export function resolveLimits(given: Partial<ServerLimits> = {}): ServerLimits {
  const names = Object.keys(DEFAULTS);
  const mistakes = Object.entries(given).flatMap(([name, value]) => {
    const place = `option limits.${name}`;
    if (!names.includes(name)) {
      return [{ place, expected: `one of ${names.join(", ")}`, found: name, fix: "correct the name" }];
    }
    if (value === undefined || (Number.isSafeInteger(value) && value > 0)) return [];
    return [{ place, expected: "a whole number above 0", found: String(value), fix: "give such a number" }];
  });
  if (mistakes.length > 0) throw new UsageError(mistakes);
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { ...DEFAULTS, ...set };
}
