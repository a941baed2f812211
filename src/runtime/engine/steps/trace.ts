import { ApiError } from "../../../base/errors/index.ts";
import { changesData } from "../../../contract/model/index.ts";
import type { ActiveCall } from "../active-call.ts";
import type { Step } from "../step.ts";

/** Gives the call its deadline, the shorter of the contract's and the caller's, and its span where calls are traced. */
export const trace: Step = {
  name: "trace",
  appliesTo: () => true,
  prepare({ operation: { id, deadlineMs } }, { tracer }) {
    return (call) => {
      const { timeoutMs, traceparent, protocol, requestId } = call.request.meta;
      if (tracer !== undefined) {
        call.span = tracer.startCall(id, {
          ...(traceparent === undefined ? {} : { traceparent }),
          attributes: { "concordat.operation": id, "concordat.protocol": protocol, "request.id": requestId },
        });
      }
      call.timeoutMs = timeoutMs !== undefined && timeoutMs < deadlineMs ? timeoutMs : deadlineMs;
      call.deadline = Date.now() + call.timeoutMs;
      if (call.timeoutMs <= 0) throw deadlineExceeded(call);
    };
  },
};

/** 504: the work is undone; or, where a commit or a statement that commits by itself was under way, its fate is unknown. */
export function deadlineExceeded(call: ActiveCall): ApiError {
  const alone = changesData(call.plan.operation) && call.openSession !== undefined && !call.inTransaction;
  const fate = call.committing || alone ? " Whether it was done is not known." : "";
  return new ApiError(
    "deadline_exceeded",
    `The call was not done within its ${call.timeoutMs} milliseconds.${fate}`,
  );
}
