import type { Model, OperationModel } from "./model.ts";

// A model is frozen, so what is gathered from it once holds for ever. Looking through all operations for each resource
// would make the start of a large API quadratic.
const gathered = new WeakMap<Model, ReadonlyMap<string, readonly OperationModel[]>>();

/** The actions of a resource, in the model's order. */
export function actionsOf(model: Model, resource: string): readonly OperationModel[] {
  let byResource = gathered.get(model);
  if (byResource === undefined) {
    byResource = Map.groupBy(
      Object.values(model.operations).filter(({ method }) => method === "action"),
      (operation) => operation.resource ?? "",
    );
    gathered.set(model, byResource);
  }
  return byResource.get(resource) ?? [];
}
