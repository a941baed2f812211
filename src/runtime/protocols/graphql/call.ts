import type { Call, ListQuestion, Precondition, RowSelection } from "../../engine/index.ts";
import type { GraphqlContext } from "./executor.ts";

/** What a field of the root says of its call. */
export interface CallParts {
  readonly operation: string;
  readonly id?: string | undefined;
  readonly ids?: readonly string[] | undefined;
  readonly input?: unknown;
  readonly list?: ListQuestion | undefined;
  readonly select?: RowSelection | undefined;
  readonly precondition?: Precondition | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly waitMs?: number | undefined;
}

/** A field of the root as a call. The signal is made only when somebody asks for it: most calls wait for nothing. */
export class GraphqlCall implements Call {
  readonly operation: string;
  readonly id: string | undefined;
  readonly ids: readonly string[] | undefined;
  readonly input: unknown;
  readonly list: ListQuestion | undefined;
  readonly select: RowSelection | undefined;
  readonly precondition: Precondition | undefined;
  readonly idempotency: Call["idempotency"];
  readonly waitMs: number | undefined;
  readonly credentials: Call["credentials"];
  readonly meta: Call["meta"];
  readonly #context: GraphqlContext;

  constructor(context: GraphqlContext, parts: CallParts) {
    this.#context = context;
    this.credentials = context.credentials;
    this.meta = context.meta;
    this.operation = parts.operation;
    this.id = parts.id;
    this.ids = parts.ids;
    this.input = parts.input;
    this.list = parts.list;
    this.select = parts.select;
    this.precondition = parts.precondition;
    this.waitMs = parts.waitMs;
    const { idempotencyKey: key } = parts;
    this.idempotency = key === undefined ? undefined : { key };
  }

  get signal(): AbortSignal | undefined {
    return this.#context.signal;
  }

  get gone(): boolean {
    return this.#context.gone === true;
  }

  watchGone(listener: (() => void) | undefined): void {
    this.#context.watchGone(this, listener);
  }
}
