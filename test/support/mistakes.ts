import assert from "node:assert/strict";
import { formatMistake, type Mistake, UsageError } from "../../src/base/errors/index.ts";
import { type Api, type ApiOptions, api } from "../../src/contract/language/index.ts";
import { compile, type Model } from "../../src/contract/model/index.ts";

/** A contract of one version around what a test is about. */
export function contractOf(options: Partial<ApiOptions>): Api {
  return api("lab", { versions: { v1: "2026-11-01" }, resources: [], ...options });
}

/** Compiles a contract of one version. */
export function modelOf(options: Partial<ApiOptions>): Model {
  return compile(contractOf(options));
}

/** The mistakes that compiling a contract throws; none if it compiles. */
export function mistakesOf(contract: Api): readonly Mistake[] {
  try {
    compile(contract);
    return [];
  } catch (thrown) {
    if (!(thrown instanceof UsageError)) throw thrown;
    return thrown.mistakes;
  }
}

/** Part of a mistake: each text must contain the one given. */
export type MistakePart = Partial<Mistake> & { readonly place: string };

/** What is no options of a contract is the contract, even undefined. */
function isContract(value: Partial<ApiOptions> | Api): value is Api {
  return value === undefined || "kind" in value;
}

/** Asserts that a contract has just this mistake, with each part named in it. */
export function assertMistake(options: Partial<ApiOptions> | Api, part: MistakePart): void {
  const contract = isContract(options) ? options : contractOf(options);
  const mistakes = mistakesOf(contract);
  const all = mistakes.map(formatMistake).join("\n") || "the contract compiles";
  assert.equal(mistakes.length, 1, all);
  assert.equal(mistakes[0]?.place, part.place, all);
  for (const key of ["expected", "found", "fix"] as const) {
    assert.ok(mistakes[0]?.[key].includes(part[key] ?? ""), `${key} of: ${all}`);
    assert.notEqual(mistakes[0]?.[key], "", `${key} of: ${all}`);
  }
}
