import { ApiError } from "../../base/errors/index.ts";
import { takesMessages } from "../../contract/model/index.ts";
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
  const pointer = "Idempotency-Key";
  if (operation.idempotency === "none") {
    const message = takesMessages(operation) ? NOT_OF_STREAMS : "Is not taken by this operation.";
    throw invalidParameters([{ pointer, code: "unknown_parameter", message }]);
  }
  if (IDEMPOTENCY_KEY.test(idempotency.key)) return;
  const message = "Must be 1 to 255 visible ASCII characters.";
  throw invalidParameters([{ pointer, code: "bad_format", message }]);
}

// Said before a message is read: whoever relies on a key must not find out by doing it twice.
const NOT_OF_STREAMS =
  "Is not taken by streams: give their messages a unique field, or send them as the input of one command.";
