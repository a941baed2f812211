import type { Call, CallMeta, Credentials, ListQuestion, Precondition } from "../../../engine/index.ts";
import type { RpcContext } from "../method.ts";

/** A request message in wire form, as the codecs read it. */
export interface RpcRequest {
  readonly id?: string;
  readonly input?: unknown;
  /** Of a patch whose changes depend on the row: what it changes. The input is what was set. */
  readonly mask?: readonly string[];
  readonly list?: ListQuestion;
  readonly fields?: readonly string[];
  readonly expand?: readonly string[];
}

/** What the metadata of a call says. */
export type CallHeaders = Pick<Call, "precondition" | "idempotency" | "credentials" | "meta" | "waitMs">;

/** What a call is made of. */
export interface CallParts {
  readonly request: RpcRequest;
  readonly headers: CallHeaders;
  readonly messages: AsyncIterable<unknown> | undefined;
}

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

  constructor(context: RpcContext, operation: string, { request, headers, messages }: CallParts) {
    this.#context = context;
    this.operation = operation;
    this.id = request.id;
    this.input = request.input;
    this.messages = messages;
    this.list = request.list;
    // A mask with nothing in it is none: protobuf cannot tell the two apart.
    this.fields = request.fields?.length === 0 ? undefined : request.fields;
    this.expand = request.expand?.length === 0 ? undefined : request.expand;
    this.precondition = headers.precondition;
    this.idempotency = headers.idempotency;
    this.credentials = headers.credentials;
    this.meta = headers.meta;
    this.waitMs = headers.waitMs;
  }

  get signal(): AbortSignal {
    return this.#context.signal;
  }

  get gone(): boolean {
    return this.#context.gone;
  }
}
