import assert from "node:assert/strict";
import fc from "fast-check";
import type { ListModel, ResourceModel } from "../../../src/contract/model/index.ts";
import { validWire } from "../../../src/contract/schema/arbitraries.test.ts";
import type { ListQuestion } from "../../../src/runtime/engine/index.ts";
import type { Answer, Caller } from "../../behaviour/caller.ts";
import type { JsonPage } from "../../behaviour/stage.ts";
import { agree, count, type Run } from "./ask.ts";

/** A list filtered and sorted is the same over every protocol, and a cursor of one leads on in any other. */
export async function checkLists(run: Run, { name, list }: ResourceModel): Promise<void> {
  const operation = run.model.operations[`${name}.list`];
  if (operation === undefined) return;
  for (let turn = 0; turn < 3; turn++) {
    const asked = run.draw(questionOf(list, run.rows));
    const pageOf = async (cursor: string | undefined, backward = false) => {
      let first: { readonly caller: Caller; readonly answer: Answer } | undefined;
      const cursors: string[] = [];
      for (const caller of run.callers) {
        const isGraphql = caller.name === "GraphQL";
        // Its own cursors lead both ways, so that one is told which.
        const own =
          cursor === undefined ? {} : { cursor: isGraphql && backward ? `before ${cursor}` : cursor };
        const question = { list: { ...asked, ...own } };
        const answer = await caller.call(operation.id, { ...question, as: run.as });
        const page = answer.value as JsonPage | undefined;
        // Each protocol signs cursors of its own; what counts is whether there are any, and where they lead.
        const { nextCursor, prevCursor } = page?.page ?? {};
        const told: Answer =
          page === undefined
            ? answer
            : {
                ...answer,
                value: {
                  ...page,
                  page: { ...page.page, nextCursor: Boolean(nextCursor), prevCursor: Boolean(prevCursor) },
                } as never,
              };
        if (first === undefined) first = { caller, answer: told };
        else agree(run, operation, question, first, { caller, answer: told });
        const next = backward ? prevCursor : nextCursor;
        if (next && !(isGraphql && backward)) cursors.push(next);
      }
      count(run, `list${cursor === undefined ? "" : backward ? " back" : " on"}`);
      return { value: first!.answer.value as JsonPage | undefined, cursors };
    };
    await walk(run, pageOf);
  }
}

async function walk(
  run: Run,
  pageOf: (
    cursor: string | undefined,
    backward?: boolean,
  ) => Promise<{ readonly value: JsonPage | undefined; readonly cursors: readonly string[] }>,
): Promise<void> {
  const forward: unknown[] = [];
  let cursor: string | undefined;
  for (let turn = 0; turn < 6; turn++) {
    const { value, cursors } = await pageOf(cursor);
    if (value === undefined) return;
    forward.push(...value.data.map(({ id }) => id));
    if (cursors.length === 0) break;
    cursor = run.draw(fc.constantFrom(...cursors));
  }
  assert.equal(new Set(forward).size, forward.length, "no row comes twice");
}

function questionOf(list: ListModel, rows: Run["rows"]): fc.Arbitrary<ListQuestion> {
  const sorts = [undefined, ...list.sort.flatMap((field) => [field, `-${field}`])];
  return fc
    .record({
      sort: fc.constantFrom(...sorts),
      limit: fc.integer({ min: 1, max: 3 }),
      total: fc.constantFrom(undefined, true),
      search: list.search.length === 0 ? fc.constant(undefined) : fc.constantFrom(undefined, undefined, "a"),
      filter: filterOf(list, rows),
    })
    .map((asked) => Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined)));
}

function filterOf(list: ListModel, rows: Run["rows"]): fc.Arbitrary<ListQuestion["filter"]> {
  const paths = Object.keys(list.filter);
  if (paths.length === 0) return fc.constant(undefined);
  const condition = fc.constantFrom(...paths).chain((path) => {
    const { operators, field } = list.filter[path]!;
    const { type } = field;
    const targets = type.kind === "ref" ? (rows.get(type.resource) ?? []) : [];
    const values = targets.length > 0 ? fc.constantFrom<unknown>(...targets) : validWire({ type });
    return fc.constantFrom(...operators).chain((operator) => {
      const text = operator === "isNull" ? fc.constantFrom("true", "false") : values.map(String);
      const isMany = operator === "in";
      return fc
        .array(text, { minLength: 1, maxLength: isMany ? 3 : 1 })
        .map((texts) => ({ [path]: { [operator]: texts } }));
    });
  });
  return fc.oneof(fc.constant(undefined), condition);
}
