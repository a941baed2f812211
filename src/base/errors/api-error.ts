import { CODES, type Code, type CodeEntry, entryForDeclared } from "./codes.ts";

/** One thing wrong with the input. */
export interface Violation {
  /** JSON Pointer (RFC 6901) into the input; `""` is the whole input. Query parameters are named `?name`. */
  readonly pointer: string;
  /** Stable machine code, such as `too_long` or `unknown_field`. */
  readonly code: string;
  /** What was expected and what came, without the value of a sensitive field. */
  readonly message: string;
}

/** What an {@link ApiError} carries besides code and message. */
export interface ApiErrorOptions {
  /** All violations at once, for `invalid_input` and `invalid_parameter`. */
  readonly violations?: readonly Violation[];
  /** Typed data of a declared error, or facts about a built-in one; sent to the caller, so nothing secret. */
  readonly data?: Readonly<Record<string, unknown>>;
  /** Seconds after which a retry may help; REST sends it as Retry-After. */
  readonly retryAfterSeconds?: number;
  /** The exception behind this one: logged, never sent. */
  readonly cause?: unknown;
  /** HTTP status of an error that a contract declares; its code is then not in the closed table. */
  readonly status?: number;
  readonly title?: string;
}

/** The one error of Concordat: every protocol knows how to send it, and sends its message to the caller. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly entry: CodeEntry;
  readonly violations: readonly Violation[];
  readonly data: Readonly<Record<string, unknown>> | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: Code | (string & {}), message: string, options: ApiErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    const builtin = Object.hasOwn(CODES, code) ? CODES[code as Code] : undefined;
    this.entry = builtin ?? entryForDeclared(options.status ?? 500);
    this.code = code;
    this.status = builtin?.http ?? options.status ?? 500;
    this.title = options.title ?? this.entry.title;
    this.violations = options.violations ?? [];
    this.data = options.data;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** Turns anything thrown into an ApiError; what is not one becomes a masked `internal` with the original as cause. */
export function toApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  return new ApiError("internal", "Something went wrong on our side. The request id names it in our logs.", {
    cause: thrown,
  });
}
