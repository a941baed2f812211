import { UsageError, type Violation } from "../../base/errors/index.ts";
import type { JsonValue } from "../../base/lib/index.ts";
import { type FieldNode, interpretDecode, interpretEncode } from "../schema/index.ts";
import type { OperationModel, ResourceModel } from "./model.ts";
import type { OptionReader } from "./read-options.ts";
import { aKind, didYouMean, oneOf, show } from "./report.ts";
import { findField, type Scope } from "./scope.ts";

interface ActionPlace {
  readonly model: ResourceModel | undefined;
  readonly place: string;
  readonly scope: Scope;
}

/** Compiles `when`: the states in which an action is allowed, by enum field. */
export function compileStates(
  read: OptionReader,
  { model, place, scope }: ActionPlace,
): Pick<OperationModel, "when"> {
  const given = read.record("when", "states by field");
  if (given === undefined || model === undefined) return {};
  const when: Record<string, readonly string[]> = {};
  for (const [name, states] of Object.entries(given)) {
    const at = `${place}, when.${name}`;
    const field = findField(model.name, name, { place: at, scope });
    if (field === undefined) continue;
    const { type } = field;
    if (type.kind !== "enum") {
      scope.report({
        place: at,
        expected: "an enum field",
        found: aKind(type.kind),
        fix: "check it in the handler",
      });
      continue;
    }
    if (!Array.isArray(states) || states.length === 0) {
      const fix =
        typeof states === "string" ? `write [${show(states)}]` : "name a state, or remove the field";
      scope.report({
        place: at,
        expected: `states of ${name}: ${oneOf(type.values)}`,
        found: show(states),
        fix,
      });
      continue;
    }
    states.forEach((state: unknown, index) => {
      if (type.values.some((value) => value === state) && states.indexOf(state) === index) return;
      scope.report({
        place: `${at}[${index}]`,
        expected: `a state of ${name}, each once: ${oneOf(type.values)}`,
        found: show(state),
        fix: didYouMean(state, type.values, "remove it"),
      });
    });
    when[name] = [...new Set<string>(states)];
  }
  return { when };
}

/** Compiles `set`: the fields an action writes, in wire form. */
export function compileValues(
  read: OptionReader,
  { model, place, scope }: ActionPlace,
): Pick<OperationModel, "set"> {
  const given = read.record("set", "values by field");
  if (given === undefined || model === undefined) return {};
  const set: Record<string, JsonValue> = {};
  for (const [name, value] of Object.entries(given)) {
    const at = `${place}, set.${name}`;
    if (name === "id" || name === "createdAt" || name === "updatedAt") {
      scope.report({ place: at, expected: "a field that actions may write", found: name, fix: "remove it" });
      continue;
    }
    const field = findField(model.name, name, { place: at, scope });
    if (field === undefined) continue;
    if (value === null && field.optional) set[name] = null;
    else {
      const wire = wireValue(field, value, { place: at, scope });
      if (wire !== undefined) set[name] = wire;
    }
  }
  return { set };
}

/** The wire form of a value in program form; undefined and a report if it does not fit the field. */
function wireValue(
  field: FieldNode,
  value: unknown,
  { place, scope }: { readonly place: string; readonly scope: Scope },
): JsonValue | undefined {
  let faults: readonly string[];
  try {
    const wire = interpretEncode(field, value);
    const violations: Violation[] = [];
    interpretDecode(field, wire, "", violations);
    if (violations.length === 0) return Object.is(wire, -0) ? 0 : wire;
    faults = violations.map(({ message }) => message);
  } catch (thrown) {
    if (!(thrown instanceof UsageError)) throw thrown;
    faults = thrown.mistakes.map(({ expected }) => `Expected ${expected}.`);
  }
  const found = `${field.sensitive ? "one" : show(value)}: ${faults.join(" ")}`;
  scope.report({ place, expected: "a value that fits the field", found, fix: "correct the value" });
  return undefined;
}
