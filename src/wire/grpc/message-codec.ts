/**
 * One message type in one encoding. `decode` throws for bytes that are not such a message, best an ApiError
 * `malformed_request`; anything else that it throws is answered as one.
 */
export interface MessageCodec {
  encode(value: unknown): Uint8Array;
  decode(bytes: Uint8Array): unknown;
}
