import { type Mistake, UsageError } from "../../base/errors/index.ts";
import type { Api, OperationSpec } from "../language/index.ts";
import type { FieldNode } from "../schema/index.ts";
import { addOperations } from "./add-operations.ts";
import { checkCollisions } from "./check-collisions.ts";
import { checkRelationPaths } from "./check-relation-paths.ts";
import { checkRoutes } from "./check-routes.ts";
import { checkAccessTable, findJoins } from "./compile-access.ts";
import { compileAuthentication } from "./compile-authentication.ts";
import { compileBatch } from "./compile-batch.ts";
import { createDeclaredErrors } from "./compile-errors.ts";
import { compileEvents } from "./compile-events.ts";
import { compileFields } from "./compile-fields.ts";
import { compileGraphql } from "./compile-graphql.ts";
import { checkDottedPaths } from "./compile-indexes.ts";
import { compileOperation } from "./compile-operations.ts";
import { compileRelations } from "./compile-relations.ts";
import { compileResource } from "./compile-resource.ts";
import { compileRest } from "./compile-rest.ts";
import { compileRpc } from "./compile-rpc.ts";
import { deepFreeze } from "./freeze.ts";
import type { Model, OperationModel, ResourceModel } from "./model.ts";
import { checkCamelCase, toTitle } from "./names.ts";
import { OPERATION, OPERATION_TABLE } from "./operation-resource.ts";
import { readOperations, readResources, readVersions } from "./read-contract.ts";
import { isRecord, readOptions } from "./read-options.ts";
import { show } from "./report.ts";
import type { Scope } from "./scope.ts";

const OPTIONS = [
  "title",
  "description",
  "versions",
  "resources",
  "operations",
  "only",
  "events",
  "authentication",
  "rest",
  "graphql",
  "rpc",
  "batch",
];

/**
 * Compiles a contract: resolves its names, checks its rules, fills its defaults in. Throws one UsageError with every
 * mistake found. Reads nothing but its argument.
 */
export function compile(api: Api): Model {
  const mistakes: Mistake[] = [];
  const report = (mistake: Mistake): unknown => mistakes.push(mistake);
  if (!isRecord(api) || api.kind !== "api") {
    const fix = 'make it with api("…", { versions, resources }), and export it';
    throw new UsageError({ place: "contract", expected: "a contract", found: show(api), fix });
  }
  const named = checkCamelCase(api.name, { place: "api", report });
  const read = readOptions(api.options, "api, ", { known: OPTIONS, report });
  const { version, versions } = readVersions(read, report);
  const resources = readResources(read, report);
  const fields = new Map<string, Map<string, FieldNode | undefined>>();
  const scope: Scope = { report, resources, versions: Object.keys(versions), fields };
  for (const [name, resource] of resources) fields.set(name, compileFields(resource, scope));
  const specs = readOperations({ read, resources, report });
  const added = addOperations(resources, specs, report);
  if (added !== undefined) fields.set(OPERATION, compileFields(added, scope));
  const models = compileResources(specs, scope);
  const operation = added === undefined ? undefined : models.get(OPERATION);
  if (operation !== undefined) models.set(OPERATION, { ...operation, table: OPERATION_TABLE });
  const errors = createDeclaredErrors(scope);
  const rest = compileRest(read, version, report);
  const graphql = compileGraphql(read, report);
  const rpc = compileRpc(read, report);
  const batch = compileBatch(read, report);
  const authentication = compileAuthentication(read, report);
  const operations: Record<string, OperationModel> = {};
  for (const [id, spec] of specs) {
    const resource = spec.resource === undefined ? undefined : resources.get(spec.resource);
    operations[id] = compileOperation(spec, {
      resource,
      model: models.get(spec.resource ?? ""),
      errors,
      unknownFields: rest.unknownFields,
      scope,
    });
  }
  const events = compileEvents(read.list("events", "events") ?? [], scope);
  const placed = new Set([...specs].filter(([, { options }]) => options.http?.path).map(([id]) => id));
  checkCollisions(
    {
      resources: [...models.values()],
      operations: Object.values(operations),
      errors: Object.values(errors.models()),
      placed,
    },
    report,
  );
  checkRoutes({ base: rest.model.base, operations: Object.values(operations), placed }, report);
  checkRelationPaths(Object.values(operations), models, report);
  const related = compileRelations(models, operations, report);
  const title = read.text("title") ?? (named ? toTitle(api.name) : "");
  const description = read.text("description");
  if (mistakes.length > 0) throw new UsageError(mistakes);
  return deepFreeze({
    concordat: 1,
    name: api.name,
    title,
    ...(description === undefined ? {} : { description }),
    version,
    versions,
    resources: Object.fromEntries(related),
    operations,
    errors: errors.models(),
    events,
    authentication,
    rest: rest.model,
    graphql,
    rpc,
    ...(batch === undefined ? {} : { batch }),
  });
}

function compileResources(
  specs: ReadonlyMap<string, OperationSpec>,
  scope: Scope,
): Map<string, ResourceModel> {
  const rules = [...specs.values()].map((spec) => ({
    resource: scope.resources.get(spec.resource ?? spec.options.key ?? ""),
    access: spec.options.access,
  }));
  const joins = findJoins(rules, scope);
  const actions = Map.groupBy(specs.values(), (spec) =>
    spec.method === "action" ? spec.resource : undefined,
  );
  const models = new Map<string, ResourceModel>();
  for (const [name, resource] of scope.resources) {
    checkAccessTable(
      resource,
      (actions.get(name) ?? []).map((spec) => spec.name),
      scope,
    );
    models.set(name, compileResource(resource, joins.get(name) ?? [], scope));
  }
  for (const model of models.values()) checkDottedPaths(model, models, scope);
  return models;
}
