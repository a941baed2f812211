import { hash } from "node:crypto";
import { type CanonicalWriter, compileCanonical } from "../../contract/schema/index.ts";
import type { ActiveCall } from "./active-call.ts";
import type { OperationPlan } from "./operation-plan.ts";

/**
 * Makes what digests the calls of an operation: two calls have one fingerprint where they ask for the same to be done, over
 * whichever protocol. It is of the operation, the contract's version, the row and the decoded input; or, in place of the
 * last, of what the call says was asked. Preconditions, waiting and the fields of the answer are no part of it.
 */
export function createFingerprint(
  { operation }: OperationPlan,
  version: string,
): (call: ActiveCall) => string {
  const type = operation.input;
  // Made for the first key: most operations of a large contract meet none.
  let write: CanonicalWriter | undefined;
  const inputText = (input: unknown): string => {
    if (type === undefined) return "";
    write ??= compileCanonical({ type });
    return write(input);
  };
  const head = `${operation.id}\n${version}\n`;
  return ({ input, request: { id = "", idempotency } }) => {
    const { request } = idempotency ?? {};
    const asked = request === undefined ? `input\n${inputText(input)}` : `request\n${request}`;
    return PREFIX + hash("sha256", `${head}${id}\n${asked}`, "base64url");
  };
}

/** Tells digests of decoded input from those of what each protocol sent, which were made before and had no prefix. */
const PREFIX = "2.";
