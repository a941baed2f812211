import { statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { EXIT } from "./command.ts";
import { CliFailure, placeOf, usageFailure } from "./failure.ts";

const EXTENSIONS = ["ts", "mts", "js", "mjs"];

/**
 * Finds the file that a command line names: the file itself, or `service.ts` (or another of `names`) in the folder.
 * Nothing named means the current folder.
 */
export function resolveModulePath(
  argument: string | undefined,
  cwd: string,
  names: readonly string[],
): string {
  if (argument === undefined) return findInFolder(cwd, names) ?? missing("this folder", names);
  const path = resolve(cwd, argument);
  const kind = statSync(path, { throwIfNoEntry: false });
  if (kind?.isFile() === true) return path;
  if (kind === undefined) throw usageFailure(`there is no file or folder ${argument}`);
  return findInFolder(path, names) ?? missing(`the folder ${argument}`, names);
}

function findInFolder(folder: string, names: readonly string[]): string | undefined {
  for (const name of names) {
    for (const extension of EXTENSIONS) {
      const candidate = join(folder, `${name}.${extension}`);
      if (statSync(candidate, { throwIfNoEntry: false })?.isFile() === true) return candidate;
    }
  }
  return undefined;
}

function missing(folder: string, names: readonly string[]): never {
  throw usageFailure(
    `${folder} has no ${names.map((name) => `${name}.ts`).join(" or ")}`,
    "name the file, or the folder it is in, such as examples/clinic",
  );
}

/** Imports an author's module; an error on the way is told with its place, not as a stack trace. */
export async function importModule(path: string, cwd: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await import(pathToFileURL(path).href);
  } catch (error) {
    throw importFailure(error, path, cwd) ?? error;
  }
}

function importFailure(error: unknown, path: string, cwd: string): CliFailure | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code }: { readonly message: string; readonly code?: unknown } = error;
  const place = placeOf(error, cwd) ?? relative(cwd, path);
  const failure = (message: string, fix?: string) =>
    new CliFailure(
      { exitCode: EXIT.wrong, message: `${place}: ${message}`, ...(fix === undefined ? {} : { fix }) },
      { cause: error },
    );
  if (code === "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX") {
    return failure(
      error.message,
      "Node.js runs TypeScript by removing types: use no enums, namespaces or parameter properties",
    );
  }
  if (error instanceof SyntaxError) return failure(error.message, "correct the syntax");
  if (code === "ERR_MODULE_NOT_FOUND") {
    const match = /^Cannot find (?:module|package) '([^']+)' imported from (.+)$/.exec(error.message);
    if (match === null) return failure(error.message);
    const [, missing = "", importer = ""] = match;
    return new CliFailure(
      {
        exitCode: EXIT.wrong,
        message: `${relative(cwd, importer)}: imports ${missing.startsWith("/") ? relative(cwd, missing) : missing}, which does not exist`,
        fix: missing.startsWith("/")
          ? "correct the path; local imports end in .ts"
          : `npm install ${missing}`,
      },
      { cause: error },
    );
  }
  return undefined;
}

/** What an author's module turned out to hold. */
export function kindOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return value === undefined ? "nothing" : typeof value;
  return "kind" in value && typeof value.kind === "string" ? value.kind : "object";
}
