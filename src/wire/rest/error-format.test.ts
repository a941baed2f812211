import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { modelOf } from "../../../test/support/mistakes.ts";
import { ApiError } from "../../base/errors/index.ts";
import { type ErrorTemplate, errorPart } from "../../contract/language/index.ts";
import { createErrorFormat, PROBLEM_FORMAT } from "./error-format.ts";

const context = { requestId: "req_1" };
const formatOf = (body: ErrorTemplate, statuses = {}) =>
  createErrorFormat(modelOf({ rest: { errors: { body, statuses } } }).rest.errors);
const written = (body: ErrorTemplate, error: ApiError) => JSON.parse(formatOf(body).write(error, context));

const invalid = new ApiError("invalid_input", "Two things are wrong.", {
  violations: [
    { pointer: "/address/city", code: "too_long", message: "Too long." },
    { pointer: "/address/city", code: "bad_format", message: "Not a city." },
    { pointer: "?limit", code: "too_small", message: "Too small." },
    { pointer: "", code: "required", message: "Say something." },
    { pointer: "/__proto__", code: "unknown_field", message: "Unknown." },
  ],
});

describe("the shape of errors", () => {
  it("is problem+json where none is declared", () => {
    assert.equal(createErrorFormat(undefined), PROBLEM_FORMAT);
  });

  it("has parts of the error in the places that the contract gives them", () => {
    const body = {
      error: { code: errorPart.code, text: errorPart.detail, short: errorPart.title, of: errorPart.data },
      meta: [errorPart.requestId, errorPart.status, 1, null, true],
    };
    const sold = new ApiError("sold_out", "None left.", {
      status: 409,
      title: "Sold out",
      data: { left: 0n },
    });
    assert.deepEqual(written(body, sold), {
      error: { code: "sold_out", text: "None left.", short: "Sold out", of: { left: 0 } },
      meta: ["req_1", 409, 1, null, true],
    });
    assert.equal(written(body, invalid).error.of, null);
  });

  it("lists messages by field, others under the name for them", () => {
    const text = formatOf(errorPart.messagesByField("base")).write(invalid, context);
    assert.equal(
      text,
      '{"address.city":["Too long.","Not a city."],"limit":["Too small."],"base":["Say something."],"__proto__":["Unknown."]}',
    );
    const missing = new ApiError("not_found", "Nothing there.");
    assert.deepEqual(written(errorPart.messagesByField("base"), missing), { base: ["Nothing there."] });
  });

  it("lists what is wrong, with pointers into the body", () => {
    const { field, pointer, reason, message } = errorPart;
    const format = formatOf(errorPart.violations([field, pointer, reason, message]));
    const pointerOf = (at: string) => `/user${at}`;
    assert.deepEqual(JSON.parse(format.write(invalid, { ...context, pointerOf }))[0], [
      "address.city",
      "/user/address/city",
      "too_long",
      "Too long.",
    ]);
    assert.deepEqual(written(errorPart.violations(field), new ApiError("not_found", "x")), []);
  });

  it("has the statuses that the contract gives, and the table's for the rest", () => {
    const format = formatOf({ status: errorPart.status }, { not_found: 410 });
    const missing = new ApiError("not_found", "x");
    assert.equal(format.statusOf(missing), 410);
    assert.equal(format.write(missing, context), '{"status":410}');
    assert.equal(format.statusOf(new ApiError("forbidden", "x")), 403);
    assert.equal(format.statusOf(new ApiError("constructor", "x", { status: 409 })), 409);
  });
});
