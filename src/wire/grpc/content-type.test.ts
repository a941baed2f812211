import assert from "node:assert/strict";
import { test } from "node:test";
import { isRpcContentType, parseRpcContentType } from "./content-type.ts";

test("the content types of the family, with their encodings", () => {
  const cases: Readonly<Record<string, readonly [string, string | undefined]>> = {
    "application/grpc": ["grpc", "proto"],
    "application/grpc+proto": ["grpc", "proto"],
    "application/grpc+json": ["grpc", "json"],
    "Application/GRPC; charset=utf-8": ["grpc", "proto"],
    "application/grpc+thrift": ["grpc", undefined],
    "application/grpc-web": ["grpc-web", "proto"],
    "application/grpc-web+json": ["grpc-web", "json"],
    "application/grpc-web-text": ["grpc-web-text", "proto"],
    "application/grpc-web-text+proto": ["grpc-web-text", "proto"],
    "application/connect+proto": ["connect-stream", "proto"],
    "application/connect+xml": ["connect-stream", undefined],
    "application/proto": ["connect-unary", "proto"],
    "application/json": ["connect-unary", "json"],
    'application/json; charset="UTF-8"': ["connect-unary", "json"],
  };
  for (const [header, [form, encoding]] of Object.entries(cases)) {
    assert.deepEqual(parseRpcContentType(header), { form, encoding }, header);
    assert.equal(isRpcContentType(header), form !== "connect-unary" || encoding === "proto", header);
  }
  for (const header of [
    "",
    "text/plain",
    "application/grpcx",
    "application/json; charset=latin1",
    "application/connect",
  ]) {
    assert.equal(parseRpcContentType(header), undefined, header);
  }
});
