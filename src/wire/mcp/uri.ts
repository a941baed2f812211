import type { Model, ResourceModel } from "../../contract/model/model.ts";

/** Where a URI leads: the list of a resource, or one of its rows. */
export interface ResourcePlace {
  readonly resource: ResourceModel;
  /** Absent: the list. */
  readonly id?: string;
  /** As in REST, without the question mark. */
  readonly query: string;
}

/** Writes the URI of a resource's list: `concordat://clinic/appointments`. */
export function listUri({ name }: Model, { plural }: ResourceModel): string {
  return `concordat://${name}/${plural}`;
}

/** Writes the URI template of a resource's rows (RFC 6570): `concordat://clinic/appointments/{id}`. */
export function rowUriTemplate(model: Model, resource: ResourceModel): string {
  return `${listUri(model, resource)}/{id}`;
}

/** Reads a URI; undefined where nothing of this model has it. */
export function parseResourceUri(model: Model, uri: string): ResourcePlace | undefined {
  const found = /^concordat:\/\/([^/?#]+)\/([^/?#]+)(?:\/([^/?#]+))?(?:\?([^#]*))?$/.exec(uri);
  const [, name, plural, id, query = ""] = found ?? [];
  const resource =
    name === model.name ? Object.values(model.resources).find((one) => one.plural === plural) : undefined;
  if (resource === undefined) return undefined;
  return { resource, query, ...(id === undefined ? {} : { id }) };
}
