import type { OperationDefinitionNode } from "graphql";
import { ApiError, type Violation } from "../../../base/errors/index.ts";
import { interpretDecode } from "../../../contract/schema/index.ts";
import { toGraphqlError } from "../../../wire/graphql/index.ts";
import type { Engine } from "../../engine/index.ts";
import { requestError } from "./answer-builder.ts";
import type { RefusedVariable } from "./coerce-variables.ts";
import type { GraphqlAnswer, GraphqlContext } from "./executor.ts";
import type { DocumentScope } from "./plan-scope.ts";
import { type VariableUse, variableUses } from "./variable-uses.ts";

/** Whose variables they are, and who gave them. */
export interface VariableScope {
  readonly definition: OperationDefinitionNode;
  readonly scope: DocumentScope & { readonly engine: Engine };
  readonly context: GraphqlContext;
}

/**
 * The answer to a request with variables that are not of their types: nothing of it is run. A caller who may not call the
 * operation at all learns that, and nothing of its input.
 */
export async function refuseVariables(
  refused: readonly RefusedVariable[],
  { definition, scope, context }: VariableScope,
): Promise<GraphqlAnswer> {
  const { requestId } = context.meta;
  const uses = variableUses(definition, scope);
  const operations = new Set(refused.flatMap(({ variable }) => uses.get(variable.name)?.operation ?? []));
  for (const { id: operation } of operations) {
    const { credentials, meta } = context;
    const failure = await scope.engine.check({ operation, credentials, meta });
    if (failure !== undefined) return requestError([toGraphqlError(failure.error, requestId)]);
  }
  const violations = refused.flatMap((each) => violationsOf(each, uses.get(each.variable.name)));
  const code = violations.every(({ pointer }) => pointer.startsWith("?"))
    ? "invalid_parameter"
    : "invalid_input";
  const wrong = refused.map(({ variable: { name, type } }) => `$${name} is not of the type ${type}`);
  const error = new ApiError(code, `Variables are wrong: ${wrong.join(", ")}.`, { violations });
  const locations = refused.flatMap(({ variable: { definition } }) => {
    const { loc } = definition;
    return loc === undefined ? [] : [{ line: loc.startToken.line, column: loc.startToken.column }];
  });
  return requestError([toGraphqlError(error, requestId, { locations })]);
}

/** All that is wrong with a value: what its operation would say, where it is the operation's whole input. */
function violationsOf(
  { variable, value, violations }: RefusedVariable,
  use: VariableUse | undefined,
): readonly Violation[] {
  const input = use?.isInput === true ? use.operation?.input : undefined;
  if (input !== undefined) {
    const all: Violation[] = [];
    // Not compiled: whoever sends nonsense would have code made for it each time.
    interpretDecode({ type: input }, value, "", all);
    // Values of enums have other names here, and a name of the model's is none: the decoder would take it, or offer it.
    const named = violations.filter(({ code: one }) => one === "not_allowed");
    const rest = all.filter(({ pointer }) => !named.some((each) => each.pointer === pointer));
    if (all.length + named.length > 0) return [...rest, ...named];
  }
  const prefix = use?.pointer ?? `/${variable.name}`;
  return violations.map((each) => ({ ...each, pointer: prefix + each.pointer }));
}
