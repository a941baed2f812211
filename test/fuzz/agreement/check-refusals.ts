import { isDeepStrictEqual } from "node:util";
import { canonicalJson, type JsonValue, parseJson, stringifyJson } from "../../../src/base/lib/index.ts";
import type { OperationModel } from "../../../src/contract/model/index.ts";
import { anyWire } from "../../../src/contract/schema/arbitraries.test.ts";
import type { TypeNode } from "../../../src/contract/schema/index.ts";
import { fromMembers, isObject, toRequest } from "../../behaviour/callers/rpc-forms.ts";
import { createRpcRegistry, type RpcRegistry, toMessage } from "../../support/rpc-registry.ts";
import { ask, type Run } from "./ask.ts";

/** Inputs with something wrong in them are refused alike: the code, and every violation with its place. */
export async function checkRefusals(run: Run): Promise<void> {
  const registry = createRpcRegistry(run.model);
  const others = run.callers.filter(({ name }) => !name.startsWith("gRPC") && name !== "Connect");
  for (const id of ["echo", "refuse"]) {
    const operation = run.model.operations[id]!;
    for (let turn = 0; turn < 8; turn++) {
      const given: unknown = run.draw(anyWire({ type: operation.input! }).map(asJson));
      if (!isObject(given)) continue;
      const isTyped = isSayable(run, registry, operation, given);
      const callers = (isTyped ? run.callers : others).filter(
        ({ name }) => name !== "GraphQL" || isSameInGraphql(operation.input!, given),
      );
      await ask(run, operation, { input: given }, callers);
    }
  }
}

/** Undefined for what is no JSON that strict reading takes. */
function asJson(value: unknown): JsonValue | undefined {
  try {
    const json = parseJson(stringifyJson(value as JsonValue));
    return isDeepStrictEqual(json, value) ? json : undefined;
  } catch {
    return undefined;
  }
}

/** GraphQL takes a value for a list of it (section 3.11), and has a field where a union has its tag. */
function isSameInGraphql(type: TypeNode, value: unknown): boolean {
  if (value === null) return true;
  if (type.kind === "list") {
    return Array.isArray(value) && value.every((item) => isSameInGraphql(type.items.type, item));
  }
  if (!isObject(value) || Array.isArray(value)) return type.kind !== "union";
  if (type.kind === "union") {
    const variant = Object.entries(type.variants).find(([tag]) => tag === value[type.tag]);
    return variant !== undefined && isSameInGraphql(variant[1], value);
  }
  if (type.kind !== "object") return true;
  return Object.entries(type.fields).every(
    ([name, field]) => !Object.hasOwn(value, name) || isSameInGraphql(field.type, value[name]),
  );
}

/** Whether a typed message can carry it: protobuf has no null or name that is not in the schema. */
function isSayable(
  { model }: Run,
  registry: RpcRegistry,
  operation: OperationModel,
  input: Readonly<Record<string, any>>,
): boolean {
  const method = registry.method(operation.id);
  const fields = operation.input?.fields ?? {};
  if (method === undefined) return false;
  try {
    const has = (member: string) => method.input.fields.some((field) => field.jsonName === member);
    const request = toRequest(operation, model, { input }, has);
    if (toMessage(method.input, request) === undefined) return false;
    return canonicalJson(fromMembers(fields, request)) === canonicalJson(input);
  } catch {
    return false;
  }
}
