import { Kind, type OperationDefinitionNode, visit } from "graphql";
import type { Engine } from "../../engine/index.ts";
import { AnswerBuilder, type PlannedField } from "./answer-builder.ts";
import type { Variables } from "./arguments.ts";
import { strictestCacheControl } from "./cache-control.ts";
import {
  type CoercedVariable,
  coerceVariables,
  compileVariable,
  type RefusedVariable,
} from "./coerce-variables.ts";
import type { GraphqlAnswer, GraphqlContext } from "./executor.ts";
import { compileIntrospection } from "./introspection.ts";
import { type Conditions, type DocumentScope, PlanScope } from "./plan-scope.ts";
import { refuseVariables } from "./refuse-variables.ts";
import { compileRootField } from "./root-field.ts";

/** What an operation is compiled with. */
export interface OperationScope extends DocumentScope {
  readonly engine: Engine;
}

/** An operation with its fields, for one set of conditions. */
interface Plan {
  readonly fields: readonly PlannedField[];
  /** Asked when an answer is there: what lies below `node` is compiled when such a row is first asked for. */
  readonly cacheControl: () => string | undefined;
}

/** Sets of conditions whose plans are kept; with more, the oldest is made again. */
const MOST_PLANS = 4;

/** One operation of a document. Its fields are compiled when it is first run, once for each outcome of its directives. */
export class CompiledOperation {
  readonly #definition: OperationDefinitionNode;
  readonly #scope: OperationScope;
  readonly #plans = new Map<string, Plan>();
  #variables: readonly CoercedVariable[] | undefined;
  #conditionNames: readonly string[] | undefined;

  constructor(definition: OperationDefinitionNode, scope: OperationScope) {
    this.#definition = definition;
    this.#scope = scope;
  }

  /** Runs it: queries' fields at once, mutations' one after the other. */
  execute(given: Variables, context: GraphqlContext): Promise<GraphqlAnswer> | GraphqlAnswer {
    const refused: RefusedVariable[] = [];
    const variables = this.#coerce(given, refused);
    if (refused.length > 0) {
      return refuseVariables(refused, { definition: this.#definition, scope: this.#scope, context });
    }
    const { fields, cacheControl } = this.#plan(variables);
    const answer = new AnswerBuilder(fields, cacheControl, context, (run) => ({
      engine: this.#scope.engine,
      variables,
      context,
      run,
    }));
    return this.#definition.operation === "mutation" ? answer.oneByOne() : answer.atOnce();
  }

  #coerce(given: Variables, refused: RefusedVariable[]): Variables {
    const definitions = this.#definition.variableDefinitions ?? [];
    if (definitions.length === 0) return given;
    this.#variables ??= definitions.map((definition) =>
      compileVariable(definition, new PlanScope({ ...this.#scope, conditions: {} })),
    );
    return coerceVariables(this.#variables, given, refused);
  }

  #plan(variables: Variables): Plan {
    this.#conditionNames ??= conditionNames(this.#definition, this.#scope);
    const key = this.#conditionNames.map((name) => (variables[name] === true ? "1" : "0")).join("");
    const known = this.#plans.get(key);
    if (known !== undefined) return known;
    const conditions = Object.fromEntries(
      this.#conditionNames.map((name) => [name, variables[name] === true]),
    );
    const plan = this.#compile(conditions);
    const [oldest] = this.#plans.keys();
    if (this.#plans.size === MOST_PLANS && oldest !== undefined) this.#plans.delete(oldest);
    this.#plans.set(key, plan);
    return plan;
  }

  #compile(conditions: Conditions): Plan {
    const scope = new PlanScope({ ...this.#scope, conditions });
    const type = this.#definition.operation === "mutation" ? "Mutation" : "Query";
    const collected = [...scope.collect(type, [this.#definition.selectionSet])];
    const calls = collected.filter(([, [node]]) => node?.name.value.startsWith("__") === false);
    const fields = collected.map(([key, nodes]): PlannedField => {
      const [node] = nodes;
      if (node === undefined) throw new TypeError("A field of a document has no node");
      const name = node.name.value;
      if (name === "__typename") return { key, run: () => JSON.stringify(type) };
      if (name.startsWith("__"))
        return { key, run: compileIntrospection(key, nodes, this.#definition, scope) };
      const field = scope.field(type, name);
      const isOneOfSeveral = type === "Mutation" && calls.length > 1;
      return { key, run: compileRootField({ key, node, nodes, field, isOneOfSeveral }, scope) };
    });
    return { fields, cacheControl: cacheControlOf(scope) };
  }
}

/** Names of the variables that `@skip` and `@include` ask for. */
function conditionNames(
  definition: OperationDefinitionNode,
  { fragments }: OperationScope,
): readonly string[] {
  const names = new Set<string>();
  for (const node of [definition, ...fragments.values()]) {
    visit(node, {
      Directive({ arguments: args = [] }) {
        for (const { value } of args) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
      },
    });
  }
  return [...names];
}

/** The strictest of what the plan has found so far; worked out again only where it has found more. */
function cacheControlOf({ cacheControls }: PlanScope): () => string | undefined {
  let known = -1;
  let strictest: string | undefined;
  return () => {
    if (cacheControls.length !== known) {
      known = cacheControls.length;
      strictest = strictestCacheControl(cacheControls);
    }
    return strictest;
  };
}
