/**
 * The queue of long-running operations, each a row beside the one that callers see. A process leases the work it does; work
 * whose lease has run out is for the next.
 */
export interface OperationStore {
  /** Leases work that is due, each piece to one holder only, but none of those in `except`. */
  lease(options: LeaseOptions): Promise<readonly LeasedOperation[]>;
  /** Prolongs leases; returns those that the holder still has. */
  renew(holder: string, ids: readonly string[], leaseMs: number): Promise<readonly string[]>;
  /** Those of the operations that have not ended. */
  running(ids: readonly string[]): Promise<readonly string[]>;
  /** Gives work back, to be begun again after a pause. `counts`: whether the try was one of the allowed ones. */
  postpone(
    id: string,
    holder: string,
    options: { readonly delayMs: number; readonly counts: boolean },
  ): Promise<void>;
  /** Forgets the work of operations that have ended. */
  drop(ids: readonly string[]): Promise<void>;
  /** Writes how far an operation has come, as JSON text, unless it has ended. */
  progress(id: string, json: string): Promise<void>;
}

export interface LeaseOptions {
  readonly holder: string;
  readonly leaseMs: number;
  readonly limit: number;
  readonly except: readonly string[];
}

export interface LeasedOperation {
  readonly id: string;
  /** As it was enqueued. */
  readonly request: string;
  /** From 1 on. */
  readonly attempt: number;
}
