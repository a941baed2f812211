import { ApiError } from "../../base/errors/index.ts";
import { failureOf } from "./active-call.ts";
import type { BatchMembership } from "./batch-membership.ts";
import type { Call, Outcome } from "./call.ts";
import type { EngineCore } from "./core.ts";
import { toSendable } from "./leave.ts";
import { PartSession } from "./part-session.ts";
import type { Session } from "./ports.ts";

/** How long a batch may take, and who waits for it. */
export interface BatchScope {
  /** Milliseconds for all of its calls together. */
  readonly timeoutMs: number;
  /** Aborted when the caller has gone away. */
  readonly signal?: AbortSignal | undefined;
}

/** Calls in one transaction: the first that fails ends it, and nothing of any of them is done. */
export interface AtomicBatch {
  /** Runs one call after the others; `failed_dependency` once one of them has failed. Never rejects. */
  execute(call: Call): Promise<Outcome>;
  /** Why nothing of it will be done, once that is so. */
  readonly failure: ApiError | undefined;
  /** Undoes all, for a part that was refused before it became a call. Does nothing once it is over. */
  giveUp(error: ApiError): Promise<void>;
  /** Commits; the failure where nothing was done. Never rejects. */
  end(): Promise<ApiError | undefined>;
}

/** Runs one call as part of a batch. */
export type RunPart = (call: Call, batch: BatchMembership) => Promise<Outcome> | Outcome;

/** Opens a batch; its transaction begins with the first statement. */
export function openAtomicBatch(
  core: EngineCore,
  { timeoutMs, signal }: BatchScope,
  run: RunPart,
): AtomicBatch {
  const deadline = Date.now() + timeoutMs;
  let session: Promise<Session> | undefined;
  let failure: ApiError | undefined;
  let isOver = false;

  const begin = async () => {
    const opened = core.store.open({ deadline });
    await opened.begin();
    return opened;
  };
  const membership: BatchMembership = {
    openSession: () =>
      new PartSession(() => {
        if (isOver) return Promise.reject(failure ?? new ApiError("cancelled", "The batch is over."));
        session ??= begin();
        return session;
      }),
    caller: undefined,
  };
  const giveUp = async (error: ApiError): Promise<void> => {
    if (isOver) return;
    failure = error;
    isOver = true;
    // The statement of a part that was ended before its time may still be running: it is cancelled, and nobody waits.
    const isEarly = error.code === "deadline_exceeded" || error.code === "cancelled";
    await session?.then(
      (opened) => (isEarly ? opened.interrupt(error) : opened.rollback()),
      () => {},
    );
  };

  return {
    get failure() {
      return failure;
    },
    giveUp,
    async execute(call) {
      if (failure !== undefined) return failureOf(failedDependency());
      const leftMs = deadline - Date.now();
      const part: Call = {
        ...call,
        signal,
        meta: { ...call.meta, timeoutMs: Math.min(call.meta.timeoutMs ?? leftMs, leftMs) },
      };
      const outcome = await run(part, membership);
      if (!outcome.ok) await giveUp(outcome.error);
      return outcome;
    },
    async end() {
      if (isOver) return failure;
      isOver = true;
      try {
        await (await session)?.commit();
      } catch (thrown) {
        failure = toSendable(core, thrown);
      }
      return failure;
    },
  };
}

/** 424: this part might have gone well, but another one of its atomic batch did not. */
export function failedDependency(): ApiError {
  return new ApiError(
    "failed_dependency",
    "Another part of this atomic batch failed, so nothing of this one was done either.",
  );
}
