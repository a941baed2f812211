import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type RunningClinic, startClinic } from "./openapi-clinic.ts";

const ROOT = join(import.meta.dirname, "../..");
const TSC_OPTIONS = [
  ..."--strict --target es2024 --module nodenext --moduleResolution nodenext --outDir built --rootDir .".split(
    " ",
  ),
  ..."--noUncheckedIndexedAccess --types node --skipLibCheck".split(" "),
];

let clinic: RunningClinic;
let folder: string;

before(async () => {
  clinic = await startClinic();
  folder = await mkdtemp(join(tmpdir(), "openapi-client-"));
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  const document = await fetch(`${clinic.url}/openapi.json`);
  await writeFile(join(folder, "openapi.json"), await document.text());
});
after(async () => {
  await clinic.close();
  await rm(folder, { recursive: true });
});

test("a client of openapi-typescript and openapi-fetch compiles and calls the clinic", {
  timeout: 180_000,
}, async () => {
  const project = await copyProgram("openapi-fetch");
  await run(
    join(generatorFolder("openapi-typescript"), "bin/cli.js"),
    ["../openapi.json", "-o", "api.d.ts"],
    project,
  );
  await compileAndRun(project, clinic.slots.slice(0, 2));
});

test("a client of @hey-api/openapi-ts compiles and calls the clinic", { timeout: 180_000 }, async () => {
  const project = await copyProgram("hey-api");
  const typescript = join(import.meta.dirname, "generators/use-typescript-5.mjs");
  const generator = join(generatorFolder("@hey-api/openapi-ts"), "dist/run.mjs");
  const input = ["--input", "../openapi.json", "--output", "api", "--client", "@hey-api/client-fetch"];
  await run("--import", [typescript, generator, ...input], project);
  await compileAndRun(project, clinic.slots.slice(2, 4));
});

/** Where npm has put a generator: beside its TypeScript, or with everything else. */
function generatorFolder(name: string): string {
  const own = join(import.meta.dirname, "generators/node_modules", name);
  return existsSync(own) ? own : join(ROOT, "node_modules", name);
}

/** Makes a folder with the program of a consumer in it. */
async function copyProgram(name: string): Promise<string> {
  const project = join(folder, name);
  await mkdir(project);
  await copyFile(join(import.meta.dirname, `clients/${name}.txt`), join(project, "main.ts"));
  return project;
}

async function compileAndRun(project: string, slots: readonly string[]): Promise<void> {
  await run(join(ROOT, "node_modules/typescript/bin/tsc"), [...TSC_OPTIONS, "main.ts"], project);
  const output = await run("built/main.js", [clinic.url, clinic.patientKey, ...slots], project);
  assert.match(output, /all well/);
}

/** Runs a program with this Node and returns what it printed; what it says of its failure is in the error. */
function run(program: string, parameters: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [program, ...parameters],
      { cwd, maxBuffer: 8_388_608 },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new Error(`${program}: ${stdout}${stderr}`.slice(0, 4000)));
      },
    );
  });
}
