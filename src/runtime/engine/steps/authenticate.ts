import { ApiError } from "../../../base/errors/index.ts";
import type { ActiveCall } from "../active-call.ts";
import type { Principal } from "../call.ts";
import { isPromise } from "../record.ts";
import type { Step } from "../step.ts";

/**
 * Turns credentials into a principal. Credentials that nobody has are refused even where none are needed: a caller
 * with a revoked key must not be shown, without a word, what strangers see.
 */
export const authenticate: Step = {
  name: "authenticate",
  appliesTo: () => true,
  prepare(_plan, { authenticator }) {
    return (call) => {
      const { credentials } = call.request;
      if (credentials === undefined) return undefined;
      const found = authenticator.authenticate(credentials);
      return isPromise(found) ? acceptLater(call, found) : accept(call, found);
    };
  },
};

async function acceptLater(call: ActiveCall, found: Promise<Principal | undefined>): Promise<void> {
  accept(call, await found);
}

function accept(call: ActiveCall, principal: Principal | undefined): void {
  if (principal === undefined) {
    throw new ApiError("unauthenticated", "The credentials are not valid: unknown, revoked or expired.");
  }
  call.principal = principal;
}
