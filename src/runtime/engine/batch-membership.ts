import type { Credentials, Principal } from "./call.ts";
import type { Session } from "./ports.ts";

/** What a call finds out about the batch that it is part of. */
export interface BatchMembership {
  /** The session of one part, on the batch's transaction. */
  openSession(): Session;
  /** Who a part was found to be called by: another one with the same credentials is not asked again. */
  caller: { readonly credentials: Credentials; readonly principal: Principal } | undefined;
}
