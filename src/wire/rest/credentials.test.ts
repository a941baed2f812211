import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { modelOf } from "../../../test/support/mistakes.ts";
import { ApiError } from "../../base/errors/index.ts";
import { apiKeys, bearerTokens } from "../../index.ts";
import { challengeOf, createCredentialReader } from "./credentials.ts";

const readerOf = (...authentication: (typeof apiKeys)[]) =>
  createCredentialReader(modelOf({ authentication }).authentication);
const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof ApiError) return error.code;
    throw error;
  }
  return "none";
};

describe("credentials", () => {
  it("are tokens of the declared scheme, in any case of letters", () => {
    const read = readerOf(bearerTokens({ scheme: "Token" }));
    const token = { kind: "bearer", scheme: "Token", token: "a.b-c_d==" };
    assert.deepEqual(read("Token a.b-c_d==", undefined), token);
    assert.deepEqual(read("tOKEN   a.b-c_d==", undefined), token);
    assert.equal(read(undefined, undefined), undefined);
    assert.equal(read(undefined, "ck_live_x"), undefined, "no such header here");
    for (const wrong of ["Bearer a", "Token", "Token ", "Token a b", "Token a,b", "a.b", "", "Token é"]) {
      assert.equal(
        codeOf(() => read(wrong, undefined)),
        "unauthenticated",
        wrong,
      );
    }
  });

  it("are keys or tokens, told apart where they share a scheme", () => {
    const read = readerOf(apiKeys, bearerTokens());
    assert.deepEqual(read("Bearer ck_live_x", undefined), { kind: "api-key", key: "ck_live_x" });
    assert.deepEqual(read("Bearer ey.x", undefined), { kind: "bearer", scheme: "Bearer", token: "ey.x" });
    assert.deepEqual(read(undefined, "ck_live_x"), { kind: "api-key", key: "ck_live_x" });
    assert.equal(
      codeOf(() => read("Bearer ey.x", "ck_live_x")),
      "malformed_request",
    );
    const both = readerOf(apiKeys, bearerTokens({ scheme: "Token" }));
    assert.deepEqual(both("Bearer whatever", undefined), { kind: "api-key", key: "whatever" });
  });

  it("are asked for by a challenge for each scheme", () => {
    const model = modelOf({ authentication: [apiKeys, bearerTokens(), bearerTokens({ scheme: "Token" })] });
    assert.equal(challengeOf(model, false), 'Bearer realm="lab", Token realm="lab"');
    assert.equal(challengeOf(modelOf({}), true), 'Bearer realm="lab", error="invalid_token"');
  });
});
