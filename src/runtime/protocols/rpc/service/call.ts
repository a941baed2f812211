import type { Call, CallMeta, Credentials, ListQuestion, Precondition } from "../../../engine/index.ts";
import type { RpcContext } from "../method.ts";

/** A request message in wire form, as the codecs read it. */
export interface RpcRequest {
  readonly id?: string;
  readonly input?: unknown;
  readonly list?: ListQuestion;
  readonly fields?: readonly string[];
  readonly expand?: readonly string[];
}

/** What the metadata of a call says. */
export type CallHeaders = Pick<Call, "precondition" | "idempotency" | "credentials" | "meta" | "waitMs">;

/** A call that came over the gRPC family; its signal is made when somebody asks for it. */
export class RpcEngineCall implements Call {
  readonly operation: string;
  readonly id: string | undefined;
  readonly input: unknown;
  readonly messages: AsyncIterable<unknown> | undefined;
  readonly list: ListQuestion | undefined;
  readonly fields: readonly string[] | undefined;
  readonly expand: readonly string[] | undefined;
  readonly precondition: Precondition | undefined;
  readonly idempotency: Call["idempotency"];
  readonly credentials: Credentials | undefined;
  readonly meta: CallMeta;
  readonly waitMs: number | undefined;
  /** The answer of a long-running command is its operation, which has the result in it. */
  readonly answersOperation = true;
  readonly #context: RpcContext;

  constructor(
    context: RpcContext,
    operation: string,
    parts: CallHeaders & RpcRequest & Pick<Call, "messages">,
  ) {
    this.#context = context;
    this.operation = operation;
    this.id = parts.id;
    this.input = parts.input;
    this.messages = parts.messages;
    this.list = parts.list;
    // A mask with nothing in it is none: protobuf cannot tell the two apart.
    this.fields = parts.fields?.length === 0 ? undefined : parts.fields;
    this.expand = parts.expand?.length === 0 ? undefined : parts.expand;
    this.precondition = parts.precondition;
    this.idempotency = parts.idempotency;
    this.credentials = parts.credentials;
    this.meta = parts.meta;
    this.waitMs = parts.waitMs;
  }

  get signal(): AbortSignal {
    return this.#context.signal;
  }

  get gone(): boolean {
    return this.#context.gone;
  }
}
