/**
 * Type-checks 3,000 operations with handlers and client calls, Concordat's and oRPC's of the same shape in turns: seconds,
 * memory, instantiations and types as tsc reports them (`--extendedDiagnostics`). tsc works with four checkers unless told
 * otherwise, each of which reads the contract for itself: more memory, and on four cores less time.
 * `--operations N --rounds N --json`.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { checkTypes, type ProjectName, type TypeCheck, writeProjects } from "./types/check-types.ts";

const { values: options } = parseArgs({
  options: {
    operations: { type: "string", default: "3000" },
    rounds: { type: "string", default: "3" },
    json: { type: "boolean", default: false },
  },
});

// Inside the package, so that its node_modules are found; the folder is ignored by git.
const FOLDER = join(import.meta.dirname, "..", ".concordat", "bench-types");
const PROJECTS: readonly ProjectName[] = ["concordat", "orpc"];
const FLAGS: Readonly<Record<string, readonly string[]>> = {
  "as it is": [],
  "--checkers 2": ["--checkers", "2"],
  "--singleThreaded": ["--singleThreaded"],
};

const operations = Number(options.operations);
writeProjects(FOLDER, PROJECTS, operations);
const samples: (TypeCheck & { readonly run: string })[] = [];
for (let round = 0; round < Number(options.rounds); round++) {
  for (const [how, flags] of Object.entries(FLAGS)) {
    for (const project of PROJECTS)
      samples.push({ run: `${project}, ${how}`, ...checkTypes(FOLDER, project, ...flags) });
  }
}
rmSync(FOLDER, { recursive: true, force: true });

const results = new URL("results/", import.meta.url);
mkdirSync(results, { recursive: true });
const report = { date: new Date().toISOString(), operations, samples };
writeFileSync(new URL("types.json", results), `${JSON.stringify(report, null, 1)}\n`);
if (options.json) console.log(JSON.stringify(report));
else {
  console.log(`\n${operations} operations with handlers and client calls, tsc 7, medians`);
  console.table(
    Object.fromEntries(
      Object.entries(Object.groupBy(samples, ({ run }) => run)).map(([run, own = []]) => {
        const median = (pick: (sample: TypeCheck) => number) =>
          own.map(pick).sort((a, b) => a - b)[Math.floor(own.length / 2)];
        return [
          run,
          {
            seconds: median((sample) => sample.seconds),
            megabytes: median((sample) => sample.megabytes),
            instantiations: median((sample) => sample.instantiations),
            types: median((sample) => sample.types),
          },
        ];
      }),
    ),
  );
}
