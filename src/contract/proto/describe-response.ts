import type { OperationModel } from "../model/index.ts";
import { OPERATION } from "../model/index.ts";
import { toFieldName } from "../model/proto-names.ts";
import { addField, addFields, named } from "./describe-field.ts";
import type { MethodScope } from "./describe-request.ts";
import type { MessageDraft } from "./draft.ts";
import type { ProtoType } from "./proto-schema.ts";

/** Declares what one method answers; its wire form is the value of the engine's success. */
export function describeResponse(
  scope: MethodScope,
  operation: OperationModel,
  method: string,
): MessageDraft {
  const { draft, file, model, rows, related } = scope;
  const response = draft.message({ in: file, name: `${method}Response`, place: `operation ${operation.id}` });
  const { output } = operation;
  const resource =
    operation.longRunning !== undefined
      ? model.resources[OPERATION]
      : output.kind === "row" || output.kind === "page"
        ? model.resources[output.resource]
        : undefined;
  const row = rows.get(resource?.name ?? "");
  if (resource && row) {
    const type = { kind: "message", name: row.name } as const;
    const isPage = output.kind === "page" && operation.longRunning === undefined;
    if (isPage) {
      draft.field(response, { ...named(toFieldName(resource.plural)), label: "list", type, path: ["data"] });
      addPosition(scope, response, resource.list.total !== "none");
    } else draft.field(response, { ...named(toFieldName(resource.name)), label: "singular", type, path: [] });
    // What a free operation answers with has no file for the rows of its refs: those stand with its resource.
    if (related !== undefined && scope.resource === resource) {
      const of = { kind: "message", name: related.name } as const;
      draft.field(response, { ...named("related"), label: "singular", type: of, path: [] });
    }
    return response;
  }
  if (output.kind !== "value") return response;
  const { field } = output;
  if (field.type.kind === "object" && !field.nullable && !field.optional) {
    addFields(draft, response, field.type.fields);
  } else addField(draft, response, { name: "result", node: field, path: [] });
  return response;
}

function addPosition({ draft }: MethodScope, response: MessageDraft, isCounted: boolean): void {
  const add = (field: string, key: string, type: ProtoType, description: string) =>
    draft.field(response, { ...named(field), label: "singular", type, path: ["page", key], description });
  add(
    "next_page_token",
    "nextCursor",
    { kind: "string" },
    "`page_token` of the next page; absent at the end.",
  );
  add(
    "previous_page_token",
    "prevCursor",
    { kind: "string" },
    "`page_token` of the page before; absent at the start.",
  );
  add("has_more", "hasMore", { kind: "bool" }, "Whether rows follow this page.");
  if (isCounted) {
    add(
      "total_size",
      "total",
      { kind: "int64", as: "number" },
      "Rows of the whole list, where `include_total` asked for it.",
    );
  }
}
