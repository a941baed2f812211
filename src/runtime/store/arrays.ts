import type { SqlText } from "./driver.ts";

/** Texts as an array literal (PostgreSQL documentation, 8.15.2); an element that is itself a list is a nested array. */
export function formatArray(elements: readonly ArrayElement[]): string {
  const texts = elements.map((element) => {
    if (element === null) return "NULL";
    if (typeof element !== "string") return formatArray(element);
    return `"${element.replaceAll(/["\\]/g, "\\$&")}"`;
  });
  return `{${texts.join(",")}}`;
}

/** One element of an array literal. */
export type ArrayElement = SqlText | readonly ArrayElement[];

/** Reads an array literal, each element through `decode`. Lower bounds (`[0:1]={…}`) are left out. */
export function parseArray(literal: string, decode: (text: string) => unknown): unknown[] {
  let at = literal.indexOf("{") + 1;
  const readQuoted = (): string => {
    let text = "";
    for (at++; literal[at] !== '"'; at++) {
      if (literal[at] === "\\") at++;
      text += literal[at];
    }
    at++;
    return text;
  };
  const readElement = (): unknown => {
    if (literal[at] === "{") {
      at++;
      return readList();
    }
    if (literal[at] === '"') return decode(readQuoted());
    const start = at;
    while (literal[at] !== "," && literal[at] !== "}") at++;
    const text = literal.slice(start, at);
    return text === "NULL" ? null : decode(text);
  };
  const readList = (): unknown[] => {
    const list: unknown[] = [];
    while (at < literal.length && literal[at] !== "}") {
      list.push(readElement());
      if (literal[at] === ",") at++;
    }
    at++;
    return list;
  };
  return readList();
}
