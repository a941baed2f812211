import type { OperationModel } from "./model.ts";
import type { Report } from "./report.ts";

/** REST paths below the base that Concordat answers itself. */
export const OWN_PATHS = ["batch", "operations"];

/** What the server answers at the root. */
export const SERVER_PATHS = [
  "asyncapi.json",
  "docs",
  "graphql",
  "livez",
  "readyz",
  "metrics",
  "problems",
  ".well-known",
];

/** What routes are checked from. */
export interface Routed {
  readonly base: string;
  readonly operations: readonly OperationModel[];
  /** Ids of operations whose paths their author has written. */
  readonly placed: ReadonlySet<string>;
}

/** Reports two operations with one method and path, and written paths that Concordat answers itself. */
export function checkRoutes({ base, operations, placed }: Routed, report: Report): void {
  const own = ["openapi.json", ...OWN_PATHS, ...(base === "" ? SERVER_PATHS : [])];
  const taken = new Map<string, OperationModel>();
  const shapes = new Map<string, { readonly path: string; readonly id: string }>();
  for (const operation of operations) {
    const { http, id } = operation;
    if (http === undefined) continue;
    const place = `operation ${id}, http.path`;
    const [, first = ""] = http.path.split("/");
    if (own.includes(first) && (placed.has(id) || !OWN_PATHS.includes(first))) {
      const fix = "choose another path, or another rest.prefix";
      report({ place, expected: "a path that is free", found: `/${first}, which Concordat answers`, fix });
    }
    // What a parameter is called does not tell two paths apart.
    const shape = http.path.replace(/\{\w+\}/g, "{}");
    const route = `${http.method} ${shape}`;
    const other = taken.get(route);
    // Names that nobody chose to be paths are reported as names.
    if (other !== undefined && (placed.has(id) || placed.has(other.id))) {
      report({
        place,
        expected: "a method and path of its own",
        found: `${http.method} ${http.path}, which ${other.id} has`,
        fix: "change the method or path of one, or leave one out with `only`",
      });
    }
    taken.set(route, operation);
    const like = shapes.get(shape);
    shapes.set(shape, { path: http.path, id });
    // OpenAPI holds two templates that differ by names alone for the same path, described twice.
    if (other !== undefined || like === undefined || like.path === http.path) continue;
    report({
      place,
      expected: `parameters named as those of ${like.id}, which has the same path`,
      found: `${http.path} and ${like.path}`,
      fix: "name them alike",
    });
  }
}
