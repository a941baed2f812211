import { create, fromBinary } from "@bufbuild/protobuf";
import type { Case } from "./cases.ts";
import type { RawAnswer } from "./raw.ts";
import type { Vectors } from "./vectors.ts";

const CONNECT_CODES = [
  ...["", "canceled", "unknown", "invalid_argument", "deadline_exceeded", "not_found", "already_exists"],
  ...[
    "permission_denied",
    "resource_exhausted",
    "failed_precondition",
    "aborted",
    "out_of_range",
    "unimplemented",
  ],
  ...["internal", "unavailable", "data_loss", "unauthenticated"],
];

/** What a client makes of an HTTP status where the answer says nothing else (both protocols' tables agree on these). */
const CODE_OF_STATUS: Readonly<Record<number, number>> = {
  400: 13,
  401: 16,
  403: 7,
  404: 12,
  429: 14,
  502: 14,
  503: 14,
  504: 14,
};
const UNKNOWN = 2;

/** Reads an answer as the protocols' specifications tell a client to, by hand, since no client made the request. */
export function readAnswer(
  vectors: Vectors,
  testCase: Case,
  answer: RawAnswer,
): { readonly error?: any; readonly payloads: any[] } {
  const error = (code: number, message: string) => create(vectors.message("Error"), { code, message } as any);
  const payload = (bytes: Uint8Array) => {
    const method = vectors.service.methods.find(({ name }) => name === testCase.request.method);
    if (method === undefined) throw new TypeError("unknown method");
    return (fromBinary(method.output, bytes) as any).payload;
  };
  const type = answer.headers["content-type"] ?? "";
  const fromStatus = () => ({ error: error(CODE_OF_STATUS[answer.status] ?? UNKNOWN, ""), payloads: [] });

  if (testCase.protocol === "connect" && !type.startsWith("application/connect+")) {
    if (answer.status === 200) return { payloads: [payload(answer.body)] };
    if (!type.startsWith("application/json")) return fromStatus();
    const { code, message } = JSON.parse(answer.body.toString());
    const number = CONNECT_CODES.indexOf(code);
    return number < 1 ? fromStatus() : { error: error(number, message), payloads: [] };
  }
  if (answer.status !== 200) return fromStatus();

  const payloads: any[] = [];
  let status: Record<string, string> =
    testCase.protocol === "grpc" ? { ...answer.headers, ...answer.trailers } : { ...answer.headers };
  for (let at = 0; at < answer.body.length; ) {
    const flags = answer.body[at] ?? 0;
    const end = at + 5 + answer.body.readUInt32BE(at + 1);
    const bytes = answer.body.subarray(at + 5, end);
    if (flags === 0) payloads.push(payload(bytes));
    else if (flags === 2) {
      const { error: told } = JSON.parse(bytes.toString());
      status = { "grpc-status": told === undefined ? "0" : String(CONNECT_CODES.indexOf(told.code)) };
    } else if (flags === 0x80) {
      for (const line of bytes.toString().trim().split("\r\n")) {
        const colon = line.indexOf(":");
        status[line.slice(0, colon)] = line.slice(colon + 1).trim();
      }
    } else throw new TypeError(`An answer has the flags ${flags}.`);
    at = end;
  }
  const code = status["grpc-status"];
  if (code === undefined) throw new TypeError("The answer has no status.");
  return code === "0" ? { payloads } : { error: error(Number(code), status["grpc-message"] ?? ""), payloads };
}
