import { ApiError } from "../../../../base/errors/index.ts";
import { RpcError } from "../../../../wire/grpc/index.ts";
import type { RpcRequest } from "./call.ts";
import { explain } from "./errors.ts";

/** Milliseconds that a channel waits for the message which names its row: until then no deadline of the contract holds it. */
const FIRST_MESSAGE_MS = 10_000;

/**
 * The inputs of a client stream, as the engine takes them. What the transport refuses (a message too large, a broken frame)
 * is told to the engine in its own words, so that it is not taken for a fault of ours.
 */
export async function* inputsOf(requests: AsyncIterable<unknown>): AsyncGenerator<unknown, void> {
  try {
    for await (const request of requests) yield toRequest(request).input ?? {};
  } catch (thrown) {
    throw toApiError(thrown);
  }
}

/** A channel's first message, which names its row, and all of its messages. */
export interface OpenedChannel {
  readonly id: string | undefined;
  readonly messages: AsyncIterable<unknown>;
}

/** Reads the first message of a channel. Later ones may name the row again, but no other. */
export async function openChannel(requests: AsyncIterable<unknown>): Promise<OpenedChannel> {
  const iterator = requests[Symbol.asyncIterator]();
  const first = await firstOf(iterator);
  const id = first?.id;
  async function* messages(): AsyncGenerator<unknown, void> {
    try {
      for (let request = first; request !== undefined; ) {
        if (request.id !== undefined && request.id !== id) throw otherRow(id);
        yield request.input ?? {};
        const next = await iterator.next();
        request = next.done === true ? undefined : toRequest(next.value);
      }
    } catch (thrown) {
      throw toApiError(thrown);
    } finally {
      await iterator.return?.();
    }
  }
  return { id, messages: messages() };
}

async function firstOf(iterator: AsyncIterator<unknown>): Promise<RpcRequest | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(noFirstMessage()), FIRST_MESSAGE_MS);
  });
  try {
    const first = await Promise.race([iterator.next(), late]);
    return first.done === true ? undefined : toRequest(first.value);
  } finally {
    clearTimeout(timer);
  }
}

function noFirstMessage(): ApiError {
  return new ApiError("request_timeout", "The first message, which names the row, did not come in time.");
}

function otherRow(id: string | undefined): ApiError {
  return new ApiError("malformed_request", `The channel is about ${id}: no message may name another row.`);
}

/** A request as its codec reads it: always an object. */
export function toRequest(message: unknown): RpcRequest {
  return typeof message === "object" && message !== null ? message : {};
}

function toApiError(thrown: unknown): unknown {
  if (!(thrown instanceof RpcError)) return thrown;
  const { code, message } = explain(thrown);
  return new ApiError(code, message, { cause: thrown });
}
