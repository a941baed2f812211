import { type JsonValue, parseJson, stringifyJson } from "../../../src/base/lib/index.ts";
import type { Model, OperationModel } from "../../../src/contract/model/model.ts";
import type { Caller } from "../caller.ts";
import { createRestCaller } from "./rest.ts";

/** Calls the paths, envelopes, errors and tokens of {@link existingModel}, as a client of another house would. */
export function createExistingCaller(model: Model, url: string): Caller {
  return createRestCaller(model, url, {
    name: "REST, another style",
    mediaType: "application/json",
    write: (input, operation) => stringifyJson(wrap(input, operation)),
    writeText: (text, { http }) =>
      http?.body === undefined || text === "" ? text : `{"${http.body}":${text}}`,
    read: (body, operation) => unwrap(parseJson(Buffer.from(body).toString()), operation),
    authorization: (key) => (key.startsWith("ck_") ? `Bearer ${key}` : `Token ${key}`),
    readProblem(json, { http }) {
      const { failed } = json as { readonly failed: Failed };
      const prefix = http?.body === undefined ? "" : `/${http.body}`;
      return {
        code: failed.because,
        status: failed.with,
        detail: failed.says,
        requestId: failed.request,
        ...(failed.about === null ? {} : { data: failed.about }),
        errors: failed.all.map(([pointer, code, message]) => ({
          pointer: pointer.startsWith(prefix) ? pointer.slice(prefix.length) : pointer,
          code,
          message,
        })),
      };
    },
  });
}

interface Failed {
  readonly because: string;
  readonly with: number;
  readonly says: string;
  readonly about: Record<string, unknown> | null;
  readonly request: string;
  readonly all: readonly (readonly [pointer: string, code: string, message: string])[];
}

function wrap(input: JsonValue, { http }: OperationModel): JsonValue {
  return http?.body === undefined ? input : { [http.body]: input };
}

function unwrap(json: JsonValue, { http }: OperationModel): JsonValue {
  const body = json as { readonly [key: string]: JsonValue };
  if (http?.answer === undefined) return json;
  if (http.answer.kind !== "page") return body.result ?? null;
  const { items = null, after = null, before = null, more = null, count } = body;
  const total = count === undefined ? {} : { total: count };
  return { data: items, page: { nextCursor: after, prevCursor: before, hasMore: more, ...total } };
}
