import { isDeepStrictEqual } from "node:util";
import { ApiError } from "../../../base/errors/index.ts";
import type { ActiveCall } from "../active-call.ts";
import { type Authenticate, toPrincipal } from "../authenticate.ts";
import type { BearerCredentials, Principal } from "../call.ts";
import { CallContext } from "../call-context.ts";
import { isPromise } from "../record.ts";
import type { Step } from "../step.ts";

/**
 * Turns credentials into a principal. Credentials that nobody has are refused even where none are needed: a caller
 * with a revoked key must not be shown, without a word, what strangers see.
 */
export const authenticate: Step = {
  name: "authenticate",
  appliesTo: (_operation, _model, mode) => mode !== "run",
  prepare(_plan, { authenticator, authenticate: check }) {
    return (call) => {
      const { credentials } = call.request;
      if (credentials === undefined) return undefined;
      // Asking again might need a second connection, and the embedded database has one.
      const known = call.batch?.caller;
      if (known !== undefined && isDeepStrictEqual(known.credentials, credentials)) {
        return accept(call, known.principal);
      }
      if (credentials.kind === "bearer")
        return check === undefined ? accept(call, undefined) : ask(call, check, credentials);
      const found = authenticator.authenticate(credentials);
      return isPromise(found) ? acceptLater(call, found) : accept(call, found);
    };
  },
};

/** A check may read, whatever the operation may do. */
class CheckContext extends CallContext {
  override get writable(): boolean {
    return false;
  }
}

function ask(call: ActiveCall, check: Authenticate, credentials: BearerCredentials): void | Promise<void> {
  const found = check(credentials, new CheckContext(call));
  if (!isPromise(found)) return accept(call, found && toPrincipal(found));
  return acceptLater(
    call,
    found.then((caller) => caller && toPrincipal(caller)),
  );
}

async function acceptLater(call: ActiveCall, found: Promise<Principal | undefined>): Promise<void> {
  accept(call, await found);
}

function accept(call: ActiveCall, principal: Principal | undefined): void {
  if (principal === undefined) {
    throw new ApiError("unauthenticated", "The credentials are not valid: unknown, revoked or expired.");
  }
  call.principal = principal;
  const { credentials } = call.request;
  if (call.batch !== undefined && credentials !== undefined) call.batch.caller = { credentials, principal };
}
