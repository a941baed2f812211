/** What a log may tell of an exception. */
export interface DescribedError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: DescribedError;
}

/** Deeper causes than this add nothing, and a cause may be its own. */
const MOST_CAUSES = 5;

/**
 * Takes name, message, stack and causes of an exception, and nothing else: a database error's `detail` holds whole
 * rows, and a handler may hang anything on its own errors.
 */
export function describeError(thrown: unknown, depth = MOST_CAUSES): DescribedError {
  if (!(thrown instanceof Error))
    return described({ name: typeof thrown, message: "a value that is not an Error" });
  const { name, message, stack, cause } = thrown;
  return described({
    name,
    message,
    ...(stack === undefined ? {} : { stack }),
    ...(cause === undefined || depth === 0 ? {} : { cause: describeError(cause, depth - 1) }),
  });
}

/** Without a prototype, so that loggers which show an object's constructor show its name instead. */
function described(error: DescribedError): DescribedError {
  return Object.assign(Object.create(null), error);
}
