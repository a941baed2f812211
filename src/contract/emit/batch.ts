import type { BatchModel } from "../model/index.ts";
import type { EmitContext } from "./context.ts";
import { problemResponses } from "./error-responses.ts";
import { headerRefs } from "./headers.ts";
import type { JsonObject } from "./json-object.ts";
import { FREE_TAG } from "./operation.ts";
import { securitySchemes } from "./security.ts";

const TEXT = [
  "Takes several requests at once and answers each as if it had come alone, one after the other.",
  "With `atomic` all of them are done in one transaction, or none: where one is answered with 400 or more, the others are 424 " +
    "`failed_dependency`. Without it each stands for itself.",
  "All are called by whoever calls the batch. With an `Idempotency-Key` for the batch every part that takes a key has one of " +
    "its own, made from it, so that a repetition does nothing twice.",
];

/** Returns the OpenAPI operation object of `POST /batch`. */
export function batchObject(context: EmitContext, { maxParts, maxBytes }: BatchModel): JsonObject {
  const { components, model } = context;
  return {
    operationId: "batch",
    summary: "Send several requests as one",
    description: TEXT.join("\n\n"),
    tags: [FREE_TAG],
    security: [{}, ...Object.keys(securitySchemes(model)).map((name) => ({ [name]: [] }))],
    parameters: [
      {
        name: "Idempotency-Key",
        in: "header",
        description: "Stands for the whole batch.",
        schema: { type: "string", minLength: 1, maxLength: 255 },
      },
    ],
    requestBody: {
      required: true,
      description: `At most ${maxParts} requests and ${maxBytes} bytes.`,
      content: {
        "application/json": {
          schema: components.ref("schemas", "Batch", () => requestSchema(maxParts), "batch request"),
        },
      },
    },
    responses: {
      "200": {
        description: "Every request's own answer, in the order of the requests.",
        headers: headerRefs(context, ["Cache-Control", "X-Request-Id"]),
        content: {
          "application/json": {
            schema: components.ref("schemas", "BatchAnswer", answerSchema, "batch answer"),
          },
        },
      },
      ...problemResponses(context, [
        "malformed_request",
        "payload_too_large",
        "unsupported_media_type",
        "invalid_input",
        "internal",
        "unavailable",
      ]),
    },
  };
}

function requestSchema(maxParts: number): JsonObject {
  const part: JsonObject = {
    type: "object",
    properties: {
      id: { type: "string", minLength: 1, maxLength: 64, description: "Comes back with the answer." },
      method: { type: "string", enum: ["GET", "POST", "PUT", "PATCH", "DELETE"] },
      path: { type: "string", description: "Path and query, as in a request of its own." },
      headers: {
        type: "object",
        additionalProperties: { type: "string" },
        description: "Headers of this part alone: conditions, Accept, Content-Type, Prefer, Idempotency-Key.",
      },
      body: { description: "A JSON value." },
    },
    required: ["method", "path"],
    additionalProperties: false,
  };
  return {
    type: "object",
    properties: {
      atomic: { type: "boolean", default: false, description: "All or nothing." },
      requests: { type: "array", items: part, minItems: 1, maxItems: maxParts },
    },
    required: ["requests"],
    additionalProperties: false,
  };
}

function answerSchema(): JsonObject {
  const part: JsonObject = {
    type: "object",
    properties: {
      id: { type: "string", description: "Of the request, where it has one." },
      status: { type: "integer", minimum: 200, maximum: 599 },
      headers: { type: "object", additionalProperties: { type: "string" } },
      body: { description: "A JSON value; text or, for bytes, base64 where the answer is not JSON." },
    },
    required: ["status", "headers"],
  };
  return {
    type: "object",
    properties: { responses: { type: "array", items: part } },
    required: ["responses"],
  };
}
