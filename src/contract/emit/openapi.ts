import type { JsonValue } from "../../base/lib/json.ts";
import type { Model } from "../model/index.ts";
import { toTitle } from "../model/names.ts";
import { batchObject } from "./batch.ts";
import { createEmitContext } from "./context.ts";
import type { JsonObject } from "./json-object.ts";
import { FREE_TAG, operationObject } from "./operation.ts";
import { words } from "./operation-names.ts";
import { securitySchemes } from "./security.ts";

/** What an OpenAPI document says beside the contract. */
export interface OpenApiOptions {
  /** Origin at which the API is served, such as `https://api.example.com`. Default: the one the document came from. */
  readonly url?: string;
}

/** Writes a model as an OpenAPI 3.1.1 document: every operation that REST serves. */
export function emitOpenApi(model: Model, options: OpenApiOptions = {}): JsonValue {
  const context = createEmitContext(model);
  const paths: Record<string, JsonObject> = {};
  const tags = new Set<string>();
  for (const operation of Object.values(model.operations)) {
    const { http } = operation;
    if (http === undefined) continue;
    paths[http.path] = {
      ...paths[http.path],
      [http.method.toLowerCase()]: operationObject(context, operation),
    };
    tags.add(operation.resource ?? "");
  }
  if (model.batch !== undefined) {
    paths["/batch"] = { post: batchObject(context, model.batch) };
    tags.add("");
  }
  return {
    openapi: "3.1.1",
    info: {
      title: model.title,
      version: model.versions[model.version] ?? model.version,
      ...(model.description === undefined ? {} : { description: model.description }),
    },
    servers: [{ url: (options.url ?? "").replace(/\/+$/, "") + model.rest.base || "/" }],
    tags: [...tags].map((name) => tagObject(model, name)),
    paths,
    components: {
      ...context.components.toJson(),
      ...(tags.size > 0 ? { securitySchemes: securitySchemes(model) } : {}),
    },
  };
}

function tagObject(model: Model, name: string): JsonObject {
  const resource = model.resources[name];
  if (resource === undefined) return { name: FREE_TAG, description: "Operations of no one resource." };
  return {
    name: toTitle(resource.plural),
    description: resource.description ?? `Operations on ${words(resource.plural)}.`,
  };
}
