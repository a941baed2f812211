import { OWN_PATHS } from "./check-routes.ts";
import type { OperationModel, ResourceModel } from "./model.ts";
import { toPascalCase } from "./names.ts";
import { OPERATION_TABLE } from "./operation-resource.ts";
import type { Report } from "./report.ts";

/** Names of GraphQL itself, of Relay, and of our scalars; no resource may become one of them. */
const GRAPHQL_TYPES = [
  ...["Query", "Mutation", "Subscription", "String", "Int", "Float", "Boolean", "ID", "Node", "PageInfo"],
  ...["Int64", "Decimal", "Money", "Timestamp", "Date", "Duration", "Bytes", "Json", "File"],
];

/** Names of one kind that must differ; tells of each pair of places that share one only once. */
interface Names {
  take(name: string, place: string, fix: string): void;
}

/** What names are taken from. */
export interface Named {
  readonly resources: readonly ResourceModel[];
  readonly operations: readonly OperationModel[];
  /** Ids of operations whose paths their author has written, which {@link checkRoutes} looks after. */
  readonly placed: ReadonlySet<string>;
}

/** Reports names that differ in the contract and become the same in REST, SQL, GraphQL or protobuf. */
export function checkCollisions({ resources, operations, placed }: Named, report: Report): void {
  const told = new Set<string>();
  const names = (what: string): Names => {
    const taken = new Map<string, string>();
    const take = (name: string, place: string, fix: string): void => {
      const other = taken.get(name);
      if (other === undefined) taken.set(name, place);
      else if (other !== place && !told.has(place)) {
        told.add(place);
        report({ place, expected: `a ${what} of its own`, found: `${name}, which ${other} has`, fix });
      }
    };
    return { take };
  };
  checkResources(resources, names);
  // Where the names of resources collide, those of all their operations do.
  const distinct = resources.filter(({ name, plural }) => plural !== name && !told.has(`resource ${name}`));
  const byName = new Map(distinct.map((resource) => [resource.name, resource]));
  checkOperations(
    byName,
    {
      operations: operations.filter(({ resource }) => resource === undefined || byName.has(resource)),
      placed,
    },
    names,
  );
  for (const resource of resources) checkEnums(resource, names);
}

type MakeNames = (what: string) => Names;

function checkResources(resources: readonly ResourceModel[], names: MakeNames): void {
  const prefixes = names("id prefix");
  const tables = names("SQL table");
  const paths = names("REST path");
  const types = names("GraphQL and protobuf type");
  for (const name of OWN_PATHS) paths.take(`/${name}`, "Concordat", "");
  for (const name of GRAPHQL_TYPES) types.take(name, "GraphQL", "");
  for (const { name, prefix, table, path, fields } of resources) {
    const place = `resource ${name}`;
    if (prefix !== "") prefixes.take(prefix, place, 'give t.id("…") a prefix of its own');
    tables.take(table, place, "give one of them another `plural`");
    // The path of long-running operations is Concordat's own.
    if (table !== OPERATION_TABLE) paths.take(`/${path}`, place, "give it another `plural`");
    const type = toPascalCase(name);
    const fix = "rename the resource or the field";
    for (const suffix of ["", "Connection", "Edge"]) types.take(`${type}${suffix}`, place, fix);
    for (const [field, { type: of }] of Object.entries(fields)) {
      if (of.kind !== "enum" && of.kind !== "object" && of.kind !== "union") continue;
      types.take(`${type}${toPascalCase(field)}`, `${place}, field ${field}`, fix);
    }
  }
}

function checkOperations(
  resources: ReadonlyMap<string, ResourceModel>,
  { operations, placed }: Pick<Named, "operations" | "placed">,
  names: MakeNames,
): void {
  const paths = names("REST path");
  const calls = names("protobuf method");
  const fields = names("GraphQL field");
  for (const name of OWN_PATHS) paths.take(`/${name}`, "Concordat", "");
  for (const { path, name, table } of resources.values()) {
    if (table !== OPERATION_TABLE) paths.take(`/${path}`, `resource ${name}`, "");
  }
  for (const operation of operations) {
    const place = `operation ${operation.id}`;
    const resource = resources.get(operation.resource ?? "");
    const fix = "rename one of them";
    const named = resource === undefined || operation.method === "action" || operation.method === "download";
    if (operation.http && named && !placed.has(operation.id)) paths.take(operation.http.path, place, fix);
    const call = callName(operation, resource);
    calls.take(call, place, fix);
    const root =
      operation.kind === "query" ? "Query" : operation.kind === "command" ? "Mutation" : "Subscription";
    fields.take(`${root}.${graphqlField(operation, resource, call)}`, place, fix);
  }
}

/** `ListAppointments`, `CancelAppointment`, `ExportAll`. */
function callName({ name, method }: OperationModel, resource: ResourceModel | undefined): string {
  if (resource === undefined) return toPascalCase(name);
  return toPascalCase(name) + toPascalCase(method === "list" ? resource.plural : resource.name);
}

function graphqlField({ method }: OperationModel, resource: ResourceModel | undefined, call: string): string {
  if (method === "get" && resource) return resource.name;
  if (method === "list" && resource) return resource.plural;
  return call.charAt(0).toLowerCase() + call.slice(1);
}

/** Values of enums stand beside their type in protobuf, so two enums of a message share one set of names. */
function checkEnums(resource: ResourceModel, names: MakeNames): void {
  const values = names("protobuf enum value");
  for (const [name, { type }] of Object.entries(resource.fields)) {
    if (type.kind !== "enum") continue;
    const place = `resource ${resource.name}, field ${name}`;
    for (const value of type.values) {
      values.take(
        `${resource.columns[name]}_${value}`.toUpperCase(),
        `${place}, ${value}`,
        "rename the value",
      );
    }
  }
}
