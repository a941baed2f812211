import type { OperationModel, RelationModel, ResourceModel } from "./model.ts";
import { toPascalCase } from "./names.ts";
import type { Report } from "./report.ts";

/** A ref by which the list of its resource may be filtered. */
interface Referrer extends RelationModel {
  readonly target: string;
  readonly plural: string;
}

/**
 * Gives each resource its relations: the lists of rows that refer to it. A relation is called like the resource whose rows
 * it has, `cities`; where several refs of one resource name the same target, `ordersByBuyer` and `ordersBySeller`.
 * Reports names that the target has given to something else.
 */
export function compileRelations(
  resources: ReadonlyMap<string, ResourceModel>,
  operations: Readonly<Record<string, OperationModel>>,
  report: Report,
): Map<string, ResourceModel> {
  const referrers = [...resources.values()].flatMap((resource) =>
    Object.hasOwn(operations, `${resource.name}.list`) ? referrersOf(resource) : [],
  );
  const byTarget = Map.groupBy(referrers, ({ target }) => target);
  const related = new Map<string, ResourceModel>();
  for (const [name, resource] of resources) {
    const relations = relationsOf(resource, byTarget.get(name) ?? [], report);
    related.set(name, { ...resource, relations });
  }
  return related;
}

function referrersOf({ name, plural, fields, list }: ResourceModel): Referrer[] {
  return Object.keys(list.filter).flatMap((field) => {
    const type = fields[field]?.type;
    return type?.kind === "ref" ? [{ target: type.resource, plural, resource: name, field }] : [];
  });
}

function relationsOf(
  target: ResourceModel,
  referrers: readonly Referrer[],
  report: Report,
): Record<string, RelationModel> {
  const relations: Record<string, RelationModel> = {};
  for (const { plural, resource, field } of referrers) {
    const alone = referrers.filter((other) => other.resource === resource).length === 1;
    const name = alone ? plural : `${plural}By${toPascalCase(field)}`;
    const other = relations[name];
    if (Object.hasOwn(target.fields, name)) {
      report({
        place: `resource ${target.name}, field ${name}`,
        expected: "a field that is not named like a relation",
        found: `${name}, which is what rows of ${resource} by their ${field} are called`,
        fix: `rename the field, give ${resource} another \`plural\`, or remove ${field} from its list.filter`,
      });
    } else if (other !== undefined) {
      report({
        place: `resource ${resource}, field ${field}`,
        expected: `a relation of ${target.name} with a name of its own`,
        found: `${name}, which rows of ${other.resource} by their ${other.field} are called`,
        fix: "give one of the resources another `plural`, or rename the field",
      });
    } else relations[name] = { resource, field };
  }
  return relations;
}
