import { ApiError } from "../../../base/errors/index.ts";
import type { Offer } from "../../engine/index.ts";
import type { McpContext, McpRequest } from "./context.ts";

/**
 * Asks the engine what the caller may call at all; throws its refusal. Only that is listed: an agent should not see what
 * it could never use.
 */
export async function readOffer({ engine }: McpContext, request: McpRequest): Promise<Offer> {
  const { credentials, meta, signal } = request;
  const offer = await engine.offers({ credentials, meta, signal });
  if (!offer.ok) throw offer.error;
  return offer;
}

/** What a caller without credentials is told where there is nothing for strangers. */
export function nothingForStrangers(): ApiError {
  return new ApiError("unauthenticated", "Nothing here is for callers without credentials.");
}
