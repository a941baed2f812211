import type { SelectionSetNode } from "graphql";
import type { SelectedPage, SelectedRow } from "../../engine/index.ts";
import { innerSets, namedType, type PlanScope } from "./plan-scope.ts";
import type { FieldRun } from "./run.ts";

/** Writes what was selected of a page. */
export type PageWriter = (page: SelectedPage, run: FieldRun) => string;

/** Writes what was selected of a row. */
export type RowWriter = (row: SelectedRow, run: FieldRun) => string;

/** What a page is read with. */
export interface PageScope {
  /** Makes the writer of its rows. */
  readonly compileRow: (type: string, sets: readonly SelectionSetNode[]) => RowWriter;
  readonly scope: PlanScope;
  /** Told that the rows are to be counted. */
  readonly asks: { total: boolean };
}

/** Writes one part of a connection, an edge or a page info. */
type PartWriter = (page: SelectedPage, index: number, run: FieldRun) => string;

/** Makes the writer of a connection's selections. */
export function compilePageWriter(
  type: string,
  sets: readonly SelectionSetNode[],
  page: PageScope,
): PageWriter {
  const write = compileParts(type, sets, page);
  return (selected, run) => write(selected, 0, run);
}

function compileParts(type: string, sets: readonly SelectionSetNode[], page: PageScope): PartWriter {
  const { scope } = page;
  const pieces = [...scope.collect(type, sets)].map(([key, nodes], index) => {
    const head = `${index === 0 ? "" : ","}${JSON.stringify(key)}:`;
    const name = nodes[0]?.name.value ?? "";
    if (name === "__typename") return { key, head, write: () => JSON.stringify(type) };
    const field = scope.field(type, name);
    const part = field.source.kind === "page" ? field.source.part : "cursor";
    return { key, head, write: compilePart(part, namedType(field.type), innerSets(nodes), page) };
  });
  return (selected, index, run) => {
    let text = "{";
    for (const { key, head, write } of pieces) {
      run.path.push(key);
      text += head + write(selected, index, run);
      run.path.pop();
    }
    return `${text}}`;
  };
}

function compilePart(
  part: string,
  type: string,
  sets: readonly SelectionSetNode[],
  page: PageScope,
): PartWriter {
  switch (part) {
    case "edges":
      return eachRow(compileParts(type, sets, page));
    case "nodes":
      return eachRow(rowPart(type, sets, page));
    case "node":
      return rowPart(type, sets, page);
    case "pageInfo":
      return compileParts(type, sets, page);
    case "totalCount":
      page.asks.total = true;
      return ({ total }) => (total === undefined ? "null" : String(total));
    case "hasNextPage":
      return ({ hasMore }) => String(hasMore);
    case "hasPreviousPage":
      return ({ prevCursor }) => String(prevCursor !== null);
    case "startCursor":
      return (selected) => cursorText(selected, 0);
    case "endCursor":
      return (selected) => cursorText(selected, selected.rows.length - 1);
    default:
      return cursorText;
  }
}

function rowPart(type: string, sets: readonly SelectionSetNode[], { compileRow }: PageScope): PartWriter {
  const write = compileRow(type, sets);
  return ({ rows }, index, run) => {
    const row = rows[index];
    return row === undefined ? "null" : write(row, run);
  };
}

function eachRow(write: PartWriter): PartWriter {
  return (page, _, run) => {
    const { length } = page.rows;
    let text = "[";
    for (let index = 0; index < length; index++) {
      run.path.push(index);
      text += index === 0 ? write(page, index, run) : `,${write(page, index, run)}`;
      run.path.pop();
    }
    return `${text}]`;
  };
}

function cursorText(page: SelectedPage, index: number): string {
  if (page.rows[index] === undefined) return "null";
  const cursor = page.cursor(index);
  return cursor === null ? "null" : JSON.stringify(cursor);
}
