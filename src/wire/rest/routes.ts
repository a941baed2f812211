import type { Model, OperationModel } from "../../contract/model/model.ts";
import { decodeSegment } from "./percent.ts";

/** One path of the API and what may be done there. */
export interface Endpoint {
  /** Whole path with its parameters in braces: `/v2/appointments/{id}`. */
  readonly template: string;
  /** Operations by HTTP method. */
  readonly operations: ReadonlyMap<string, OperationModel>;
  /** Value of the Allow header: HEAD where there is GET, and OPTIONS. */
  readonly allow: string;
}

/** An endpoint and the row id taken from the path. */
export interface RouteMatch {
  readonly endpoint: Endpoint;
  readonly id: string | undefined;
}

/** Finds endpoints by path. */
export interface RouteTable {
  /** Path that all operations are below: `/v2`; empty where that is the root. */
  readonly base: string;
  readonly endpoints: readonly Endpoint[];
  /**
   * Paths are compared segment by segment, exactly: upper and lower case differ, a trailing slash or an empty segment
   * names nothing, dot segments are not resolved. Percent-escapes are decoded after the path is split, so `%2F` never
   * splits it.
   */
  match(path: string): RouteMatch | undefined;
}

interface Node {
  readonly children: Map<string, Node>;
  parameter?: Node;
  endpoint?: Endpoint;
}

/** Builds the route table of a model: every operation that has an HTTP form, below its base. */
export function createRoutes(model: Model): RouteTable {
  const { base } = model.rest;
  const byTemplate = new Map<string, Map<string, OperationModel>>();
  for (const operation of Object.values(model.operations)) {
    if (operation.http === undefined) continue;
    const template = base + operation.http.path;
    const operations = byTemplate.get(template) ?? new Map<string, OperationModel>();
    byTemplate.set(template, operations.set(operation.http.method, operation));
  }
  const root: Node = { children: new Map() };
  const endpoints: Endpoint[] = [];
  for (const [template, operations] of byTemplate) {
    const endpoint: Endpoint = { template, operations, allow: allowOf(operations) };
    endpoints.push(endpoint);
    let node = root;
    for (const segment of template.slice(1).split("/")) node = childFor(node, segment);
    node.endpoint = endpoint;
  }
  return { base, endpoints, match: (path) => match(root, path) };
}

function allowOf(operations: ReadonlyMap<string, OperationModel>): string {
  const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"].filter((method) =>
    operations.has(method === "HEAD" ? "GET" : method),
  );
  return [...methods, "OPTIONS"].join(", ");
}

function childFor(node: Node, segment: string): Node {
  if (segment.startsWith("{")) {
    node.parameter ??= { children: new Map() };
    return node.parameter;
  }
  const child = node.children.get(segment) ?? { children: new Map() };
  node.children.set(segment, child);
  return child;
}

function match(root: Node, path: string): RouteMatch | undefined {
  let node = root;
  let id: string | undefined;
  let start = 1;
  for (;;) {
    const slash = path.indexOf("/", start);
    const segment = decodeSegment(slash === -1 ? path.slice(start) : path.slice(start, slash));
    if (segment === undefined || segment === "") return undefined;
    const child = node.children.get(segment);
    if (child !== undefined) node = child;
    else if (node.parameter === undefined) return undefined;
    else {
      node = node.parameter;
      id = segment;
    }
    if (slash === -1) break;
    start = slash + 1;
  }
  return node.endpoint === undefined ? undefined : { endpoint: node.endpoint, id };
}
