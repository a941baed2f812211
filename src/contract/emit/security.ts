import type { Model } from "../model/index.ts";
import type { JsonObject } from "./json-object.ts";

/** Returns the OpenAPI security schemes by which callers of an API say who they are. */
export function securitySchemes({ authentication }: Model): JsonObject {
  const schemes: JsonObject = {};
  for (const way of authentication) {
    if (way.kind === "api-keys") Object.assign(schemes, API_KEYS);
    else if (way.scheme.toLowerCase() === "bearer") schemes.token = bearer(way);
    // OpenAPI names no other HTTP schemes than those registered, so the header has to be described.
    else schemes[way.scheme.toLowerCase()] = header(way);
  }
  return schemes;
}

type BearerWay = Extract<Model["authentication"][number], { readonly kind: "bearer" }>;

function bearer({ format, description }: BearerWay): JsonObject {
  return {
    type: "http",
    scheme: "bearer",
    ...(format === undefined ? {} : { bearerFormat: format }),
    ...(description === undefined ? {} : { description }),
  };
}

function header({ scheme, format = "token", description }: BearerWay): JsonObject {
  const form = `\`Authorization: ${scheme} <${format}>\``;
  return {
    type: "apiKey",
    in: "header",
    name: "Authorization",
    description: description === undefined ? form : `${form}. ${description}`,
  };
}

const API_KEYS: JsonObject = {
  bearer: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "API key",
    description: "`Authorization: Bearer ck_…`",
  },
  apiKey: {
    type: "apiKey",
    in: "header",
    name: "X-Api-Key",
    description: "The same key in a header of its own.",
  },
};
