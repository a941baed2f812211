import { ApiError } from "../../base/errors/index.ts";
import type { ActiveCall } from "./active-call.ts";
import { invalidParameters } from "./refusals.ts";

/** Visible ASCII, 1 to 255 characters: what fits a header line unencoded and an index entry. */
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

/** Holds a call's idempotency key, or its absence, to what the operation declares. */
export function checkIdempotencyKey({ plan: { operation }, request: { idempotency } }: ActiveCall): void {
  if (idempotency === undefined) {
    if (operation.idempotency !== "required") return;
    throw new ApiError(
      "idempotency_key_missing",
      "This operation needs an Idempotency-Key: a new random one for each thing to be done, the same for each retry.",
    );
  }
  const wrong =
    operation.idempotency === "none"
      ? "Is not taken by this operation."
      : IDEMPOTENCY_KEY.test(idempotency.key)
        ? undefined
        : "Must be 1 to 255 visible ASCII characters.";
  if (wrong === undefined) return;
  throw invalidParameters([{ pointer: "Idempotency-Key", code: "bad_format", message: wrong }]);
}
