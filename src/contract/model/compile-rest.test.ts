import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { assertMistake, modelOf } from "../../../test/support/mistakes.ts";
import { apiKeys, bearerTokens, errorPart } from "../../index.ts";

describe("rest of an api", () => {
  it("is the newest version's path and problem+json where nothing is said", () => {
    assert.deepEqual(modelOf({}).rest, { base: "/v1", timestamps: "shortest" });
  });

  it("has another prefix, or none", () => {
    assert.equal(modelOf({ rest: { prefix: "/api/public" } }).rest.base, "/api/public");
    assert.equal(modelOf({ rest: { prefix: "/" } }).rest.base, "");
    for (const prefix of ["api", "/api/", "/a b", "/..", "//"]) {
      assertMistake({ rest: { prefix } }, { place: "api, rest.prefix", found: JSON.stringify(prefix) });
    }
    assertMistake({ rest: { prefix: "/docs/v1" } }, { place: "api, rest.prefix", found: "/docs" });
  });

  it("has a shape of errors of its own, as data", () => {
    const { errors } = modelOf({
      rest: {
        errors: {
          body: {
            ok: false,
            error: { code: errorPart.code, text: errorPart.detail },
            wrong: errorPart.violations({ field: errorPart.field, why: errorPart.message }),
            all: [errorPart.messagesByField("other")],
          },
          statuses: { invalid_parameter: 422 },
        },
      },
    }).rest;
    assert.deepEqual(errors, {
      mediaType: "application/json",
      statuses: { invalid_parameter: 422 },
      body: {
        kind: "object",
        members: {
          ok: { kind: "literal", value: false },
          error: { kind: "object", members: { code: { kind: "code" }, text: { kind: "detail" } } },
          wrong: {
            kind: "violations",
            item: { kind: "object", members: { field: { kind: "field" }, why: { kind: "message" } } },
          },
          all: { kind: "list", items: [{ kind: "messagesByField", otherwise: "other" }] },
        },
      },
    });
  });

  const body = { message: errorPart.detail };
  const at = "api, rest.errors";
  const wrong: Record<string, [errors: object, part: { place: string; found?: string; fix?: string }]> = {
    "an unknown code": [
      { body, statuses: { not_fond: 404 } },
      { place: `${at}.statuses.not_fond`, fix: 'write "not_found"' },
    ],
    "a status of another class": [
      { body, statuses: { not_found: 200 } },
      { place: `${at}.statuses.not_found`, found: "200" },
    ],
    "a failure of ours told as one of the caller": [
      { body, statuses: { internal: 400 } },
      { place: `${at}.statuses.internal` },
    ],
    "a part of a violation outside of one": [
      { body: { field: errorPart.field } },
      { place: `${at}.body.field`, fix: "errorPart.violations" },
    ],
    "violations inside violations": [
      { body: errorPart.violations(errorPart.violations(errorPart.field)) },
      { place: `${at}.body[]` },
    ],
    "a function": [{ body: { all: errorPart.violations } }, { place: `${at}.body.all` }],
    "no body": [{}, { place: `${at}.body`, found: "nothing" }],
    "a media type that is not JSON": [
      { body, mediaType: "text/plain" },
      { place: `${at}.mediaType`, found: '"text/plain"' },
    ],
  };
  for (const [name, [errors, part]] of Object.entries(wrong)) {
    it(`reports ${name}`, () => assertMistake({ rest: { errors: errors as { body: null } } }, part));
  }
});

describe("authentication of an api", () => {
  it("is by API keys where nothing is said, and by tokens of any scheme", () => {
    assert.deepEqual(modelOf({}).authentication, [{ kind: "api-keys" }]);
    const { authentication } = modelOf({
      authentication: [apiKeys, bearerTokens({ scheme: "Token", format: "JWT" })],
    });
    assert.deepEqual(authentication, [
      { kind: "api-keys" },
      { kind: "bearer", scheme: "Token", format: "JWT" },
    ]);
  });

  it("names each scheme once, as one word, and none that has a syntax of its own", () => {
    const at = "api, authentication";
    assertMistake({ authentication: [] }, { place: at, found: "none" });
    assertMistake(
      { authentication: [bearerTokens(), bearerTokens({ scheme: "bearer" })] },
      { place: `${at}[1]`, found: '"bearer"' },
    );
    for (const scheme of ["Basic", "My Token", ""]) {
      assertMistake({ authentication: [bearerTokens({ scheme })] }, { place: `${at}[0].scheme` });
    }
    const uncalled: unknown = bearerTokens;
    assertMistake({ authentication: [uncalled as typeof apiKeys] }, { place: `${at}[0]`, fix: "call it" });
  });
});
