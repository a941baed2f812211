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

/** An endpoint and the last parameter of the path: the row's id, where there is no other. */
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
  const byShape = new Map<
    string,
    { readonly template: string; readonly operations: Map<string, OperationModel> }
  >();
  for (const operation of Object.values(model.operations)) {
    if (operation.http === undefined) continue;
    const template = base + operation.http.path;
    // Operations may call the parameters of one path by different names.
    const shape = template.replace(/\{\w+\}/g, "{}");
    const found = byShape.get(shape) ?? { template, operations: new Map<string, OperationModel>() };
    byShape.set(shape, found);
    found.operations.set(operation.http.method, operation);
  }
  const root: Node = { children: new Map() };
  const endpoints: Endpoint[] = [];
  for (const { template, operations } of byShape.values()) {
    const endpoint: Endpoint = { template, operations, allow: allowOf(operations) };
    endpoints.push(endpoint);
    let node = root;
    for (const segment of template.slice(1).split("/")) node = childFor(node, segment);
    node.endpoint = endpoint;
  }
  const forks = hasForks(root);
  const below = `${base}/`;
  let top = root;
  if (base !== "") for (const segment of base.slice(1).split("/")) top = childFor(top, segment);
  // All paths begin alike, and hardly anybody escapes what stands there.
  const find = (path: string) =>
    path.startsWith(below) ? match(top, path, below.length) : match(root, path, 1);
  return {
    base,
    endpoints,
    match: (path) => find(path) ?? (forks ? search(root, path, 1, undefined) : undefined),
  };
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

/** Walks down from the node that the path leads to before `start`. */
function match(from: Node, path: string, start: number): RouteMatch | undefined {
  let node = from;
  let id: string | undefined;
  const isEscaped = path.includes("%");
  for (;;) {
    const slash = path.indexOf("/", start);
    const text = slash === -1 ? path.slice(start) : path.slice(start, slash);
    const segment = isEscaped ? decodeSegment(text) : text;
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

/** Whether a path may go on in two ways: `/posts/feed` and `/posts/{slug}/notes` share more than their beginning. */
function hasForks(node: Node): boolean {
  const next = [...node.children.values(), ...(node.parameter === undefined ? [] : [node.parameter])];
  return (node.parameter !== undefined && node.children.size > 0) || next.some(hasForks);
}

/** The slow way, for paths that the first choice of {@link match} leads nowhere: words before parameters at each fork. */
function search(node: Node, path: string, start: number, id: string | undefined): RouteMatch | undefined {
  const slash = path.indexOf("/", start);
  const segment = decodeSegment(slash === -1 ? path.slice(start) : path.slice(start, slash));
  if (segment === undefined || segment === "") return undefined;
  const go = (next: Node | undefined, found: string | undefined): RouteMatch | undefined => {
    if (next === undefined) return undefined;
    if (slash !== -1) return search(next, path, slash + 1, found);
    return next.endpoint === undefined ? undefined : { endpoint: next.endpoint, id: found };
  };
  return go(node.children.get(segment), id) ?? go(node.parameter, segment);
}
