import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  isAbstractType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from "graphql";
import type { GraphqlDescription, GraphqlField, GraphqlType } from "../../../contract/graphql/index.ts";
import type { Model } from "../../../contract/model/index.ts";

/** Values of the boolean variables that `@skip` and `@include` of an operation name. */
export type Conditions = Readonly<Record<string, boolean>>;

/** What is known of a document and its schema. */
export interface DocumentScope {
  readonly model: Model;
  readonly schema: GraphQLSchema;
  readonly description: GraphqlDescription;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

/** What the plan of one operation is made with, for one set of conditions. */
export class PlanScope implements DocumentScope {
  readonly model: Model;
  readonly schema: GraphQLSchema;
  readonly description: GraphqlDescription;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly conditions: Conditions;
  /** Cache-Control of every operation that the answer is read from. */
  readonly cacheControls: (string | undefined)[] = [];

  constructor(parts: DocumentScope & { readonly conditions: Conditions }) {
    this.model = parts.model;
    this.schema = parts.schema;
    this.description = parts.description;
    this.fragments = parts.fragments;
    this.conditions = parts.conditions;
  }

  type(name: string): GraphqlType {
    const type = this.description.types.get(name);
    if (type === undefined) throw new TypeError(`The schema has no type ${name}`);
    return type;
  }

  field(type: string, name: string): GraphqlField {
    const described = this.type(type);
    const fields = described.kind === "object" || described.kind === "interface" ? described.fields : [];
    const field = fields.find((each) => each.name === name);
    if (field === undefined) throw new TypeError(`The schema has no field ${type}.${name}`);
    return field;
  }

  /** Fields to answer for an object of this type, by response key, in order (section 6.3.2). */
  collect(type: string, sets: readonly SelectionSetNode[]): ReadonlyMap<string, readonly FieldNode[]> {
    const fields = new Map<string, FieldNode[]>();
    const spread = new Set<string>();
    for (const { selections } of sets) this.#collect(type, selections, fields, spread);
    return fields;
  }

  #collect(
    type: string,
    selections: readonly SelectionNode[],
    fields: Map<string, FieldNode[]>,
    spread: Set<string>,
  ): void {
    for (const selection of selections) {
      if (!this.#isIncluded(selection)) continue;
      if (selection.kind === Kind.FIELD) {
        const key = selection.alias?.value ?? selection.name.value;
        const known = fields.get(key);
        if (known === undefined) fields.set(key, [selection]);
        else known.push(selection);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        if (!this.#applies(type, selection.typeCondition?.name.value)) continue;
        this.#collect(type, selection.selectionSet.selections, fields, spread);
      } else {
        const name = selection.name.value;
        const fragment = this.fragments.get(name);
        if (fragment === undefined || spread.has(name)) continue;
        spread.add(name);
        if (!this.#applies(type, fragment.typeCondition.name.value)) continue;
        this.#collect(type, fragment.selectionSet.selections, fields, spread);
      }
    }
  }

  #applies(type: string, condition: string | undefined): boolean {
    if (condition === undefined || condition === type) return true;
    const wider = this.schema.getType(condition);
    const object = this.schema.getType(type);
    return isAbstractType(wider) && isObjectType(object) && this.schema.isSubType(wider, object);
  }

  #isIncluded({ directives = [] }: SelectionNode): boolean {
    for (const { name, arguments: args = [] } of directives) {
      if (name.value !== "skip" && name.value !== "include") continue;
      const value = args.find((arg) => arg.name.value === "if")?.value;
      const holds =
        value?.kind === Kind.VARIABLE
          ? this.conditions[value.name.value] === true
          : value?.kind === Kind.BOOLEAN && value.value;
      if (holds === (name.value === "skip")) return false;
    }
    return true;
  }
}

/** The selection sets of fields with the same response key. */
export function innerSets(nodes: readonly FieldNode[]): readonly SelectionSetNode[] {
  return nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
}

/** `Appointment` of `[Appointment!]!`. */
export function namedType(type: string): string {
  return type.replace(/[[\]!]/g, "");
}
