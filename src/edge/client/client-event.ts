import type { ResilienceEvent } from "../../base/resilience/index.ts";
import type { Deprecation } from "../../wire/rest/deprecation.ts";

/** What a client does: each try, each answer, what it waits for and what it was warned of. */
export type ClientEvent =
  | ResilienceEvent
  | {
      /** A try is sent. */
      readonly kind: "request";
      readonly operation: string;
      /** From 1 on. */
      readonly attempt: number;
      readonly method: string;
      readonly url: string;
      readonly requestId: string;
      readonly idempotencyKey: string | undefined;
    }
  | {
      readonly kind: "answer";
      readonly operation: string;
      readonly attempt: number;
      /** 304 where what the client had was still right. */
      readonly status: number;
      readonly durationMs: number;
      readonly requestId: string;
      /** It is the stored answer of an earlier request with the same idempotency key. */
      readonly replayed: boolean;
    }
  | {
      /** Nothing is left of the service's rate limit: the client waits until there is. */
      readonly kind: "paced";
      readonly operation: string;
      readonly delayMs: number;
    }
  | ({
      /** The service says that this operation will go away; told once for each operation. */
      readonly kind: "deprecated";
      readonly operation: string;
    } & Deprecation);
