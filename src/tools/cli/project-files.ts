import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

// src/tools/cli and dist/tools/cli are equally deep.
const PACKAGE_ROOT = new URL("../../../", import.meta.url);

/** What this package says of itself. */
export function readOwnPackage(): {
  readonly version: string;
  readonly devDependencies: Readonly<Record<string, string>>;
} {
  return JSON.parse(readFileSync(new URL("package.json", PACKAGE_ROOT), "utf8"));
}

/** Files of a new project by path: those of examples/starter, and what npm would not pack there. */
export function projectFiles(name: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const file of ["contract.ts", "service.ts", "service.test.ts", "README.md", "concordat.lock.json"]) {
    files.set(file, readFileSync(fileURLToPath(new URL(`examples/starter/${file}`, PACKAGE_ROOT)), "utf8"));
  }
  const readme = files.get("README.md") ?? "";
  files.set("README.md", readme.replace(/^# .*/, `# ${name}`));
  files.set(".gitignore", "node_modules/\n.concordat/\n");
  files.set("tsconfig.json", `${JSON.stringify(TSCONFIG, null, 2)}\n`);
  return files;
}

const TSCONFIG = {
  compilerOptions: {
    target: "es2024",
    module: "nodenext",
    types: ["node"],
    noEmit: true,
    strict: true,
    noUncheckedIndexedAccess: true,
    verbatimModuleSyntax: true,
    erasableSyntaxOnly: true,
    allowImportingTsExtensions: true,
  },
  include: ["*.ts"],
};

const SCRIPTS = {
  start: "concordat dev .",
  serve: "concordat serve .",
  test: "node --test",
  check: "tsc && concordat check .",
};

/** The placeholder that `npm init` writes; it is nobody's decision. */
const NPM_PLACEHOLDER = 'echo "Error: no test specified" && exit 1';

/** The parts of a package.json that a project needs. */
export interface PackageJson {
  name?: string;
  type?: string;
  scripts?: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  allowScripts?: Record<string, boolean>;
  [key: string]: unknown;
}

/** Adds what a Concordat project needs and is not there; changes nothing that is. Names what it added. */
export function completePackageJson(
  given: PackageJson | undefined,
  name: string,
): { readonly json: PackageJson; readonly added: readonly string[] } {
  const own = readOwnPackage();
  const added: string[] = [];
  const merge = <T>(what: string, present: Record<string, T> | undefined, wanted: Record<string, T>) => {
    const result: Record<string, T> = { ...present };
    for (const [key, value] of Object.entries(wanted)) {
      if (result[key] !== undefined && result[key] !== NPM_PLACEHOLDER) continue;
      result[key] = value;
      added.push(`${what}.${key}`);
    }
    return result;
  };
  const pinned = (packages: readonly string[]) =>
    Object.fromEntries(packages.map((each) => [each, own.devDependencies[each] ?? "*"]));
  const json: PackageJson = { ...(given ?? { name, private: true }) };
  if (json.type === undefined) {
    json.type = "module";
    added.push("type");
  }
  json.scripts = merge("scripts", json.scripts, SCRIPTS);
  json.dependencies = merge("dependencies", json.dependencies, { concordat: `^${own.version}` });
  json.devDependencies = merge(
    "devDependencies",
    json.devDependencies,
    // `node` is Node.js itself: the scripts run the same version everywhere, whatever the machine has.
    pinned(["@types/node", "node", "typescript"]),
  );
  // It fetches the binary; newer versions of npm ask before they run a package's scripts.
  json.allowScripts = merge("allowScripts", json.allowScripts, { node: true });
  return { json, added };
}
