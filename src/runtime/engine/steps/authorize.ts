import { resolveAccess } from "../access.ts";
import { denied, unauthenticated } from "../refusals.ts";
import type { Step } from "../step.ts";

/**
 * Finds the rows that the operation's rules allow the caller: 401 where nobody is signed in, 403 where no rule fits.
 * Whether a given row is among them is asked of the database later, in the same statement that reads the row.
 */
export const authorize: Step = {
  name: "authorize",
  appliesTo: ({ access }) => !access.some((rule) => rule.kind === "anyone"),
  prepare({ operation }) {
    const { access } = operation;
    return (call) => {
      const rows = resolveAccess(access, call.principal);
      if (rows === undefined) {
        throw call.principal === undefined ? unauthenticated() : denied(operation, call.request.id);
      }
      call.access = rows;
    };
  },
};
