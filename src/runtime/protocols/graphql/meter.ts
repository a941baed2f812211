import { type GraphQLSchema, Kind } from "graphql";
import type { Model } from "../../../contract/model/model.ts";
import { toPascalCase } from "../../../contract/model/names.ts";
import type { PreparedDocument } from "./executor.ts";
import { GraphqlRequestError } from "./executor.ts";
import { type CostEstimator, createCostEstimator } from "./limits/cost.ts";
import { tooComplex } from "./limits/too-complex.ts";

/**
 * Estimates what a request for a prepared document costs, in rows; throws GraphqlRequestError (`too_complex`) where that is
 * more than the api takes. 0 where the operation's name fits none: whoever runs it says so.
 */
export type Meter = (
  prepared: PreparedDocument,
  operationName: string | undefined,
  variables: Readonly<Record<string, unknown>>,
) => number;

/** Makes the meter of a schema; estimators are made once per operation and kept as long as its document is. */
export function createMeter(schema: GraphQLSchema, model: Model): Meter {
  const { maxCost } = model.graphql.limits;
  const limits = new Map(
    Object.values(model.resources).map(({ name, list }) => [toPascalCase(name), list.limit]),
  );
  const isRow = (type: string) => limits.has(type) || type === "Node" || type === "_Entity";
  const pageSizeOf = (connection: string) => limits.get(connection.replace(/Connection$/, "")) ?? 1;
  const known = new WeakMap<PreparedDocument, Map<string, CostEstimator>>();

  const estimatorOf = (prepared: PreparedDocument, name: string | undefined): CostEstimator | undefined => {
    let estimators = known.get(prepared);
    if (estimators === undefined) {
      estimators = new Map();
      known.set(prepared, estimators);
    }
    const found = estimators.get(name ?? "");
    if (found !== undefined) return found;
    const operation = prepared.document.definitions.find(
      (each) => each.kind === Kind.OPERATION_DEFINITION && (name === undefined || each.name?.value === name),
    );
    if (operation?.kind !== Kind.OPERATION_DEFINITION) return undefined;
    const made = createCostEstimator(prepared.document, operation, { schema, isRow, pageSizeOf });
    estimators.set(name ?? "", made);
    return made;
  };

  return (prepared, operationName, variables) => {
    const cost = estimatorOf(prepared, operationName)?.(variables) ?? 0;
    if (cost <= maxCost) return cost;
    const message = `The answer may have ${cost} rows; at most ${maxCost} are read for one request. Ask for fewer with \`first\`.`;
    throw new GraphqlRequestError([tooComplex({ limit: "maxCost", max: maxCost, found: cost, message })]);
  };
}
