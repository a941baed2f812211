/** A signal of one's own that is aborted with another one too, until it is released. */
export interface FollowedSignal {
  readonly signal: AbortSignal;
  abort(reason: unknown): void;
  /** Forgets the other signal. A signal that lives long would keep everything that ever followed it. */
  release(): void;
}

/** Makes a signal that is aborted with `parent`, or by its own `abort`. */
export function followSignal(parent: AbortSignal | undefined): FollowedSignal {
  const controller = new AbortController();
  const follow = () => controller.abort(parent?.reason);
  if (parent?.aborted) follow();
  else parent?.addEventListener("abort", follow);
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    release: () => parent?.removeEventListener("abort", follow),
  };
}
