import type { PagePart, ResourceModel } from "../model/index.ts";
import { toPascalCase } from "../model/names.ts";
import { type EmitContext, rowRef } from "./context.ts";
import type { JsonObject } from "./json-object.ts";

/** Refers to the schema of one page of a resource's list. */
export function pageRef(context: EmitContext, resource: ResourceModel): JsonObject {
  return context.components.ref(
    "schemas",
    `${toPascalCase(resource.name)}Page`,
    () => ({
      type: "object",
      properties: {
        data: { type: "array", items: rowRef(context, resource), maxItems: resource.list.maxLimit },
        page: pagePositionRef(context),
      },
      required: ["data", "page"],
    }),
    `page ${resource.name}`,
  );
}

/** The schema of a page whose parts have keys of their own. */
export function pageEnvelope(
  context: EmitContext,
  keys: Readonly<Partial<Record<PagePart, string>>>,
  resource: ResourceModel | undefined,
): JsonObject {
  const properties: JsonObject = {};
  for (const [part, key] of Object.entries(keys)) {
    if (part !== "data") properties[key] = POSITION[part] ?? {};
    else if (resource !== undefined) {
      properties[key] = { type: "array", items: rowRef(context, resource), maxItems: resource.list.maxLimit };
    }
  }
  return { type: "object", properties, required: Object.values(keys) };
}

const cursor = (side: string): JsonObject => ({
  type: ["string", "null"],
  description: `\`cursor\` of the ${side} page; null if there is none.`,
});

const POSITION: Readonly<Record<string, JsonObject>> = {
  nextCursor: cursor("next"),
  prevCursor: cursor("previous"),
  hasMore: { type: "boolean", description: "Whether rows follow this page." },
  total: { type: "integer", minimum: 0, description: "Rows of the whole list." },
};

/** Refers to the schema of a page's place in its list. */
export function pagePositionRef(context: EmitContext): JsonObject {
  return context.components.ref(
    "schemas",
    "PagePosition",
    () => ({
      type: "object",
      description: "Where a page stands in its list.",
      properties: {
        nextCursor: cursor("next"),
        prevCursor: cursor("previous"),
        hasMore: { type: "boolean", description: "Whether rows follow this page." },
        total: {
          type: "integer",
          minimum: 0,
          description: "Rows of the whole list, where `total=true` asked for it.",
        },
      },
      required: ["nextCursor", "prevCursor", "hasMore"],
    }),
    "page position",
  );
}
