import {
  actionsOf,
  type Model,
  type OperationModel,
  type ResourceModel,
} from "../../contract/model/index.ts";
import {
  compileDecoder,
  compileEncoder,
  type Decoder,
  type Encoder,
  type FieldNode,
} from "../../contract/schema/index.ts";

/** A resource with all that can be worked out before the first call. */
export interface ResourcePlan {
  readonly name: string;
  readonly model: ResourceModel;
  /** Fields that are ever sent, in order. */
  readonly fields: ReadonlyMap<string, FieldPlan>;
  /** Roles on which the visibility of some field depends. */
  readonly roles: readonly string[];
  /** Fields whose default a new row takes where it is left out. */
  readonly defaults: readonly DefaultPlan[];
  readonly actions: readonly OperationModel[];
}

export interface FieldPlan {
  readonly name: string;
  readonly node: FieldNode;
  readonly encode: Encoder;
  readonly decode: Decoder;
}

export interface DefaultPlan {
  readonly name: string;
  /** Makes the default anew, so that no two rows share a list or an object. */
  readonly make: () => unknown;
}

export function planResources(model: Model): ReadonlyMap<string, ResourcePlan> {
  return new Map(Object.values(model.resources).map((resource) => [resource.name, plan(resource, model)]));
}

function plan(resource: ResourceModel, model: Model): ResourcePlan {
  const nodes = Object.entries(resource.fields);
  const roles = nodes.flatMap(([, node]) => node.visibleTo ?? []).filter((role) => role !== "owner");
  return {
    name: resource.name,
    model: resource,
    fields: new Map(
      nodes.filter(([, node]) => !node.writeOnly).map(([name, node]) => [name, planField(name, node)]),
    ),
    roles: [...new Set(roles)],
    defaults: nodes.flatMap(([name, node]) =>
      node.default === undefined ? [] : [planDefault(name, node, node.default)],
    ),
    actions: actionsOf(model, resource.name),
  };
}

function planField(name: string, node: FieldNode): FieldPlan {
  return { name, node, encode: compileEncoder(node), decode: compileDecoder(node) };
}

function planDefault(name: string, node: FieldNode, wire: unknown): DefaultPlan {
  const decode = compileDecoder(node);
  return { name, make: () => decode(wire, "", []) };
}
