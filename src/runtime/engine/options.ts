import type { Model } from "../../contract/model/model.ts";
import type { Authenticate } from "./authenticate.ts";
import type { Principal } from "./call.ts";
import type { Handler } from "./handle.ts";
import type { RunnerOptions } from "./operation-runner-options.ts";
import type { Authenticator, Clock, Logger, Store } from "./ports.ts";
import type { Tracer } from "./tracer.ts";

/** What an engine is made of. */
export interface EngineOptions {
  readonly model: Model;
  readonly handlers?: readonly Handler[];
  readonly store: Store;
  /** Default: nobody is known, so that any credentials are refused with 401. */
  readonly authenticator?: Authenticator;
  /** Checks the tokens that the contract names; it must be there just where the contract names some. */
  readonly authenticate?: Authenticate;
  /**
   * Signs list cursors; at least 16 bytes, the same on all replicas. Default: random, so that cursors last as long as
   * the process.
   */
  readonly cursorSecret?: string | Uint8Array;
  /** Default: none. */
  readonly logger?: Logger;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Calls at once; more are refused with 503. Default 1,000. */
  readonly maxConcurrentCalls?: number;
  /** Told of every call when it is answered; must not throw. */
  readonly onAccount?: (account: Account) => void;
  readonly tracer?: Tracer;
  /** How the work of long-running operations is done. */
  readonly operations?: RunnerOptions;
}

/** What became of one call. */
export interface Account {
  /** Id in the model, or what was asked for where there is none. */
  readonly operation: string;
  readonly protocol: string;
  readonly requestId: string;
  readonly traceparent?: string;
  readonly remoteAddress?: string;
  readonly principal?: Principal;
  /** `ok` or the error's code. */
  readonly code: string;
  /** HTTP status that the answer has, or would have. */
  readonly status: number;
  readonly durationMs: number;
  readonly replayed: boolean;
  /** Rows read for a call that selected what it wanted of them. */
  readonly rowsRead?: number;
}
