import type { JsonValue } from "../../base/lib/json.ts";
import { actionsOf, type Model, type ResourceModel } from "../../contract/model/index.ts";
import type { PageLinks } from "./links.ts";
import { isJsonObject } from "./merge-patch.ts";
import { collectionPathOf, rowPathOf } from "./row-path.ts";

/** Media type of the Hypertext Application Language (draft-kelly-json-hal). */
export const HAL_MEDIA_TYPE = "application/hal+json";

/** Writes rows and pages of one resource as HAL. */
export interface HalWriter {
  /** A row with links to itself, its collection, what it refers to, and the actions that are allowed now. */
  row(value: JsonValue, actions: readonly string[]): JsonValue;
  /** A page with links to itself and its neighbours; the rows are embedded under the resource's plural name. */
  page(value: JsonValue, self: string, links: PageLinks): JsonValue;
}

type JsonObject = { readonly [key: string]: JsonValue };

/** Makes the HAL writer of a resource; paths are those of the model's operations. */
export function createHalWriter(model: Model, resource: ResourceModel): HalWriter {
  const collection = collectionPathOf(model, resource.name);
  const rowPath = rowPathOf(model, resource.name);
  const rows = new Map<string, HalWriter["row"]>();

  const refs = Object.entries(resource.fields).flatMap(([field, { type }]) => {
    const target = type.kind === "ref" ? model.resources[type.resource] : undefined;
    // A resource that cannot be read by id has no place to link to.
    if (target === undefined || model.operations[`${target.name}.get`] === undefined) return [];
    return [{ field, target, path: rowPathOf(model, target.name) }];
  });
  const actionPaths = new Map(
    actionsOf(model, resource.name).map((action) => [
      action.name,
      model.rest.base + (action.http?.path ?? ""),
    ]),
  );

  const row: HalWriter["row"] = (value, actions) => {
    if (!isJsonObject(value)) return value;
    const own: Record<string, JsonValue> = { ...value };
    const embedded: Record<string, JsonValue> = {};
    const links: Record<string, JsonValue> = {};
    if (typeof value.id === "string") links.self = { href: rowPath(value.id) };
    links.collection = { href: collection };
    for (const { field, target, path } of refs) {
      const found = value[field];
      if (typeof found === "string") links[field] = { href: path(found) };
      else if (isJsonObject(found)) {
        if (typeof found.id === "string") links[field] = { href: path(found.id) };
        embedded[field] = rowOf(target)(found, []);
        delete own[field];
      }
    }
    if (typeof value.id === "string") {
      for (const action of actions) {
        const path = actionPaths.get(action);
        if (path !== undefined) links[action] = { href: path.replace("{id}", value.id) };
      }
    }
    return {
      ...own,
      _links: links,
      ...(Object.keys(embedded).length === 0 ? {} : { _embedded: embedded }),
    };
  };

  const rowOf = (target: ResourceModel): HalWriter["row"] => {
    const known = rows.get(target.name);
    if (known !== undefined) return known;
    const made = target.name === resource.name ? row : createHalWriter(model, target).row;
    rows.set(target.name, made);
    return made;
  };

  return {
    row,
    page: (value, self, links) => {
      if (!isJsonObject(value)) return value;
      const { data, ...rest } = value;
      return {
        ...rest,
        _links: {
          self: { href: self },
          first: { href: links.first },
          ...(links.prev === undefined ? {} : { prev: { href: links.prev } }),
          ...(links.next === undefined ? {} : { next: { href: links.next } }),
        },
        _embedded: {
          [resource.plural]: Array.isArray(data) ? data.map((item: JsonValue) => row(item, [])) : [],
        },
      } satisfies JsonObject;
    },
  };
}
