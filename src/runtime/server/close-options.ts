/** How to close. */
export interface CloseOptions {
  /**
   * Time between saying so (`/readyz` 503, `Connection: close`, GOAWAY) and refusing connections, for load balancers to
   * notice. Default 0.
   */
  readonly noticeMs?: number;
  /** Time from then on after which what still runs is cut off. Default 10,000. */
  readonly deadlineMs?: number;
  /**
   * Another process serves the same port already: readiness stays up, new connections are left to the other at once, and
   * open ones are given more time before they are closed. Default false.
   */
  readonly isReplaced?: boolean;
}
