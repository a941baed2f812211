import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { concordatProject } from "./concordat.ts";
import { orpcProject } from "./orpc.ts";

const PER_RESOURCE = 6;
const PER_FILE = 10;

const PROJECTS = { concordat: concordatProject, orpc: orpcProject };

export type ProjectName = keyof typeof PROJECTS;

/** What `tsc --extendedDiagnostics` says of one run. */
export interface TypeCheck {
  readonly seconds: number;
  readonly megabytes: number;
  readonly instantiations: number;
  readonly types: number;
}

const ROOT = join(import.meta.dirname, "..", "..");

/** Writes projects of so many operations, with handlers and client calls, into an empty folder of this checkout. */
export function writeProjects(folder: string, names: readonly ProjectName[], operations: number): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  // What users get: the built package with its declarations.
  tsc("-p", join(ROOT, "tsconfig.build.json"), "--outDir", join(folder, "dist"));
  const types = (path: string) => ({ types: `./dist/${path}.d.ts` });
  const manifest = {
    name: "concordat",
    type: "module",
    exports: { ".": types("index"), "./client": types("edge/client/index") },
  };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  for (const name of names) {
    mkdirSync(join(folder, name));
    const files = PROJECTS[name](Math.ceil(operations / PER_RESOURCE), PER_FILE);
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, name, file), text);
    writeFileSync(
      join(folder, name, "tsconfig.json"),
      JSON.stringify({ compilerOptions: COMPILER_OPTIONS, include: ["*.ts"] }),
    );
  }
}

const COMPILER_OPTIONS = {
  target: "es2024",
  module: "nodenext",
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  verbatimModuleSyntax: true,
  allowImportingTsExtensions: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  types: ["node"],
};

/** Type-checks one of the projects. Throws with what tsc printed if it finds anything wrong. */
export function checkTypes(folder: string, name: ProjectName, ...flags: readonly string[]): TypeCheck {
  const text = tsc("-p", join(folder, name, "tsconfig.json"), "--extendedDiagnostics", ...flags);
  const read = (label: string) => {
    const found = new RegExp(`^${label}:\\s+([\\d.]+)`, "m").exec(text);
    if (found === null) throw new RangeError(`tsc printed no ${label}:\n${text}`);
    return Number(found[1]);
  };
  return {
    seconds: read("Total time"),
    megabytes: Math.round(read("Memory used") / 1024),
    instantiations: read("Instantiations"),
    types: read("Types"),
  };
}

function tsc(...flags: readonly string[]): string {
  const path = join(ROOT, "node_modules", ".bin", "tsc");
  const { status, stdout, stderr } = spawnSync(path, flags, {
    cwd: ROOT,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (status !== 0)
    throw new RangeError(`tsc ${flags.join(" ")} failed:\n${stdout.slice(0, 4000)}${stderr.slice(0, 4000)}`);
  return stdout;
}
