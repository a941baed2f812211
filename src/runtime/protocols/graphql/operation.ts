import { executeSync, type FieldNode, Kind, type OperationDefinitionNode, print, visit } from "graphql";
import { ApiError, type Violation } from "../../../base/errors/index.ts";
import { stringifyJson } from "../../../base/lib/index.ts";
import type { OperationModel } from "../../../contract/model/index.ts";
import { compileDecoder } from "../../../contract/schema/index.ts";
import { toGraphqlError } from "../../../wire/graphql/index.ts";
import type { Engine } from "../../engine/index.ts";
import type { Variables } from "./arguments.ts";
import { strictestCacheControl } from "./cache-control.ts";
import { type CoercedVariable, coerceVariables, compileVariable } from "./coerce-variables.ts";
import type { GraphqlAnswer, GraphqlContext } from "./executor.ts";
import { type Conditions, type DocumentScope, PlanScope } from "./plan-scope.ts";
import type { RootField } from "./root.ts";
import { compileRootField } from "./root-field.ts";
import { FieldRun, NullField } from "./run.ts";
import { variableUses } from "./variable-uses.ts";

/** What an operation is compiled with. */
export interface OperationScope extends DocumentScope {
  readonly engine: Engine;
}

/** A field of the root, ready to run. */
interface PlannedField {
  readonly key: string;
  readonly run: RootField;
}

/** An operation with its fields, for one set of conditions. */
interface Plan {
  readonly fields: readonly PlannedField[];
  readonly cacheControl: string | undefined;
}

/** Sets of conditions whose plans are kept; with more, the oldest is made again. */
const MOST_PLANS = 16;

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
    let variables: Variables;
    try {
      variables = this.#coerce(given);
    } catch (thrown) {
      if (!(thrown instanceof VariableError)) throw thrown;
      const { error, locations } = thrown;
      return requestError([toGraphqlError(error, context.meta.requestId, { locations })]);
    }
    const { fields, cacheControl } = this.#plan(variables);
    const answer = new AnswerBuilder(fields, cacheControl, context, (run, noteVersion) => ({
      engine: this.#scope.engine,
      variables,
      context,
      run,
      noteVersion,
    }));
    return this.#definition.operation === "mutation" ? answer.oneByOne() : answer.atOnce();
  }

  #coerce(given: Variables): Variables {
    const definitions = this.#definition.variableDefinitions ?? [];
    if (definitions.length === 0) return given;
    this.#variables ??= definitions.map((definition) =>
      compileVariable(definition, new PlanScope({ ...this.#scope, conditions: {} })),
    );
    return coerceVariables(this.#variables, given, (variable, value, violations) => {
      throw this.#refusal(variable, value, violations);
    });
  }

  /** Says all that is wrong with a value: what the operation that it is the input of would say, where it is one. */
  #refusal(
    { name, type, definition }: CoercedVariable,
    value: unknown,
    violations: readonly Violation[],
  ): VariableError {
    const use = variableUses(this.#definition, this.#scope).get(name);
    const prefix = use?.pointer ?? `/${name}`;
    const own = violations.map((each) => ({ ...each, pointer: prefix + each.pointer }));
    const all = use?.input === undefined ? [] : violationsOf(use.input, value);
    const code = prefix.startsWith("?") ? "invalid_parameter" : "invalid_input";
    const message = `The variable $${name} is not of the type ${type}.`;
    const error = new ApiError(code, message, { violations: all.length > 0 ? all : own });
    const { loc } = definition;
    return new VariableError(error, loc && [{ line: loc.startToken.line, column: loc.startToken.column }]);
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
      if (name.startsWith("__")) return { key, run: introspection(key, nodes, this.#definition, scope) };
      const field = scope.field(type, name);
      const isOneOfSeveral = type === "Mutation" && calls.length > 1;
      return { key, run: compileRootField({ key, node, nodes, field, isOneOfSeveral }, scope) };
    });
    return { fields, cacheControl: strictestCacheControl(scope.cacheControls) };
  }
}

/** A value that is not of its variable's type: the request is not run. */
class VariableError extends Error {
  readonly error: ApiError;
  readonly locations: readonly { readonly line: number; readonly column: number }[] | undefined;

  constructor(error: ApiError, locations: VariableError["locations"]) {
    super(error.message);
    this.error = error;
    this.locations = locations;
  }
}

function violationsOf({ input }: OperationModel, value: unknown): readonly Violation[] {
  const violations: Violation[] = [];
  if (input !== undefined) compileDecoder({ type: input })(value, "", violations);
  return violations;
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

/** What the schema says of itself is answered by graphql-js. */
function introspection(
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

type MakeRequest = (run: FieldRun, noteVersion: (version: number) => void) => Parameters<RootField>[0];

/** Puts the texts of an answer's fields together, in the order of the document. */
class AnswerBuilder {
  readonly #fields: readonly PlannedField[];
  readonly #cacheControl: string | undefined;
  readonly #requestId: string;
  readonly #request: MakeRequest;
  readonly #runs: FieldRun[] = [];
  readonly #versions: string[] = [];
  /** Set where a field that may not be null is: all of the data is. */
  #isNull = false;

  constructor(
    fields: readonly PlannedField[],
    cacheControl: string | undefined,
    context: GraphqlContext,
    request: MakeRequest,
  ) {
    this.#fields = fields;
    this.#cacheControl = cacheControl;
    this.#requestId = context.meta.requestId;
    this.#request = request;
  }

  atOnce(): Promise<GraphqlAnswer> | GraphqlAnswer {
    const texts: (Promise<string> | string)[] = [];
    let waits = false;
    for (const field of this.#fields) {
      const text = this.#run(field);
      if (typeof text !== "string") waits = true;
      texts.push(text);
    }
    return waits ? Promise.all(texts).then((all) => this.#answer(all)) : this.#answer(texts);
  }

  async oneByOne(): Promise<GraphqlAnswer> {
    const texts: string[] = [];
    for (const field of this.#fields) texts.push(await this.#run(field));
    return this.#answer(texts);
  }

  #run({ key, run: field }: PlannedField): Promise<string> | string {
    const run = new FieldRun(this.#requestId);
    this.#runs.push(run);
    const noteVersion = (version: number) => this.#versions.push(`${JSON.stringify(key)}:"${version}"`);
    const nothing = (thrown: unknown): string => {
      if (!(thrown instanceof NullField)) throw thrown;
      run.report(thrown.failure);
      this.#isNull = true;
      return "null";
    };
    try {
      const text = field(this.#request(run, noteVersion));
      return typeof text === "string" ? text : text.catch(nothing);
    } catch (thrown) {
      return nothing(thrown);
    }
  }

  #answer(texts: readonly (Promise<string> | string)[]): GraphqlAnswer {
    let data = "";
    for (const [index, { key }] of this.#fields.entries()) {
      data += `${index === 0 ? "" : ","}${JSON.stringify(key)}:${texts[index]}`;
    }
    const errors = this.#runs.flatMap((run) => run.errors);
    const told = errors.length === 0 ? "" : `"errors":[${errors.join()}],`;
    const extra = this.#versions.length === 0 ? "" : `,"extensions":{"versions":{${this.#versions.join()}}}`;
    const retryAfterSeconds = Math.max(0, ...this.#runs.map((run) => run.retryAfterSeconds));
    const isUnauthenticated = this.#runs.every((run) => run.isUnauthenticated);
    return {
      body: `{${told}"data":${this.#isNull ? "null" : `{${data}}`}${extra}}`,
      hasData: true,
      ...(extra === "" ? {} : { hasExtensions: true }),
      ...(retryAfterSeconds > 0 ? { retryAfterSeconds } : {}),
      ...(isUnauthenticated ? { isUnauthenticated } : {}),
      ...(errors.length === 0 && this.#cacheControl !== undefined
        ? { cacheControl: this.#cacheControl }
        : {}),
    };
  }
}

/** An answer without data: nothing was run. */
export function requestError(errors: readonly ReturnType<typeof toGraphqlError>[]): GraphqlAnswer {
  return { body: `{"errors":${stringifyJson(errors)}}`, hasData: false };
}
