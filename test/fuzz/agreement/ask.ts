import assert from "node:assert/strict";
import type fc from "fast-check";
import { canonicalJson, type JsonValue, stringifyJson } from "../../../src/base/lib/index.ts";
import type { OperationModel } from "../../../src/contract/model/index.ts";
import type { Answer, Caller, Question } from "../../behaviour/caller.ts";
import { inForm } from "./in-form.ts";
import type { Agreement } from "./service.ts";

/** One service, and what is drawn for it. */
export interface Run extends Agreement {
  /** By resource: ids of its rows. */
  readonly rows: Map<string, string[]>;
  draw<T>(arbitrary: fc.Arbitrary<T>): T;
  /** How often each thing was compared, by method, operation or error code. */
  readonly counts: Map<string, number>;
}

/** Asks several callers the same, asserts that all say the same, and returns what the first one said. */
export async function ask(
  run: Run,
  operation: OperationModel,
  question: Omit<Question, "as">,
  callers: readonly Caller[] = run.callers,
): Promise<Answer> {
  const [first, ...others] = callers as [Caller, ...Caller[]];
  const expected = await first.call(operation.id, { ...question, as: run.as });
  assert.notEqual(expected.code, "internal", tell(first, operation, question, expected));
  for (const caller of others) {
    const answer = await caller.call(operation.id, { ...question, as: run.as });
    agree(run, operation, question, { caller: first, answer: expected }, { caller, answer });
  }
  count(run, expected.code || operation.method || operation.id);
  return expected;
}

interface Said {
  readonly caller: Caller;
  readonly answer: Answer;
}

/** Asserts that an answer is another one, as far as its protocol can tell it. */
export function agree(
  { model }: Run,
  operation: OperationModel,
  question: Omit<Question, "as">,
  expected: Said,
  { caller, answer }: Said,
): void {
  const told = [expected.caller, caller].map(({ name }) => name);
  const formOf = ({ kind, code, value, data, violations }: Answer) =>
    canonicalJson({
      kind,
      code,
      // Each is brought to what both can tell.
      value:
        told.reduce<JsonValue | undefined>((left, name) => inForm(name, operation, model, left), value) ??
        null,
      data: (data as JsonValue | undefined) ?? null,
      violations: violations.map((each) => tellOf(each)).sort(),
    });
  if (formOf(answer) === formOf(expected.answer)) return;
  const what = `${tell(caller, operation, question, answer)}\nof ${show(operation.input)}`;
  assert.equal(
    formOf(answer),
    formOf(expected.answer),
    `${expected.caller.name} says otherwise than ${what}`,
  );
}

export function count({ counts }: Run, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}

/** GraphQL has other names for the values of an enum, and so other words for one that is none. */
function tellOf({ pointer, code, message }: Answer["violations"][number]): string {
  return `${pointer} ${code} ${code === "not_allowed" ? message.toLowerCase() : message}`;
}

/** Writes a question and its answer for an assertion's message. */
export function tell(
  { name }: Caller,
  { id: operation }: OperationModel,
  question: Omit<Question, "as">,
  answer: Answer,
): string {
  return `${name}, ${operation} ${show(question)}\n${show(answer)}`;
}

function show(value: unknown): string {
  return value === undefined ? "nothing" : stringifyJson(value as JsonValue);
}
