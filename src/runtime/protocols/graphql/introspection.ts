import { executeSync, type FieldNode, Kind, type OperationDefinitionNode, print } from "graphql";
import type { PlanScope } from "./plan-scope.ts";
import type { RootField } from "./root.ts";

/** What the schema says of itself is answered by graphql-js. */
export function compileIntrospection(
  key: string,
  nodes: readonly FieldNode[],
  definition: OperationDefinitionNode,
  scope: PlanScope,
): RootField {
  const selectionSet = { kind: Kind.SELECTION_SET, selections: nodes } as const;
  // Its fields take texts and booleans, which are the same in every form.
  const variableDefinitions = (definition.variableDefinitions ?? []).filter(({ type }) =>
    /^(?:String|Boolean)!?$/.test(print(type)),
  );
  const definitions = [{ ...definition, selectionSet, variableDefinitions }, ...scope.fragments.values()];
  return ({ variables }) => {
    const { data } = executeSync({
      schema: scope.schema,
      document: { kind: Kind.DOCUMENT, definitions },
      variableValues: variables,
    });
    return JSON.stringify(data?.[key] ?? null);
  };
}
