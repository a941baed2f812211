import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from "graphql";

/** Estimates how many rows one operation's answer may have, with the variables that came. */
export type CostEstimator = (variables: Readonly<Record<string, unknown>>) => number;

/** How a schema is told apart: rows, and how long a list is that nobody bounds. */
export interface CostOptions {
  readonly schema: GraphQLSchema;
  /** Whether a type is that of rows: each costs a read. */
  readonly isRow: (type: string) => boolean;
  /** Rows of a page of this type where neither `first` nor `last` says how many. */
  readonly pageSizeOf: (connection: string) => number;
}

/** A field that has rows below it: `size` times what each of its rows costs. */
interface CostNode {
  /** 1 for a row, 0 for what only wraps rows: connections, edges, payloads. */
  readonly rows: 0 | 1;
  /** Absent: one. */
  readonly size?: (variables: Readonly<Record<string, unknown>>) => number;
  readonly inner: readonly CostNode[];
}

const MOST = 1e12;

/**
 * Prepares the estimate of one operation of a valid document. A row costs 1; a field with `first` or `last` costs what is
 * below it, so many times, and one that is given a list of ids as often as there are. Fields that are one value of the
 * answer because they have one name are counted together, as they are read together.
 */
export function createCostEstimator(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  { schema, isRow, pageSizeOf }: CostOptions,
): CostEstimator {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const defaults = new Map<string, ValueNode>();
  for (const { variable, defaultValue } of operation.variableDefinitions ?? []) {
    if (defaultValue !== undefined) defaults.set(variable.name.value, defaultValue);
  }

  const numberOf = (
    value: ValueNode | undefined,
    variables: Readonly<Record<string, unknown>>,
  ): number | undefined => {
    if (value?.kind === Kind.INT) return Number(value.value);
    if (value?.kind !== Kind.VARIABLE) return undefined;
    const given = variables[value.name.value];
    if (given === undefined) return numberOf(defaults.get(value.name.value), {});
    return typeof given === "number" || typeof given === "bigint" ? Number(given) : undefined;
  };

  const lengthOf = (value: ValueNode | undefined, variables: Readonly<Record<string, unknown>>): number => {
    if (value?.kind === Kind.LIST) return value.values.length;
    const given = value?.kind === Kind.VARIABLE ? variables[value.name.value] : undefined;
    return Array.isArray(given) ? given.length : 1;
  };

  const sizeOf = (field: GraphQLField<unknown, unknown>, node: FieldNode): CostNode["size"] => {
    const given = (name: string) => node.arguments?.find((argument) => argument.name.value === name)?.value;
    if (!field.args.some(({ name }) => name === "first" || name === "last")) {
      const ids = isListType(getNullableType(field.type))
        ? field.args.find(({ type }) => isListType(getNullableType(type)))
        : undefined;
      return ids && ((variables) => lengthOf(given(ids.name), variables));
    }
    const [first, last] = [given("first"), given("last")];
    const otherwise = pageSizeOf(getNamedType(field.type).name);
    return (variables) => {
      const size = numberOf(first, variables) ?? numberOf(last, variables) ?? otherwise;
      // What cannot be is refused by whoever reads it; here it must not make anything cheaper.
      return size > 0 ? size : 1;
    };
  };

  const nodesOf = (sets: readonly Scoped[]): readonly CostNode[] => {
    const byName = new Map<
      string,
      { readonly field: GraphQLField<unknown, unknown>; readonly node: FieldNode }[]
    >();
    const gather = ({ type, set }: Scoped): void => {
      for (const selection of set.selections) {
        if (selection.kind === Kind.FIELD) {
          const field = fieldOf(type, selection.name.value);
          if (field === undefined || selection.selectionSet === undefined) continue;
          const name = (selection.alias ?? selection.name).value;
          const found = byName.get(name);
          if (found === undefined) byName.set(name, [{ field, node: selection }]);
          else found.push({ field, node: selection });
          continue;
        }
        const spread =
          selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
        if (spread === undefined) continue;
        const named = spread.typeCondition && schema.getType(spread.typeCondition.name.value);
        gather({ type: named && isCompositeType(named) ? named : type, set: spread.selectionSet });
      }
    };
    for (const scoped of sets) gather(scoped);
    return [...byName.values()].map((group) => nodeOf(group));
  };

  const nodeOf = (
    group: readonly { readonly field: GraphQLField<unknown, unknown>; readonly node: FieldNode }[],
  ): CostNode => {
    const [{ field, node } = NEVER] = group;
    const inner = group.flatMap(({ field: { type }, node: { selectionSet } }) => {
      const named = getNamedType(type);
      return selectionSet !== undefined && isCompositeType(named) ? [{ type: named, set: selectionSet }] : [];
    });
    const size = field === undefined || node === undefined ? undefined : sizeOf(field, node);
    return {
      rows: field !== undefined && isRow(getNamedType(field.type).name) ? 1 : 0,
      ...(size === undefined ? {} : { size }),
      inner: nodesOf(inner),
    };
  };

  const fieldOf = (type: GraphQLCompositeType, name: string): GraphQLField<unknown, unknown> | undefined =>
    isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;

  const root = schema.getRootType(operation.operation);
  const nodes = root ? nodesOf([{ type: root, set: operation.selectionSet }]) : [];
  return (variables) => Math.min(total(nodes, variables), MOST);
}

interface Scoped {
  readonly type: GraphQLCompositeType;
  readonly set: SelectionSetNode;
}

const NEVER = { field: undefined, node: undefined };

function total(nodes: readonly CostNode[], variables: Readonly<Record<string, unknown>>): number {
  let sum = 0;
  for (const { rows, size, inner } of nodes) {
    const each = rows + total(inner, variables);
    // A page costs its search, even where nothing of its rows is asked for.
    sum += size === undefined ? each : Math.max(1, size(variables) * each);
  }
  return sum;
}
