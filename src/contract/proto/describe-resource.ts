import type { Model, ResourceModel } from "../model/index.ts";
import { toPascalCase } from "../model/names.ts";
import { toFieldName } from "../model/proto-names.ts";
import { addField, named, typeOf } from "./describe-field.ts";
import type { Draft, FileDraft, MessageDraft } from "./draft.ts";

/** The messages of a resource's rows. */
export interface ResourceMessages {
  readonly resource: ResourceModel;
  readonly row: MessageDraft;
  /** Rows that its refs name, where `expand` can ask for them. */
  readonly related?: MessageDraft;
}

/** Declares the row of a resource, in a file of its own that no other row is needed for. */
export function describeRow(draft: Draft, resource: ResourceModel): MessageDraft {
  const place = `resource ${resource.name}`;
  const description = resource.description;
  const row = draft.message({
    in: draft.file(toFieldName(resource.name), place),
    name: toPascalCase(resource.name),
    place,
    ...(description === undefined ? {} : { description }),
  });
  for (const [name, node] of Object.entries(resource.fields)) {
    // Never sent; but its types are those of the requests that take it.
    if (node.writeOnly) typeOf(draft, row, name, node.type);
    else {
      const expands = resource.expand[name];
      addField(draft, row, { name, node, path: [name], ...(expands === undefined ? {} : { expands }) });
    }
  }
  return row;
}

/**
 * Declares the message that carries the rows which `expand` asks for, by id. They do not stand in the row itself: rows
 * that refer to each other would make files that import each other.
 */
export function describeRelated(
  draft: Draft,
  file: FileDraft,
  {
    model,
    resource,
    rows,
  }: { model: Model; resource: ResourceModel; rows: ReadonlyMap<string, MessageDraft> },
): MessageDraft | undefined {
  const targets = [...new Set(Object.values(resource.expand))].flatMap((name) => model.resources[name] ?? []);
  if (targets.length === 0) return undefined;
  const message = draft.message({
    in: file,
    name: `${toPascalCase(resource.name)}Related`,
    place: `resource ${resource.name}, expand`,
    description: "The rows that `expand` asked for and the caller may read, by id.",
  });
  for (const target of targets) {
    const row = rows.get(target.name);
    if (row === undefined) continue;
    const type = { kind: "message", name: row.name } as const;
    draft.field(message, {
      ...named(toFieldName(target.plural)),
      label: "map",
      type,
      path: [],
      related: target.name,
    });
  }
  return message;
}
