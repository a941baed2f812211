import type { TypeNode } from "../schema/index.ts";
import { checkProtoNames } from "./check-proto-names.ts";
import { OWN_PATHS } from "./check-routes.ts";
import {
  callName,
  errorTypeName,
  filterFieldName,
  filterTypeName,
  graphqlField,
  innerTypeName,
  isInGraphql,
  type NamedType,
  typesWithin,
} from "./graphql-names.ts";
import type { ErrorModel, OperationModel, ResourceModel } from "./model.ts";
import { toPascalCase } from "./names.ts";
import { OPERATION_TABLE } from "./operation-resource.ts";
import type { Report } from "./report.ts";

/** Names of GraphQL itself, of Relay, and of our scalars; no type may become one of them. */
const GRAPHQL_TYPES = [
  ...["Query", "Mutation", "Subscription", "String", "Int", "Float", "Boolean", "ID", "Node", "PageInfo"],
  ...["Int64", "Decimal", "Money", "Timestamp", "Date", "Duration", "Bytes", "Json", "File"],
  ...["DateTime", "JSON", "Map", "DeclaredError"],
];

/** Names of one kind that must differ; tells of each pair of places that share one only once. */
interface Names {
  take(name: string, place: string, fix: string): void;
}

/** What names are taken from. */
export interface Named {
  readonly resources: readonly ResourceModel[];
  readonly operations: readonly OperationModel[];
  readonly errors: readonly ErrorModel[];
  /** Ids of operations whose paths their author has written, which {@link checkRoutes} looks after. */
  readonly placed: ReadonlySet<string>;
}

/** Reports names that differ in the contract and become the same in REST, SQL, GraphQL or protobuf. */
export function checkCollisions(named: Named, report: Report): void {
  const { resources, operations, errors, placed } = named;
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
  const types = names("GraphQL and protobuf type");
  checkResources(resources, names, types);
  // Where the names of resources collide, those of all their operations do.
  const distinct = resources.filter(({ name, plural }) => plural !== name && !told.has(`resource ${name}`));
  const byName = new Map(distinct.map((resource) => [resource.name, resource]));
  const known = operations.filter(({ resource }) => resource === undefined || byName.has(resource));
  checkProtoNames({ resources: byName, operations: known, names });
  checkOperations(byName, { operations: known, placed }, names, types);
  for (const { code, data } of errors) {
    const type = errorTypeName(code);
    types.take(type, `error ${code}`, "rename the error");
    if (data) takeInner(types, typesWithin(data.type, `${type}Data`, "data", false), `error ${code}`);
  }
  for (const resource of resources) checkEnums(resource, names);
}

type MakeNames = (what: string) => Names;

function checkResources(resources: readonly ResourceModel[], names: MakeNames, types: Names): void {
  const prefixes = names("id prefix");
  const tables = names("SQL table");
  const paths = names("REST path");
  for (const name of OWN_PATHS) paths.take(`/${name}`, "Concordat", "");
  for (const name of GRAPHQL_TYPES) types.take(name, "GraphQL", "");
  for (const resource of resources) {
    const { name, prefix, table, path } = resource;
    const place = `resource ${name}`;
    if (prefix !== "") prefixes.take(prefix, place, 'give t.id("…") a prefix of its own');
    tables.take(table, place, "give one of them another `plural`");
    // The path of long-running operations is Concordat's own.
    if (table !== OPERATION_TABLE) paths.take(`/${path}`, place, "give it another `plural`");
    checkResourceTypes(resource, names, types);
  }
}

function checkResourceTypes(resource: ResourceModel, names: MakeNames, types: Names): void {
  const { name, fields, list } = resource;
  const place = `resource ${name}`;
  const type = toPascalCase(name);
  const fix = "rename the resource or the field";
  for (const suffix of ["", "Connection", "Edge", "Filter", "Sort"])
    types.take(`${type}${suffix}`, place, fix);
  for (const [field, { type: of, writeOnly }] of Object.entries(fields)) {
    if (of.kind === "ref" && !writeOnly && Object.hasOwn(fields, `${field}Id`)) {
      const members = names("GraphQL field");
      members.take(`${field}Id`, `${place}, field ${field}Id`, fix);
      members.take(`${field}Id`, `${place}, field ${field}, whose id is so called`, fix);
    }
    if (!mayHoldTypes(of)) continue;
    const inner = innerTypeName(type, field);
    takeInner(types, typesWithin(of, inner, field, false), place);
    takeInner(types, typesWithin(of, inner, field, true), place);
  }
  const filters = Object.keys(list.filter);
  for (const path of filters)
    types.take(filterTypeName(resource, path), `${place}, list.filter ${path}`, fix);
  takePaths(filters, { what: "filter", place, fix }, names);
  takePaths(list.sort, { what: "sort", place, fix }, names);
}

/** Only a path through a ref can become a name that another has. */
function takePaths(
  paths: readonly string[],
  { what, place, fix }: { readonly what: string; readonly place: string; readonly fix: string },
  names: MakeNames,
): void {
  if (!paths.some((path) => path.includes("."))) return;
  const taken = names(`GraphQL ${what}`);
  for (const path of paths) taken.take(filterFieldName(path), `${place}, list.${what} ${path}`, fix);
}

function mayHoldTypes({ kind }: TypeNode): boolean {
  return kind === "enum" || kind === "object" || kind === "union" || kind === "list";
}

/** Types that lie inside another: each at a path of its own. */
function takeInner(types: Names, inner: Iterable<NamedType>, place: string): void {
  for (const { name, path } of inner) {
    types.take(name, `${place}, field ${path}`, "rename the resource or the field");
  }
}

function checkOperations(
  resources: ReadonlyMap<string, ResourceModel>,
  { operations, placed }: Pick<Named, "operations" | "placed">,
  names: MakeNames,
  types: Names,
): void {
  const paths = names("REST path");
  const fields = names("GraphQL field");
  for (const name of OWN_PATHS) paths.take(`/${name}`, "Concordat", "");
  for (const name of ["node", "nodes"]) fields.take(`Query.${name}`, "GraphQL", "");
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
    const root =
      operation.kind === "query" ? "Query" : operation.kind === "command" ? "Mutation" : "Subscription";
    fields.take(`${root}.${graphqlField(operation, resource)}`, place, fix);
    if (isInGraphql(operation)) takeOperationTypes(operation, { call, place, types });
  }
}

function takeOperationTypes(
  { kind, method, input, output, errors }: OperationModel,
  { call, place, types }: { readonly call: string; readonly place: string; readonly types: Names },
): void {
  const fix = "rename one of them";
  if (kind === "command") types.take(`${call}Payload`, place, fix);
  if (kind === "command" && errors.length > 0) types.take(`${call}Error`, place, fix);
  if (input !== undefined && kind === "command") types.take(`${call}Input`, place, fix);
  // What create, replace and patch take is named by the resource.
  const own = method === undefined || method === "action";
  for (const [field, { type }] of own ? Object.entries(input?.fields ?? {}) : []) {
    if (!mayHoldTypes(type)) continue;
    takeInner(types, typesWithin(type, call + toPascalCase(field), field, true), place);
  }
  if (output.kind === "value") {
    takeInner(types, typesWithin(output.field.type, `${call}Result`, "output", false), place);
  }
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
