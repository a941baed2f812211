import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import type { Command } from "../command.ts";
import { environmentFailure } from "../failure.ts";
import { completePackageJson, type PackageJson, projectFiles } from "../project-files.ts";

/** `concordat init`: a new project. */
export const init: Command = {
  name: "init",
  summary: "Make a new project that runs and passes its own tests",
  usage: "[folder]",
  maxArguments: 1,
  details:
    "Writes contract.ts, service.ts, service.test.ts, README.md, tsconfig.json and .gitignore, and completes package.json.\n" +
    "Never overwrites: where one of the files is there already, it names it and writes nothing.",
  options: {},
  examples: [
    ["concordat init", "In this folder"],
    ["concordat init shop", "In a new folder"],
  ],
  run: async ({ arguments: [target = "."], terminal, cwd }) => {
    const folder = resolve(cwd, target);
    const name = packageName(basename(folder));
    const files = projectFiles(name);
    const present = [...files.keys()].filter((file) => existsSync(join(folder, file)));
    if (present.length > 0) {
      throw environmentFailure(
        `${relative(cwd, folder) || "this folder"} already has ${present.join(", ")}; nothing was written`,
        "choose another folder: concordat init <folder>",
      );
    }
    const given = readPackageJson(folder);
    if (given?.type !== undefined && given.type !== "module") {
      throw environmentFailure(
        `package.json says "type": "${given.type}"; nothing was written`,
        "npm pkg set type=module, then run this again",
      );
    }
    const { json, added } = completePackageJson(given, name);
    mkdirSync(folder, { recursive: true });
    for (const [file, text] of files) writeFileSync(join(folder, file), text, { flag: "wx" });
    writeFileSync(join(folder, "package.json"), `${JSON.stringify(json, null, 2)}\n`);

    terminal.result({ ok: true, folder, files: [...files.keys()], packageJson: added });
    for (const file of files.keys()) terminal.print(`  ${terminal.style("green", "+")} ${file}`);
    if (added.length > 0) {
      terminal.print(
        `  ${terminal.style("green", "+")} package.json${given === undefined ? "" : `: ${added.join(", ")}`}`,
      );
    }
    terminal.print("");
    terminal.print("Next:");
    if (folder !== cwd) terminal.print(`  cd ${relative(cwd, folder)}`);
    terminal.print("  npm install");
    terminal.print("  npm test");
    terminal.print("  npm start");
  },
};

function readPackageJson(folder: string): PackageJson | undefined {
  const path = join(folder, "package.json");
  if (!existsSync(path)) return undefined;
  try {
    const json: PackageJson = JSON.parse(readFileSync(path, "utf8"));
    return json;
  } catch (error) {
    throw environmentFailure(
      "package.json is not valid JSON; nothing was written",
      "correct it first",
      error,
    );
  }
}

/** A folder's name as npm allows it. */
function packageName(folder: string): string {
  const name = folder
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  return name === "" ? "my-api" : name;
}
