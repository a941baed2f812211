import { actionsOf, type ResourceModel } from "../model/index.ts";
import { toPascalCase } from "../model/names.ts";
import type { EmitContext } from "./context.ts";
import type { JsonObject } from "./json-object.ts";
import { pagePositionRef } from "./page-schema.ts";
import { objectSchema } from "./type-schema.ts";

/** Refers to the schema of a row as HAL (draft-kelly-json-hal): expanded rows move to `_embedded`. */
export function halRowRef(context: EmitContext, resource: ResourceModel): JsonObject {
  return context.components.ref(
    "schemas",
    `${toPascalCase(resource.name)}Hal`,
    () => halRow(context, resource),
    `hal row ${resource.name}`,
  );
}

function halRow(context: EmitContext, resource: ResourceModel): JsonObject {
  const { required, properties, ...schema } = objectSchema(resource.fields, context.output);
  const kept = Array.isArray(required) ? required.filter((name) => !isRef(resource, String(name))) : [];
  const refs = Object.keys(resource.fields).filter((name) => isRef(resource, name));
  const actions = actionsOf(context.model, resource.name);
  const links = ["self", "collection", ...refs, ...actions.map(({ name }) => name)];
  const embedded = Object.entries(resource.expand).flatMap(([field, target]) => {
    const row = context.model.resources[target];
    return row ? [[field, halRowRef(context, row)] as const] : [];
  });
  return {
    ...schema,
    properties: {
      ...(typeof properties === "object" ? properties : {}),
      _links: {
        type: "object",
        description:
          "Where the row is, what it refers to, and the actions that its state and your rights allow now.",
        properties: Object.fromEntries(links.map((name) => [name, linkRef(context)])),
        required: ["collection"],
      },
      ...(embedded.length === 0
        ? {}
        : {
            _embedded: {
              type: "object",
              description: "Rows that `expand` asked for.",
              properties: Object.fromEntries(embedded),
            },
          }),
    },
    required: [...kept, "_links"],
  };
}

/** Refers to the schema of a page as HAL: its rows are in `_embedded`. */
export function halPageRef(context: EmitContext, resource: ResourceModel): JsonObject {
  return context.components.ref(
    "schemas",
    `${toPascalCase(resource.name)}PageHal`,
    () => ({
      type: "object",
      properties: {
        page: pagePositionRef(context),
        _links: {
          type: "object",
          properties: Object.fromEntries(
            ["self", "first", "prev", "next"].map((name) => [name, linkRef(context)]),
          ),
          required: ["self", "first"],
        },
        _embedded: {
          type: "object",
          properties: { [resource.plural]: { type: "array", items: halRowRef(context, resource) } },
          required: [resource.plural],
        },
      },
      required: ["page", "_links", "_embedded"],
    }),
    `hal page ${resource.name}`,
  );
}

function isRef(resource: ResourceModel, name: string): boolean {
  return resource.fields[name]?.type.kind === "ref";
}

function linkRef(context: EmitContext): JsonObject {
  return context.components.ref(
    "schemas",
    "HalLink",
    () => ({
      type: "object",
      properties: { href: { type: "string", format: "uri-reference" } },
      required: ["href"],
    }),
    "hal link",
  );
}
