import type { Exchange } from "../protocols/index.ts";
import { send } from "../protocols/index.ts";

/** Whether a server should be sent requests, for `/readyz`. */
export interface ReadinessOptions {
  /** Rejects while something that requests need is missing. Default: nothing is. */
  readonly ready?: (() => Promise<void>) | undefined;
  readonly isDraining: () => boolean;
}

/** How long one look at what requests need may take, and how long its result is used. */
const CHECK_TIMEOUT_MS = 2000;
const CHECK_REUSE_MS = 500;

/** Answers `/livez`: 200 as long as the process can answer at all. Restarting is the cure for nothing else. */
export function answerLive(exchange: Exchange): void {
  answer(exchange, 200, "ok");
}

/**
 * Makes the answer to `/readyz`: 200 `ready`; 503 `draining` once the server closes, 503 `unavailable` while the database
 * does not answer or does not fit the model. Many probes at once cost one look.
 */
export function createReadiness({
  ready,
  isDraining,
}: ReadinessOptions): (exchange: Exchange) => Promise<void> {
  let running: Promise<boolean> | undefined;
  const check = async () => {
    let timer: NodeJS.Timeout | undefined;
    try {
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error("late")), CHECK_TIMEOUT_MS);
      });
      await Promise.race([ready?.(), late]);
      return true;
    } catch {
      return false;
    } finally {
      clearTimeout(timer);
      setTimeout(() => {
        running = undefined;
      }, CHECK_REUSE_MS).unref();
    }
  };
  return async (exchange) => {
    if (isDraining()) return answer(exchange, 503, "draining");
    running ??= check();
    const isReady = await running;
    answer(exchange, isReady ? 200 : 503, isReady ? "ready" : "unavailable");
  };
}

function answer(exchange: Exchange, status: number, text: string): void {
  send(
    exchange,
    status,
    [
      "Content-Type",
      "application/json",
      "Cache-Control",
      "no-store",
      ...(status === 503 ? ["Retry-After", "1"] : []),
    ],
    JSON.stringify({ status: text }),
  );
}
