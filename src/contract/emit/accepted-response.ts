import { OPERATION, type OperationModel } from "../model/index.ts";
import { type EmitContext, rowRef } from "./context.ts";
import { type HeaderName, headerRefs } from "./headers.ts";
import type { JsonObject } from "./json-object.ts";

/** Returns the response of a long-running command whose work goes on: the operation to ask for. */
export function acceptedResponse(context: EmitContext, { idempotency }: OperationModel): JsonObject {
  const resource = context.model.resources[OPERATION];
  const schema = resource === undefined ? {} : rowRef(context, resource);
  const names: HeaderName[] = ["X-Request-Id", "Cache-Control", "Retry-After", "Preference-Applied"];
  if (idempotency !== "none") names.push("Idempotent-Replayed");
  return {
    description: "Accepted: the work goes on, and the operation in the body tells how far it is.",
    headers: {
      ...headerRefs(context, names),
      Location: {
        description: "URL of the operation.",
        schema: { type: "string", format: "uri-reference" },
      },
    },
    content: { "application/json": { schema }, "application/cbor": { schema } },
  };
}
