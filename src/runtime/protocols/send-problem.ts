import type { ApiError } from "../../base/errors/index.ts";
import { type ErrorFormat, isTraceparent, PROBLEM_FORMAT } from "../../wire/rest/index.ts";
import { codingFor, sendBody } from "./answer.ts";
import type { Exchange } from "./exchange.ts";

/** What an error answer has beside the error. */
export interface ProblemOptions {
  /** More headers, names and values in turn. */
  readonly headers?: readonly string[];
  /** Value of WWW-Authenticate with 401 (RFC 9110 section 11.6.1). */
  readonly challenge?: string;
  /** It is the stored answer of an earlier request. */
  readonly replayed?: boolean;
  /** Shape and statuses. Default: problem+json. */
  readonly format?: ErrorFormat;
  /** Pointer into the body, of a pointer into the input; where they differ. */
  readonly pointerOf?: (pointer: string) => string;
}

const COMMON = [
  // Without it a cache may keep a 404, 405 or 410 on its own judgement (RFC 9111 section 4.2.2).
  ...["Cache-Control", "no-store"],
  ...["X-Content-Type-Options", "nosniff"],
];

/** Sends an error, with the headers that belong to its status. */
export function sendProblem(
  exchange: Exchange,
  error: ApiError,
  { headers = [], challenge, replayed, format = PROBLEM_FORMAT, pointerOf }: ProblemOptions = {},
): Promise<void> | void {
  const all = ["Content-Type", format.mediaType, ...COMMON, ...headers];
  const status = format.statusOf(error);
  if (status === 401 && challenge !== undefined) all.push("WWW-Authenticate", challenge);
  if (error.retryAfterSeconds !== undefined) all.push("Retry-After", String(error.retryAfterSeconds));
  if (replayed === true) all.push("Idempotent-Replayed", "true");
  const { traceparent } = exchange.request.headers;
  if (typeof traceparent === "string" && isTraceparent(traceparent)) all.push("traceparent", traceparent);
  const body = format.write(error, {
    instance: exchange.path,
    requestId: exchange.requestId,
    ...(pointerOf === undefined ? {} : { pointerOf }),
  });
  const coding = codingFor(exchange, body);
  if (coding !== "identity") all.push("Vary", "Accept-Encoding");
  return sendBody(exchange, status, all, { body, coding });
}
