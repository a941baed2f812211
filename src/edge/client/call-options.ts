/** What a call may be told besides its input. */
export interface CallOptions {
  /** Milliseconds for the whole call, all tries and pauses included. Default: the client's. */
  readonly timeoutMs?: number;
  /** Ends the call; it then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Tries in all. Default: the client's. */
  readonly maxAttempts?: number;
}

export interface CommandOptions extends CallOptions {
  /**
   * Key under which the command is done once, however often it is sent. Default: a new one for each call, kept over its
   * tries; null sends none, which leaves the call without retries. Persist one of your own to go on after a restart.
   */
  readonly idempotencyKey?: string | null;
}

export interface RowCommandOptions extends CommandOptions {
  /**
   * Does it only if the row is still as it was: a row that this client got (get, create, patch, an action), an entity
   * tag, or `*` for any version. Otherwise the call fails with `precondition_failed`.
   */
  readonly ifMatch?: object | string;
}

/** What any call may be told; an operation refuses what means nothing to it. */
export interface AnyCallOptions extends RowCommandOptions {
  /** The row that the operation is about. */
  readonly id?: string;
  /** Lists: filters, sort and the like, as `list` takes them. */
  readonly query?: Readonly<Record<string, unknown>>;
  readonly fields?: readonly string[];
  readonly expand?: readonly string[];
}
