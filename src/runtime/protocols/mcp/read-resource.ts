import { ApiError } from "../../../base/errors/index.ts";
import { stringifyJson } from "../../../base/lib/index.ts";
import {
  formatErrorDetails,
  McpError,
  parseResourceUri,
  type ResourcePlace,
  RPC_CODES,
} from "../../../wire/mcp/index.ts";
import { createQueryReader } from "../../../wire/rest/index.ts";
import type { Call, Outcome } from "../../engine/index.ts";
import type { McpContext, McpRequest, McpResult } from "./context.ts";

/** Answers `resources/read`: a row, or a page of a list that is asked as in REST: `?status=open&limit=10&cursor=…`. */
export async function readResource(context: McpContext, request: McpRequest): Promise<McpResult> {
  const { uri } = request.message.params;
  if (typeof uri !== "string") throw new McpError(RPC_CODES.invalidParams, '"uri" must be a text.');
  const place = parseResourceUri(context.model, uri);
  const operation = place && operationOf(context, place);
  if (place === undefined || operation === undefined) {
    throw notFound(
      request,
      uri,
      new ApiError("not_found", `There is no resource ${JSON.stringify(uri.slice(0, 200))}.`),
    );
  }
  request.exchange.operation = operation;
  const outcome = await ask(context, request, place, operation);
  if (!outcome.ok) {
    if (outcome.error.status === 401) throw outcome.error;
    throw notFound(request, uri, outcome.error);
  }
  const text = JSON.stringify(outcome.json ?? stringifyJson(outcome.value ?? null));
  const content = `{"uri":${JSON.stringify(uri)},"mimeType":"application/json","text":${text}}`;
  return { kind: "result", members: [`"contents":[${content}]`, '"ttlMs":0,"cacheScope":"private"'] };
}

function operationOf({ model }: McpContext, { resource, id }: ResourcePlace): string | undefined {
  const operation = `${resource.name}.${id === undefined ? "list" : "get"}`;
  return Object.hasOwn(model.operations, operation) ? operation : undefined;
}

function ask(
  { model, engine }: McpContext,
  { credentials, meta, signal }: McpRequest,
  { resource, id, query }: ResourcePlace,
  operation: string,
): Promise<Outcome> | Outcome {
  let call: Call;
  try {
    const found = model.operations[operation];
    const read = found === undefined || query === "" ? {} : createQueryReader(found, resource.list)(query);
    const { list, fields, expand } = read;
    call = { operation, id, list, fields, expand, credentials, meta, signal };
  } catch (thrown) {
    if (!(thrown instanceof ApiError)) throw thrown;
    return { ok: false, error: thrown, replayed: false };
  }
  return engine.execute(call);
}

/** Refusals of reads are JSON-RPC errors: there is no result to put them into (Resources, Error Handling). */
function notFound({ dialect, meta }: McpRequest, uri: string, error: ApiError): McpError {
  const { invalidParams, resourceNotFound, internalError } = RPC_CODES;
  const missing = dialect.isModern ? invalidParams : resourceNotFound;
  const code =
    error.status === 404
      ? missing
      : error.status === 400
        ? invalidParams
        : error.status === 500
          ? internalError
          : error.status;
  return new McpError(code, error.message, {
    data: { uri: uri.slice(0, 512), error: formatErrorDetails(error, meta.requestId) },
  });
}
