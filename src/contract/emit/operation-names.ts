import type { Model, OperationModel } from "../model/index.ts";
import { toPascalCase, toSnakeCase } from "../model/names.ts";

/** How documents and generated clients name an operation. */
export interface OperationNames {
  /** Unique camelCase id: `createAppointment`, `listAppointments`, `cancelAppointment`. */
  readonly id: string;
  /** For people: `Cancel appointment`. */
  readonly summary: string;
}

/** Names every operation of a model, by its id in the model. The names depend on nothing but the model. */
export function nameOperations(model: Model): ReadonlyMap<string, OperationNames> {
  const names = new Map<string, OperationNames>();
  const taken = new Set<string>();
  // Free operations carry the names their author chose; the made-up ones give way.
  const byRank = Object.values(model.operations).sort((a, b) => rank(a) - rank(b));
  for (const operation of byRank) {
    const wanted = wantedName(model, operation);
    let id = wanted;
    for (let count = 2; taken.has(id); count++) id = `${wanted}${count}`;
    taken.add(id);
    names.set(operation.id, { id, summary: sentence(id) });
  }
  return names;
}

function rank(operation: OperationModel): number {
  if (operation.resource === undefined) return 0;
  return operation.method === "action" ? 2 : 1;
}

function wantedName(model: Model, operation: OperationModel): string {
  const resource = operation.resource === undefined ? undefined : model.resources[operation.resource];
  if (resource === undefined) return operation.name;
  if (operation.output.kind === "file" && operation.output.of !== undefined) {
    return `download${toPascalCase(resource.name)}${toPascalCase(operation.output.of)}`;
  }
  const noun = operation.method === "list" ? resource.plural : resource.name;
  return `${operation.name}${toPascalCase(noun)}`;
}

/** `cancelAppointment` → `Cancel appointment`. */
function sentence(camel: string): string {
  const words = toSnakeCase(camel).replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** `orderItem` → `order item`. */
export function words(camel: string): string {
  return toSnakeCase(camel).replaceAll("_", " ");
}
