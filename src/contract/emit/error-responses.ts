import { CODES, type Code } from "../../base/errors/index.ts";
import type { ErrorModel, OperationModel } from "../model/index.ts";
import { toPascalCase } from "../model/names.ts";
import type { EmitContext } from "./context.ts";
import { errorCatalogue } from "./error-catalogue.ts";
import { errorStyleExample, errorStyleSchema } from "./error-style.ts";
import { headerRef } from "./headers.ts";
import type { JsonObject } from "./json-object.ts";
import { errorsOf } from "./operation-errors.ts";
import { sampleOf } from "./sample.ts";
import { exampleId } from "./type-example.ts";
import { fieldSchema } from "./type-schema.ts";

/**
 * Returns the error responses of an operation by status, each with the codes it can have: problem+json (RFC 9457), or what
 * the contract declares.
 */
export function errorResponses(context: EmitContext, operation: OperationModel): JsonObject {
  const responses: JsonObject = {};
  for (const [status, { builtin, declared }] of errorsOf(context.model, operation)) {
    const codes = [...builtin, ...declared.map(({ code }) => code)];
    const name = codes.length > 3 ? `Status${status}` : codes.map(toPascalCase).join("Or");
    responses[String(status)] = context.components.ref(
      "responses",
      name,
      () => errorResponse(context, status, builtin, declared),
      `${status} ${codes.join(" ")}`,
    );
  }
  return responses;
}

/** The error responses of these built-in codes, by status. */
export function problemResponses(context: EmitContext, codes: readonly Code[]): JsonObject {
  const responses: JsonObject = {};
  for (const [status, of] of Map.groupBy(codes, (code) => CODES[code].http)) {
    const name = of.length > 3 ? `Status${status}` : of.map(toPascalCase).join("Or");
    responses[String(status)] = context.components.ref(
      "responses",
      name,
      () => errorResponse(context, status, of, []),
      `${status} ${of.join(" ")}`,
    );
  }
  return responses;
}

function errorResponse(
  context: EmitContext,
  status: number,
  builtin: readonly Code[],
  declared: readonly ErrorModel[],
): JsonObject {
  // What is particular to the operation comes first.
  const texts = [
    ...declared.map(({ code, message, title }) => `\`${code}\`: ${message ?? `${title}.`}`),
    ...builtin.map((code) => `\`${code}\`: ${CODES[code].title}.`),
  ];
  const retry =
    status === 503 || builtin.some((code) => code === "idempotency_in_progress" || code === "rate_limited");
  const content = contentOf(context, status, builtin, declared);
  return {
    description: texts.length === 1 ? texts.join() : texts.map((text) => `- ${text}`).join("\n"),
    headers: {
      "X-Request-Id": headerRef(context, "X-Request-Id"),
      ...(status === 401 ? { "WWW-Authenticate": headerRef(context, "WWW-Authenticate") } : {}),
      ...(status === 416 ? { "Content-Range": headerRef(context, "Content-Range") } : {}),
      ...(retry ? { "Retry-After": headerRef(context, "Retry-After") } : {}),
      ...(declared.length > 0 ? { "Idempotent-Replayed": headerRef(context, "Idempotent-Replayed") } : {}),
    },
    content,
  };
}

function contentOf(
  context: EmitContext,
  status: number,
  builtin: readonly Code[],
  declared: readonly ErrorModel[],
): JsonObject {
  const style = context.model.rest.errors;
  if (style !== undefined) {
    const schema = context.components.ref(
      "schemas",
      "Error",
      () => errorStyleSchema(style.body),
      "error style",
    );
    const sample = (code: string, title: string, detail: string): [string, JsonObject] => [
      code,
      {
        value: errorStyleExample(style.body, { code, status, title, detail, requestId: exampleId("req") }),
      },
    ];
    const examples = Object.fromEntries([
      ...declared.map(({ code, title, message }) => sample(code, title, message ?? title)),
      ...builtin.map((code) => sample(code, CODES[code].title, explain(code))),
    ]);
    return { [style.mediaType]: { schema, examples } };
  }
  const schemas = [
    ...(builtin.length > 0 ? [builtinSchema(context, builtin)] : []),
    ...declared.map((error) => declaredRef(context, error)),
  ];
  const [only] = schemas;
  return {
    "application/problem+json": {
      schema: schemas.length === 1 && only ? only : { anyOf: schemas },
      examples: Object.fromEntries([
        ...declared.flatMap((error) => declaredExample(context, error)),
        ...builtin.map((code) => [code, { value: example(CODES[code].http, CODES[code].title, code) }]),
      ]),
    },
  };
}

function example(status: number, title: string, code: string, detail = explain(code)): JsonObject {
  return { type: `/problems/${code}`, title, status, detail, code, requestId: exampleId("req") };
}

function explain(code: string): string {
  return errorCatalogue().find((entry) => entry.code === code)?.meaning ?? "";
}

function declaredExample(context: EmitContext, error: ErrorModel): [string, JsonObject][] {
  const problem = example(error.status, error.title, error.code, error.message ?? error.title);
  if (error.data === undefined) return [[error.code, { value: problem }]];
  const data = sampleOf(error.data, context.output);
  return data === undefined ? [] : [[error.code, { value: { ...problem, data } }]];
}

function builtinSchema(context: EmitContext, codes: readonly Code[]): JsonObject {
  return {
    allOf: [problemRef(context), { type: "object", properties: { code: { type: "string", enum: codes } } }],
  };
}

function declaredRef(context: EmitContext, error: ErrorModel): JsonObject {
  return context.components.ref(
    "schemas",
    `${toPascalCase(error.code)}Problem`,
    () => ({
      description: error.message ?? error.title,
      allOf: [
        problemRef(context),
        {
          type: "object",
          properties: {
            code: { type: "string", const: error.code },
            ...(error.data ? { data: fieldSchema(error.data, context.output) } : {}),
          },
          required: error.data ? ["code", "data"] : ["code"],
        },
      ],
    }),
    `error ${error.code}`,
  );
}

/** Refers to the problem details every error has (RFC 9457 section 3.1 and its extensions). */
export function problemRef(context: EmitContext): JsonObject {
  return context.components.ref(
    "schemas",
    "Problem",
    () => ({
      type: "object",
      description: "Problem details (RFC 9457). More members may be added; ignore those you do not know.",
      properties: {
        type: { type: "string", format: "uri-reference", description: "Page that explains the code." },
        title: { type: "string", description: "Short title of the code; the same for every occurrence." },
        status: { type: "integer", description: "HTTP status." },
        detail: { type: "string", description: "What happened this time, for people." },
        instance: { type: "string", format: "uri-reference", description: "This occurrence." },
        code: { type: "string", description: "Stable code to decide by." },
        requestId: { type: "string", description: "Names the request in the server's log." },
        errors: {
          type: "array",
          items: violationRef(context),
          description: "Everything wrong with the input.",
        },
      },
      required: ["type", "title", "status", "code", "requestId"],
    }),
    "problem",
  );
}

function violationRef(context: EmitContext): JsonObject {
  return context.components.ref(
    "schemas",
    "Violation",
    () => ({
      type: "object",
      description: "One thing wrong with the input.",
      properties: {
        pointer: {
          type: "string",
          description: "JSON Pointer (RFC 6901) into the body; query parameters are named `?name`.",
          examples: ["/reason"],
        },
        code: { type: "string", description: "Stable code.", examples: ["too_long"] },
        message: { type: "string", description: "What was expected and what came." },
      },
      required: ["pointer", "code", "message"],
    }),
    "violation",
  );
}
