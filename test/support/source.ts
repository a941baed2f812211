import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** The project's root folder. */
export const ROOT = join(import.meta.dirname, "..", "..");

/** A TypeScript file of the project. */
export interface SourceFile {
  /** From the root, with `/`: `src/base/lib/json.ts`. */
  readonly path: string;
  readonly text: string;
  /** Text with comments blanked out and lines kept. */
  readonly code: string;
  readonly lines: number;
  /** Paths of the files it imports, type imports included. */
  readonly imports: readonly string[];
  /** Packages it imports, and `node:` modules. */
  readonly packages: readonly string[];
}

/** Reads every file that matches, in alphabetic order; files of installed packages are left out. */
export function readSources(...patterns: string[]): SourceFile[] {
  const paths = globSync(patterns, { cwd: ROOT, exclude: ["**/node_modules/**", "**/.concordat/**"] });
  return paths.sort().map((path) => readSource(path));
}

function readSource(path: string): SourceFile {
  const text = readFileSync(join(ROOT, path), "utf8");
  const code = blankComments(text);
  const specifiers = new Set<string>();
  for (const pattern of IMPORTS) for (const match of code.matchAll(pattern)) specifiers.add(match[1] ?? "");
  const imports: string[] = [];
  const packages: string[] = [];
  for (const specifier of specifiers) {
    if (specifier.startsWith(".")) {
      imports.push(relative(ROOT, join(ROOT, dirname(path), specifier)));
    } else {
      packages.push(specifier.startsWith("node:") ? specifier : packageOf(specifier));
    }
  }
  return { path, text, code, lines: text.split("\n").length - 1, imports, packages };
}

/** `import … from "x"`, `export … from "x"`, `import "x"` at the start of a line, and `import("x")` anywhere. */
const IMPORTS = [
  /^(?:import|export)\b[^;"'`]*?\bfrom\s+"([^"]+)"/gm,
  /^import\s+"([^"]+)"/gm,
  /\bimport\(\s*"([^"]+)"/g,
];

function packageOf(specifier: string): string {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

/** Comments become spaces; strings, templates and regular expressions stay as they are. */
function blankComments(text: string): string {
  return text.replaceAll(
    /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|(?<=[=(,:!&|?]\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*)|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g,
    (match, kept: string | undefined) => kept ?? match.replaceAll(/[^\n]/g, " "),
  );
}
