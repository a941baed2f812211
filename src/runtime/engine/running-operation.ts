import type { Principal } from "./call.ts";
import type { ProgressReporter } from "./progress.ts";

/** The long-running operation that a call does the work of. */
export interface RunningOperation {
  readonly id: string;
  /** Who leases the work. */
  readonly holder: string;
  /** Who asked for it. */
  readonly principal: Principal;
  readonly progress: ProgressReporter;
  /** The work was found to be somebody else's, or ended: nothing of this try may be kept. */
  isLost: boolean;
}
