import assert from "node:assert/strict";
import { test } from "node:test";
import { anyone, api, compile, query, t } from "concordat";
import { describeProto } from "../../../../contract/proto/index.ts";
import { createProtoCodecs, RpcError, type RpcStatus } from "../../../../wire/grpc/index.ts";
import { createErrorWriter } from "./errors.ts";

const add = query("add", { output: t.object({ sum: t.int32() }), access: [anyone] });
const schema = describeProto(
  compile(api("sums", { versions: { v1: "2026-01-01" }, resources: [], operations: [add] })),
);
const write = createErrorWriter({ domain: "sums", schema, codecs: createProtoCodecs(schema) });

/** Reason and retry of ErrorInfo, and the delay of RetryInfo. */
function told(status: RpcStatus): readonly unknown[] {
  const { details, headers } = write(new RpcError(status, "No."), { requestId: "r" });
  const debug = (name: string): any => details.find(({ typeUrl }) => typeUrl.endsWith(`.${name}`))?.debug;
  const info = debug("ErrorInfo");
  return [info.reason, info.metadata.retry, debug("RetryInfo")?.retryDelay, headers.join(" ")];
}

test("what the transport refuses by itself is told in the words of the table, with the time to wait", () => {
  assert.deepEqual(told("UNAVAILABLE"), ["UNAVAILABLE", "same-key", "1s", "retry-after 1"]);
  assert.deepEqual(told("NOT_FOUND"), ["NOT_FOUND", "no", undefined, ""]);
  assert.deepEqual(told("INVALID_ARGUMENT"), ["MALFORMED_REQUEST", "no", undefined, ""]);
  assert.deepEqual(told("RESOURCE_EXHAUSTED"), ["PAYLOAD_TOO_LARGE", "no", undefined, ""]);
  assert.deepEqual(told("INTERNAL"), ["INTERNAL", "same-key", undefined, ""]);
});
