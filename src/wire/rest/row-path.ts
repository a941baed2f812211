import type { Model } from "../../contract/model/model.ts";

/** Path of a resource's row by its id. */
export type RowPath = (id: string) => string;

/**
 * Makes the paths of a resource's rows: those of its `get`, or what they would be where it has none. Ids of rows need no
 * percent-encoding.
 */
export function rowPathOf(model: Model, resource: string): RowPath {
  const path = model.operations[`${resource}.get`]?.http?.path;
  const template = model.rest.base + (path ?? `/${model.resources[resource]?.path ?? resource}/{id}`);
  const [before = "", after = ""] = template.split("{id}");
  return after === "" ? (id) => before + id : (id) => before + id + after;
}

/** Path of a resource's list: where its rows are made or, without list and create, would be. */
export function collectionPathOf(model: Model, resource: string): string {
  const { list, create } = { list: `${resource}.list`, create: `${resource}.create` };
  const path = (model.operations[list] ?? model.operations[create])?.http?.path;
  return model.rest.base + (path ?? `/${model.resources[resource]?.path ?? resource}`);
}
