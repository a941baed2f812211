import { CODES, codeForStatus } from "../../base/errors/index.ts";
import { compileObject } from "./compile-fields.ts";
import type { ErrorModel } from "./model.ts";
import { checkSnakeCase, toTitle } from "./names.ts";
import { isRecord, readOptions } from "./read-options.ts";
import { show } from "./report.ts";
import type { Scope } from "./scope.ts";

/** The errors of a contract while it is compiled, by code. */
export interface DeclaredErrors {
  /** Compiles an error that an operation lists, once; returns its code, or undefined if it has a mistake. */
  add(error: unknown, place: string): string | undefined;
  models(): Record<string, ErrorModel>;
}

/** Gathers the errors that operations list; two of one code must say the same. */
export function createDeclaredErrors(scope: Scope): DeclaredErrors {
  const byCode = new Map<string, ErrorModel>();
  const known = new Map<unknown, string | undefined>();
  const add = (error: unknown, place: string): string | undefined => {
    if (known.has(error)) return known.get(error);
    const model = compileError(error, place, scope);
    known.set(error, model?.code);
    if (model === undefined) return undefined;
    const other = byCode.get(model.code);
    if (other === undefined) byCode.set(model.code, model);
    else if (JSON.stringify(other) !== JSON.stringify(model)) {
      scope.report({
        place: `error ${model.code}`,
        expected: "one meaning of a code",
        found: "two errors with this code that differ",
        fix: "declare it once and use that everywhere, or rename one",
      });
    }
    return model.code;
  };
  return { add, models: () => Object.fromEntries(byCode) };
}

function isErrorDefinition(value: unknown): value is { readonly code: unknown; readonly options: unknown } {
  return (
    typeof value === "function" &&
    "kind" in value &&
    value.kind === "error" &&
    "code" in value &&
    "options" in value
  );
}

function compileError(error: unknown, place: string, scope: Scope): ErrorModel | undefined {
  if (!isErrorDefinition(error)) {
    scope.report({
      place,
      expected: 'an error made by error("code", { status })',
      found: show(error),
      fix: "declare the error and list it here; errors of Concordat itself need no listing",
    });
    return undefined;
  }
  const { code } = error;
  const at = `error ${typeof code === "string" ? code : show(code)}`;
  if (!checkSnakeCase(code, { place: at, report: scope.report })) return undefined;
  if (Object.hasOwn(CODES, code)) {
    scope.report({
      place: at,
      expected: "a code that Concordat does not use itself",
      found: show(code),
      fix: `rename it; to answer ${code}, throw new ApiError("${code}", …) without declaring it`,
    });
  }
  const known = ["status", "data", "title", "message"];
  const read = readOptions(error.options, `${at}, `, { known, report: scope.report });
  const status = read.integer("status", 400, 499);
  if (status === undefined && read.has("status")) return undefined;
  if (status === undefined || codeForStatus(status) === undefined) {
    scope.report({
      place: `${at}, status`,
      expected: "an HTTP status of the table of error codes",
      found: show(status),
      fix: "choose one of 400, 403, 404, 409, 410, 412, 422",
    });
    return undefined;
  }
  const given = isRecord(error.options) ? error.options.data : undefined;
  const data = given === undefined ? undefined : compileObject(given, `${at}, data`, scope);
  const message = read.text("message");
  return {
    code,
    status,
    title: read.text("title") ?? toTitle(code),
    ...(message === undefined ? {} : { message }),
    ...(data === undefined ? {} : { data }),
  };
}
