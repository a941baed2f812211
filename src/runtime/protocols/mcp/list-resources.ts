import { stringifyJson } from "../../../base/lib/index.ts";
import type { ResourceModel } from "../../../contract/model/model.ts";
import { type JsonRecord, listUri, rowUriTemplate } from "../../../wire/mcp/index.ts";
import type { Offer } from "../../engine/index.ts";
import type { McpContext, McpRequest, McpResult } from "./context.ts";
import { takePage } from "./list-page.ts";
import { nothingForStrangers, readOffer } from "./offer.ts";

const CACHE = '"ttlMs":60000,"cacheScope":"private"';

/** Answers `resources/list`: the lists that the caller may read, each the first page of itself. */
export async function listResources(context: McpContext, request: McpRequest): Promise<McpResult> {
  const { model } = context;
  const offer = await readOffer(context, request);
  const lists = Object.values(model.resources).filter(({ name }) => offer.allows(`${name}.list`));
  const page = takePage(readable(context, request, lists), request.message.params, ({ name }) => name);
  const described = page.items.map((resource) => ({
    uri: listUri(model, resource),
    name: resource.plural,
    title: titleOf(resource),
    description:
      `${resource.description ?? ""} One page; \`?cursor=\`, \`?limit=\` and filters as in REST lead on.`.trim(),
    mimeType: "application/json",
  }));
  return resultOf("resources", described, page.nextCursor);
}

/** Answers `resources/templates/list`: where the rows are that the caller may read, and lists with their questions. */
export async function listTemplates(context: McpContext, request: McpRequest): Promise<McpResult> {
  const { model } = context;
  const offer = await readOffer(context, request);
  const templates = Object.values(model.resources).flatMap((resource) =>
    templatesOf(context, resource, offer),
  );
  const page = takePage(
    readable(context, request, templates),
    request.message.params,
    ({ uriTemplate }) => uriTemplate,
  );
  return resultOf("resourceTemplates", page.items, page.nextCursor);
}

type Template = { readonly uriTemplate: string; readonly name: string } & JsonRecord;

function templatesOf({ model }: McpContext, resource: ResourceModel, offer: Offer): readonly Template[] {
  const templates: Template[] = [];
  if (offer.allows(`${resource.name}.get`)) {
    templates.push({
      uriTemplate: rowUriTemplate(model, resource),
      name: resource.name,
      title: titleOf(resource, resource.name),
      ...(resource.description === undefined ? {} : { description: resource.description }),
      mimeType: "application/json",
    });
  }
  if (offer.allows(`${resource.name}.list`)) {
    templates.push({
      uriTemplate: `${listUri(model, resource)}{?${listVariables(resource).join(",")}}`,
      name: resource.plural,
      title: titleOf(resource),
      description: "One page of the list: filters, order and place as in REST.",
      mimeType: "application/json",
    });
  }
  return templates;
}

/** What a list's template takes: names that RFC 6570 knows as names, so no operators in brackets. */
export function listVariables({ list }: ResourceModel): readonly string[] {
  const filters = Object.entries(list.filter).filter(([, { operators }]) => operators.includes("in"));
  const search = list.search.length > 0 ? ["q"] : [];
  return [...filters.map(([path]) => path), ...search, "sort", "limit", "cursor", "fields"];
}

function readable<T>({ model }: McpContext, { credentials }: McpRequest, items: readonly T[]): readonly T[] {
  if (items.length > 0 || credentials !== undefined || Object.keys(model.resources).length === 0)
    return items;
  throw nothingForStrangers();
}

function resultOf(key: string, items: readonly JsonRecord[], nextCursor: string | undefined): McpResult {
  const next = nextCursor === undefined ? [] : [`"nextCursor":${JSON.stringify(nextCursor)}`];
  return { kind: "result", members: [`"${key}":${stringifyJson(items)}`, ...next, CACHE] };
}

function titleOf({ plural }: ResourceModel, name = plural): string {
  const words = name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
