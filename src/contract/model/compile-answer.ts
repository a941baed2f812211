import type { HttpModel, OutputModel, PagePart, ResourceModel } from "./model.ts";
import { isRecord, readOptions } from "./read-options.ts";
import { show } from "./report.ts";
import type { Scope } from "./scope.ts";

const PARTS: readonly PagePart[] = ["data", "total", "nextCursor", "prevCursor", "hasMore"];

/** Where an answer is compiled. */
export interface AnswerPlace {
  readonly resource: ResourceModel | undefined;
  readonly output: OutputModel;
  readonly longRunning: boolean;
  /** Of the operation's `http`. */
  readonly place: string;
  readonly scope: Scope;
}

/** Compiles `http.answer`: the key of the output, or of each part of a page. */
export function compileAnswer(
  http: { readonly answer?: unknown },
  at: AnswerPlace,
): Pick<HttpModel, "answer"> {
  const given = isRecord(http) ? http.answer : undefined;
  if (given === undefined) return {};
  const { output, scope } = at;
  const place = `${at.place}.answer`;
  if (output.kind === "page") return pageAnswer(given, { ...at, place });
  const odd = at.longRunning
    ? "a long-running command, which answers with its operation"
    : output.kind === "file"
      ? "a file, which is sent as it is"
      : undefined;
  if (odd !== undefined) {
    const fix = "remove it";
    scope.report({ place, expected: "an operation that answers with its output as JSON", found: odd, fix });
    return {};
  }
  if (output.kind !== "none" && typeof given === "string" && given !== "") {
    return { answer: { kind: "value", key: given } };
  }
  scope.report({
    place,
    expected:
      output.kind === "none" ? "an operation with output" : "the key of the answer that holds the output",
    found: output.kind === "none" ? "one without" : show(given),
    fix: output.kind === "none" ? "remove it, or declare an output" : 'write one such as "article"',
  });
  return {};
}

function pageAnswer(given: unknown, { resource, place, scope }: AnswerPlace): Pick<HttpModel, "answer"> {
  const example = 'write { data: "articles", total: "articlesCount" }';
  if (!isRecord(given) || given.data === undefined) {
    scope.report({ place, expected: "a key for the rows of the page", found: show(given), fix: example });
    return {};
  }
  const read = readOptions(given, `${place}.`, { known: PARTS, report: scope.report });
  const keys: Partial<Record<PagePart, string>> = {};
  for (const part of PARTS) {
    const key = read.text(part);
    if (key === undefined) continue;
    const other = PARTS.find((each) => keys[each] === key);
    if (other !== undefined) {
      const fix = "rename one of them";
      scope.report({
        place: `${place}.${part}`,
        expected: "a key of its own",
        found: `${show(key)}, which ${other} has`,
        fix,
      });
    }
    keys[part] = key;
  }
  if (keys.total !== undefined && resource?.list.total === "none") {
    scope.report({
      place: `${place}.total`,
      expected: "a list that can be counted",
      found: "list.total none",
      fix: `give ${resource.name} list: { total: "exact" }, or remove the key`,
    });
  }
  return { answer: { kind: "page", keys } };
}
