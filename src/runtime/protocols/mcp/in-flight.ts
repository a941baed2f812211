import { hash } from "node:crypto";
import type { JsonValue } from "../../../base/lib/json.ts";
import type { Credentials } from "../../engine/index.ts";
import type { Exchange } from "../exchange.ts";

/**
 * Requests under way whose callers may call them off by a notification of its own, as versions before 2026-07-28 do;
 * later ones close the connection. There are no sessions, so a request is known by who sent it and its id.
 */
export class InFlight {
  readonly #requests = new Map<string, Set<AbortController>>();

  /** Enters a request; returns its signal and what ends its entry. */
  enter(key: string, gone: AbortSignal): { readonly signal: AbortSignal; readonly leave: () => void } {
    const controller = new AbortController();
    const same = this.#requests.get(key) ?? new Set();
    this.#requests.set(key, same.add(controller));
    const leave = () => {
      same.delete(controller);
      if (same.size === 0) this.#requests.delete(key);
    };
    return { signal: AbortSignal.any([gone, controller.signal]), leave };
  }

  /** Calls a request off. Of several with the same id by the same caller it is not known which is meant: none is. */
  cancel(key: string): void {
    const same = this.#requests.get(key);
    if (same?.size !== 1) return;
    for (const controller of same) controller.abort();
  }
}

/** Key of a request: who calls, by credentials or else by address, and its id. */
export function inFlightKey(
  { options: { remoteAddress = "" } }: Exchange,
  credentials: Credentials | undefined,
  id: JsonValue | undefined,
): string {
  const who =
    credentials === undefined
      ? `at ${remoteAddress}`
      : hash("sha256", credentials.kind === "api-key" ? credentials.key : credentials.token, "base64url");
  return `${who} ${typeof id} ${String(id)}`;
}
