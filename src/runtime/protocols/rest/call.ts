import type { Call, CallMeta, Credentials, ListQuestion, Precondition } from "../../engine/index.ts";
import type { Exchange } from "../exchange.ts";

/** What a request asks of an operation. */
export type CallParts = Pick<
  Call,
  | "operation"
  | "id"
  | "input"
  | "list"
  | "fields"
  | "expand"
  | "precondition"
  | "idempotency"
  | "credentials"
  | "meta"
  | "waitMs"
>;

/** A call that came over REST; its signal is made when somebody asks for it. */
export class RestCall implements Call {
  readonly operation: string;
  readonly id: string | undefined;
  readonly input: unknown;
  readonly list: ListQuestion | undefined;
  readonly fields: readonly string[] | undefined;
  readonly expand: readonly string[] | undefined;
  readonly precondition: Precondition | undefined;
  readonly idempotency: Call["idempotency"];
  readonly credentials: Credentials | undefined;
  readonly meta: CallMeta;
  readonly waitMs: number | undefined;
  readonly #exchange: Exchange;

  constructor(exchange: Exchange, parts: CallParts) {
    this.#exchange = exchange;
    this.operation = parts.operation;
    this.id = parts.id;
    this.input = parts.input;
    this.list = parts.list;
    this.fields = parts.fields;
    this.expand = parts.expand;
    this.precondition = parts.precondition;
    this.idempotency = parts.idempotency;
    this.credentials = parts.credentials;
    this.meta = parts.meta;
    this.waitMs = parts.waitMs;
  }

  get signal(): AbortSignal {
    return this.#exchange.signal;
  }

  get gone(): boolean {
    return this.#exchange.gone;
  }

  watchGone(listener: (() => void) | undefined): void {
    this.#exchange.onGone = listener;
  }
}
