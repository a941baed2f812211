import { apiKeys, bearerTokens, compile, errorPart, type Model } from "concordat";
import type { HttpOptions, Operation } from "../../src/contract/language/index.ts";
import type { OperationModel } from "../../src/contract/model/index.ts";
import { createRestHandler } from "../../src/runtime/protocols/index.ts";
import { createServer } from "../../src/runtime/server/create-server.ts";
import type { RunningService } from "../../src/runtime/server/start-service.ts";
import { behaviour } from "./service.ts";

/**
 * The same contract as clients of another house know it: every operation has another path, envelopes, errors and scheme
 * of tokens than follow from its name. What it means must not have changed.
 */
export function existingModel(model: Model): Model {
  const declared = new Map(
    behaviour.api.options.operations?.map((operation) => [idOf(operation), operation] as const),
  );
  const resources = new Set(behaviour.api.options.resources.map(({ name }) => name));
  // What the compiler adds by itself, to poll operations and to download files, stays where it is.
  const own = Object.values(model.operations).filter(
    ({ id, resource = "", method = "" }) =>
      declared.has(id) || (resources.has(resource) && STANDARD.includes(method)),
  );
  const operations = own.map((operation): Operation => {
    const given = declared.get(operation.id);
    const { kind, name, resource, method, http } = operation;
    const spec = given?.spec ?? {
      kind,
      name,
      options: {},
      ...(resource && { resource }),
      ...(method && { method }),
    };
    const options = http === undefined ? spec.options : { ...spec.options, http: httpOf(operation, model) };
    return { ...given, kind: "operation", spec: { ...spec, options } } as Operation;
  });
  return compile({
    ...behaviour.api,
    options: {
      ...behaviour.api.options,
      operations,
      authentication: [apiKeys, bearerTokens({ scheme: "Token" })],
      rest: {
        prefix: "/existing/api",
        errors: {
          body: {
            failed: {
              because: errorPart.code,
              with: errorPart.status,
              says: errorPart.detail,
              about: errorPart.data,
              request: errorPart.requestId,
              all: errorPart.violations([errorPart.pointer, errorPart.reason, errorPart.message]),
            },
          },
        },
      },
    },
  });
}

function idOf({ spec }: Operation): string {
  return spec.resource === undefined ? spec.name : `${spec.resource}.${spec.name}`;
}

const STANDARD = ["list", "get", "create", "replace", "patch", "delete"];

/** Below one folder for each resource, so that no two operations share a path. */
function httpOf(operation: OperationModel, model: Model): HttpOptions {
  const { id, method, output, http, input, longRunning } = operation;
  const onRow = method !== undefined && method !== "list" && method !== "create";
  const path = `/do/${id.replace(".", onRow ? "/{id}/" : "/")}`;
  // A form has parts, and a file is itself: neither has an envelope.
  const files = Object.values(input?.fields ?? {}).some(({ type }) => type.kind === "file");
  const body = http?.method !== "GET" && input !== undefined && !files ? { body: "given" } : {};
  // A long-running command may answer with its operation, which has a shape of its own.
  if (output.kind === "none" || output.kind === "file" || longRunning !== undefined) return { path, ...body };
  if (output.kind !== "page") return { path, ...body, answer: "result" };
  const total = model.resources[output.resource]?.list.total === "none" ? {} : { total: "count" };
  return {
    path,
    answer: { data: "items", nextCursor: "after", prevCursor: "before", hasMore: "more", ...total },
  };
}

/** Serves a model by an engine that was made for the one it was derived from. */
export async function serveExisting(model: Model, { engine, store }: RunningService) {
  const server = createServer({
    handler: createRestHandler({ engine: { ...engine, model }, files: store.files }),
  });
  const { url } = await server.listen();
  return { url, close: () => server.close() };
}
