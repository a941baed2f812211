import { formatGrpcMessage, toBase64 } from "./headers.ts";
import { joinBytes } from "./join-bytes.ts";
import type { RpcError, RpcErrorDetail } from "./rpc-error.ts";
import { STATUS_NUMBERS } from "./status.ts";

/** Longer messages would not fit what many clients take as headers, 8 KiB; they are cut. */
const MAX_MESSAGE_LENGTH = 4096;
/** Details that are larger are left out, for the same reason: an error without details is better than none. */
const MAX_DETAILS_LENGTH = 6144;

/** Writes the trailers that tell an error over gRPC and gRPC-Web, names and values in turn. */
export function formatErrorTrailers(error: RpcError): string[] {
  const trailers = ["grpc-status", String(STATUS_NUMBERS[error.status])];
  const message = cut(error.message);
  if (message !== "") trailers.push("grpc-message", formatGrpcMessage(message));
  if (error.details.length > 0) {
    const details = toBase64(encodeStatus(error, message));
    if (details.length <= MAX_DETAILS_LENGTH) trailers.push("grpc-status-details-bin", details);
  }
  return [...trailers, ...error.trailers];
}

function cut(message: string): string {
  return message.length <= MAX_MESSAGE_LENGTH ? message : `${message.slice(0, MAX_MESSAGE_LENGTH)}…`;
}

/** google.rpc.Status: code = 1, message = 2, details = 3 as google.protobuf.Any: type_url = 1, value = 2. */
function encodeStatus({ status, details }: RpcError, message: string): Uint8Array {
  const parts = [Uint8Array.of(0x08, STATUS_NUMBERS[status]), lengthDelimited(2, UTF8.encode(message))];
  for (const detail of details) parts.push(lengthDelimited(3, encodeAny(detail)));
  return joinBytes(parts);
}

function encodeAny({ typeUrl, value }: RpcErrorDetail): Uint8Array {
  return joinBytes([lengthDelimited(1, UTF8.encode(typeUrl)), lengthDelimited(2, value)]);
}

function lengthDelimited(field: number, bytes: Uint8Array): Uint8Array {
  const head = [(field << 3) | 2];
  let length = bytes.length;
  for (; length > 127; length >>>= 7) head.push((length & 127) | 128);
  head.push(length);
  return joinBytes([Uint8Array.from(head), bytes]);
}

const UTF8 = new TextEncoder();
