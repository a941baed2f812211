import { ApiError } from "../../../base/errors/index.ts";
import type { Step } from "../step.ts";

/** Refuses calls while the process is shutting down or has too many running, before they cost anything. */
export const admit: Step = {
  name: "admit",
  appliesTo: (_operation, _model, mode) => mode !== "run",
  prepare(_plan, core) {
    return (call) => {
      if (core.draining) throw shuttingDown();
      if (core.active >= core.maxConcurrentCalls) throw unavailable("The server has too many calls to do.");
      core.active++;
      call.admitted = true;
      const { request } = call;
      if (request.gone ?? request.signal?.aborted) throw cancelled();
    };
  },
};

/** 499: the caller has gone; nobody reads the answer, but it is accounted for. */
export function cancelled(): ApiError {
  return new ApiError("cancelled", "The caller cancelled the call.");
}

/** 503: another replica, or this one when it is back, may take the call. */
export function shuttingDown(): ApiError {
  return unavailable("The server is shutting down.");
}

function unavailable(message: string): ApiError {
  return new ApiError("unavailable", `${message} Try again in a moment.`, { retryAfterSeconds: 1 });
}
