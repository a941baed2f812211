import { compileEncoder, type Encoder, type FieldNode } from "../../contract/schema/index.ts";
import type { Principal } from "./call.ts";
import type { FieldPlan, ResourcePlan } from "./resource-plan.ts";

/** What callers with certain roles see of a resource. */
export interface View {
  readonly resource: ResourcePlan;
  /** Fields that may be sent, `ownerOnly` ones included. */
  readonly visible: readonly FieldPlan[];
  /** Names of `visible`, in order. */
  readonly names: readonly string[];
  /** Fields sent only where the caller owns the row. */
  readonly ownerOnly: ReadonlySet<string>;
  /** Fields never sent to these callers. */
  readonly hidden: readonly string[];
  /** What to read from the store; undefined: all. */
  readonly read: readonly string[] | undefined;
  /** Encodes a whole row of which all `visible` fields may be sent. */
  readonly encode: Encoder;
}

/** Makes and keeps the views of a model: one for each set of roles that makes a difference. */
export class Views {
  readonly #byResource = new Map<ResourcePlan, Map<string, View>>();

  of(resource: ResourcePlan, principal: Principal | undefined): View {
    let views = this.#byResource.get(resource);
    if (views === undefined) {
      views = new Map();
      this.#byResource.set(resource, views);
    }
    const key = keyOf(resource.roles, principal);
    let view = views.get(key);
    if (view === undefined) {
      view = makeView(resource, principal);
      views.set(key, view);
    }
    return view;
  }
}

/** Tells whether the caller's roles show the field, `owner` aside. */
export function seesByRole(node: FieldNode, principal: Principal | undefined): boolean {
  return node.visibleTo === undefined || node.visibleTo.some((role) => principal?.roles.includes(role));
}

function keyOf(roles: readonly string[], principal: Principal | undefined): string {
  let key = principal === undefined ? "-" : "+";
  for (const role of roles) key += principal?.roles.includes(role) ? "1" : "0";
  return key;
}

function makeView(resource: ResourcePlan, principal: Principal | undefined): View {
  const all = [...resource.fields.values()];
  const byRole = all.filter(({ node }) => seesByRole(node, principal));
  const ownerOnly = all.filter(
    (field) =>
      principal !== undefined && !byRole.includes(field) && field.node.visibleTo?.includes("owner") === true,
  );
  const visible = all.filter((field) => byRole.includes(field) || ownerOnly.includes(field));
  const hidden = all.filter((field) => !visible.includes(field)).map(({ name }) => name);
  const names = visible.map(({ name }) => name);
  const everything = visible.length === Object.keys(resource.model.fields).length;
  return {
    resource,
    visible,
    names,
    ownerOnly: new Set(ownerOnly.map(({ name }) => name)),
    hidden,
    read: everything ? undefined : withOwner(names, ownerOnly.length > 0 ? resource : undefined),
    encode: compileEncoder({
      type: { kind: "object", fields: Object.fromEntries(visible.map(({ name, node }) => [name, node])) },
    }),
  };
}

/** Adds the field that says whose the row is. */
function withOwner(names: readonly string[], resource: ResourcePlan | undefined): readonly string[] {
  const owner = resource?.model.owner;
  return owner === undefined || names.includes(owner) ? names : [...names, owner];
}
