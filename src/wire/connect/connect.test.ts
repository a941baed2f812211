import assert from "node:assert/strict";
import { test } from "node:test";
import { RpcError } from "../grpc/index.ts";
import { writeEndStream } from "./end-stream.ts";
import { toConnectError } from "./errors.ts";
import { connectHttpStatus } from "./http-status.ts";
import { parseGetQuery } from "./query.ts";

test("errors as JSON: code in small letters, details by name", () => {
  const error = new RpcError("CANCELLED", "gone", {
    details: [{ typeUrl: "type.googleapis.com/a.B", value: Uint8Array.of(1, 2), debug: { c: 1 } }],
  });
  assert.deepEqual(toConnectError(error), {
    code: "canceled",
    message: "gone",
    details: [{ type: "a.B", value: "AQI", debug: { c: 1 } }],
  });
  assert.deepEqual(toConnectError(new RpcError("DATA_LOSS", "")), { code: "data_loss" });
  assert.equal(connectHttpStatus("RESOURCE_EXHAUSTED"), 429);
});

test("the end of a stream has error and trailers", () => {
  const end = writeEndStream(["a", "1", "b", "2", "a", "3"], new RpcError("ABORTED", "no"));
  assert.equal(end[0], 2);
  assert.deepEqual(JSON.parse(Buffer.from(end.subarray(5)).toString()), {
    error: { code: "aborted", message: "no" },
    metadata: { a: ["1", "3"], b: ["2"] },
  });
  assert.equal(Buffer.from(writeEndStream([]).subarray(5)).toString(), "{}");
});

test("a query with a message in URL-safe base64, padded or not", () => {
  const bytes = Uint8Array.of(251, 255, 190, 0);
  for (const text of ["-_--AA", "-_--AA==", "-_--AA%3D%3D"]) {
    assert.deepEqual(parseGetQuery(`encoding=proto&base64=1&message=${text}`), {
      encoding: "proto",
      message: bytes,
      compression: "identity",
    });
  }
  assert.deepEqual(
    Buffer.from(parseGetQuery("encoding=json&message=%7B%7D&compression=gzip").message).toString(),
    "{}",
  );
  assert.throws(() => parseGetQuery("encoding=json&message=a&message=b"), { status: "INVALID_ARGUMENT" });
});
