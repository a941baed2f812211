import type { RpcError } from "../../../wire/grpc/index.ts";
import type { RpcProtocol } from "./method.ts";

/** How one form of the family writes the answers to its calls. The caller has made sure that the peer is still there. */
export interface RpcForm<TCall> {
  readonly protocol: RpcProtocol;
  /** Messages have heads; without them the body is the message. */
  readonly isFramed: boolean;
  /** The body is base64. */
  readonly isText: boolean;
  /** Names of the request headers that say the same thing differently. */
  readonly names: { readonly timeout: string; readonly coding: string; readonly accept: string };
  /** Sends the whole answer to a call that gives one message. */
  sendUnary(call: TCall, message: Uint8Array): Promise<void> | void;
  /** Sends the head of a stream. */
  begin(call: TCall): void;
  /** Sends one message of a stream, with its head; false: wait before the next. */
  write(call: TCall, frame: Uint8Array): boolean;
  /** Ends a stream that went well. */
  end(call: TCall): void;
  /** Ends a call that failed, whatever has been sent of its answer. */
  fail(call: TCall, error: RpcError): void;
}
