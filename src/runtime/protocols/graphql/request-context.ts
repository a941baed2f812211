import type { CallMeta, Credentials } from "../../engine/index.ts";
import type { Exchange } from "../exchange.ts";
import type { GraphqlContext } from "./executor.ts";

/** What is known of a request whatever its protocol's bytes were. */
export interface RequestFacts {
  readonly credentials: Credentials | undefined;
  readonly meta: CallMeta;
  readonly idempotencyKey: string | undefined;
}

type Listener = () => void;

/** The context of the documents that one exchange asks for. Several of their fields may wait at once, and each is told. */
export class RequestContext implements GraphqlContext {
  readonly credentials: Credentials | undefined;
  readonly meta: CallMeta;
  readonly idempotencyKey: string | undefined;
  readonly #exchange: Exchange;
  #waiting: Map<object, Listener> | undefined;

  constructor(exchange: Exchange, { credentials, meta, idempotencyKey }: RequestFacts) {
    this.#exchange = exchange;
    this.credentials = credentials;
    this.meta = meta;
    this.idempotencyKey = idempotencyKey;
  }

  /** The same request under a key of its own. */
  withKey(idempotencyKey: string): RequestContext {
    const { credentials, meta } = this;
    return new RequestContext(this.#exchange, { credentials, meta, idempotencyKey });
  }

  get signal(): AbortSignal {
    return this.#exchange.signal;
  }

  get gone(): boolean {
    return this.#exchange.gone;
  }

  watchGone(who: object, listener: Listener | undefined): void {
    if (listener === undefined) {
      this.#waiting?.delete(who);
      return;
    }
    if (this.#waiting === undefined) {
      const waiting = new Map<object, Listener>();
      this.#waiting = waiting;
      this.#exchange.onGone = () => {
        for (const told of [...waiting.values()]) told();
      };
    }
    this.#waiting.set(who, listener);
  }
}
