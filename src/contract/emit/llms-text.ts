import type { Model, OperationModel, ResourceModel } from "../model/index.ts";
import { toTitle } from "../model/names.ts";
import { operationText } from "./operation.ts";
import { isTool, toolName } from "./tool-arguments.ts";

/** What is served beside REST, and where the outside finds it. */
export interface LlmsTextOptions {
  /** Scheme and authority that the outside sees. Default: links are paths. */
  readonly url?: string;
  /** Paths of what is served; absent: it is not. */
  readonly docs?: string;
  readonly graphql?: string;
  readonly graphqlSchema?: string;
  readonly asyncApi?: string;
  readonly mcp?: string;
  /** Whether gRPC, gRPC-Web and Connect are served. */
  readonly rpc?: boolean;
}

/** Beyond so many a list is no help to anybody who pays for every word; the OpenAPI document has them all. */
const MOST_OPERATIONS = 200;
const MOST_RESOURCES = 300;
const LONGEST_NOTE = 160;

/**
 * Writes what a language model needs to begin with an API, as Markdown in the form of llmstxt.org: what it is, how callers
 * say who they are, where each protocol is, and a line for each operation.
 */
export function emitLlmsText(model: Model, options: LlmsTextOptions = {}): string {
  const sections = [
    `# ${line(model.title)}`,
    `> ${line(model.description ?? `The API ${model.name}, version ${model.version}.`)}`,
    introduction(model),
    documents(options),
    protocols(model, options),
    ...operations(model, options),
  ];
  return `${sections.join("\n\n")}\n`;
}

function introduction(model: Model): string {
  const ways = model.authentication.map((way) =>
    way.kind === "api-keys"
      ? "`Authorization: Bearer <API key>` or `X-Api-Key: <API key>`"
      : `\`Authorization: ${way.scheme} <${way.format ?? "token"}>\``,
  );
  return [
    `- Callers say who they are with ${ways.join(", or ")}. Without credentials only what is open to anyone can be called.`,
    "- Lists come in pages: give `page.nextCursor` back as `cursor`.",
    "- Changes can be repeated safely with an idempotency key (`Idempotency-Key`): a new random one for each thing to be done, the same one for each retry.",
    "- Errors have a stable `code`, a `requestId`, and for bad input a list of what is wrong with a JSON Pointer each.",
  ].join("\n");
}

function documents({ url = "", docs, graphqlSchema, asyncApi }: LlmsTextOptions): string {
  const links = [link("OpenAPI 3.1", `${url}/openapi.json`, "every operation, schema and error of REST")];
  if (docs !== undefined) {
    links.push(link("Reference", url + docs, "the same for people, to try out"));
    links.push(link("Errors", `${url}${docs}/errors`, "what each code means and what to do"));
  }
  if (asyncApi !== undefined) links.push(link("AsyncAPI", url + asyncApi, "events and streams"));
  if (graphqlSchema !== undefined) links.push(link("GraphQL schema", url + graphqlSchema, "in SDL"));
  return `## Documents\n\n${links.join("\n")}`;
}

function protocols(model: Model, { url = "", graphql, mcp, rpc }: LlmsTextOptions): string {
  const links = [link("REST", `${url}${model.rest.base || "/"}`, "JSON over HTTP")];
  if (mcp !== undefined) {
    links.push(link("MCP", url + mcp, "Model Context Protocol, streamable HTTP; operations are tools"));
  }
  if (graphql !== undefined) links.push(link("GraphQL", url + graphql, "POST a query"));
  if (rpc === true) {
    links.push(
      link("gRPC, gRPC-Web and Connect", `${url}/`, "the same operations as RPCs, on the same port"),
    );
  }
  return `## Protocols\n\n${links.join("\n")}`;
}

function operations(model: Model, options: LlmsTextOptions): readonly string[] {
  const offered = Object.values(model.operations).filter(({ http }) => http !== undefined);
  if (offered.length > MOST_OPERATIONS) return [resources(model, offered, options)];
  const groups = Map.groupBy(offered, ({ resource }) => resource);
  return [...groups].map(([name, members]) => {
    const resource = name === undefined ? undefined : model.resources[name];
    const title = resource === undefined ? "Other operations" : toTitle(resource.plural);
    const about = resource?.description === undefined ? "" : `${line(resource.description)}\n\n`;
    return `## ${title}\n\n${about}${members.map((operation) => operationLine(model, operation, options)).join("\n")}`;
  });
}

function operationLine(model: Model, operation: OperationModel, { url = "", mcp }: LlmsTextOptions): string {
  const { http } = operation;
  const path = `${model.rest.base}${http?.path ?? ""}`;
  const tool = mcp !== undefined && isTool(operation) ? ` Tool \`${toolName(operation)}\`.` : "";
  const old = operation.deprecated === undefined ? "" : " Deprecated.";
  return link(
    `${http?.method} ${path}`,
    url + path,
    `${shorten(operationText(model, operation))}${old}${tool}`,
  );
}

/** The resources of a large API, with how much can be done with each. */
function resources(model: Model, offered: readonly OperationModel[], { url = "" }: LlmsTextOptions): string {
  const counts = Map.groupBy(offered, ({ resource }) => resource ?? "");
  const all = Object.values(model.resources).filter(({ name }) => counts.has(name));
  const lines = all.slice(0, MOST_RESOURCES).map((resource) => {
    const count = counts.get(resource.name)?.length ?? 0;
    const about = resource.description === undefined ? "" : `${shorten(resource.description)} `;
    return link(
      toTitle(resource.plural),
      `${url}${collectionPath(model, resource)}`,
      `${about}${count} operations.`,
    );
  });
  const more = all.length - lines.length;
  const free = counts.get("")?.length ?? 0;
  const rest = [
    ...(more > 0 ? [`${more} more resources`] : []),
    ...(free > 0 ? [`${free} operations outside of resources`] : []),
  ];
  const end = rest.length === 0 ? "" : `\n\nAnd ${rest.join(", ")}: see the OpenAPI document.`;
  return `## Resources\n\n${offered.length} operations in all.\n\n${lines.join("\n")}${end}`;
}

function collectionPath(model: Model, { path }: ResourceModel): string {
  return `${model.rest.base}/${path}`;
}

function link(name: string, address: string, note: string): string {
  return `- [${name}](${address}): ${note}`;
}

/** The first sentence, as far as it fits a line. */
function shorten(text: string): string {
  const [first = ""] = line(text).split(/(?<=\.)\s/);
  return first.length <= LONGEST_NOTE ? first : `${first.slice(0, LONGEST_NOTE - 1).trimEnd()}…`;
}

/** One line: no author's line break begins a heading or an item of its own. */
function line(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
