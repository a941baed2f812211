/**
 * Runs the behaviour suite and prints its table: `npm run behaviour`. With `--write` it writes
 * docs/reference/behaviour.md from the list instead; other arguments select scenarios by regular expressions over their names.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "node:test";
import { inspect } from "node:util";
import type { Place, Scenario } from "./scenario.ts";
import { scenariosOf } from "./scenarios/index.ts";
import { formatDocument, formatResults, PLACES, type Result } from "./table.ts";
import { model } from "./world.ts";

const scenarios = scenariosOf(model);

if (process.argv.includes("--write")) {
  const path = join(import.meta.dirname, "../../docs/reference/behaviour.md");
  writeFileSync(path, formatDocument(scenarios));
  console.log(`Wrote ${scenarios.length} scenarios to docs/reference/behaviour.md`);
  process.exit();
}

const wanted = process.argv.slice(2);
const results = new Map<string, Result>();
const failures: string[] = [];

const events = run({
  files: [join(import.meta.dirname, "behaviour.test.ts")],
  execArgv: ["--conditions=source"],
  ...(wanted.length === 0 ? {} : { testNamePatterns: wanted.map((text) => new RegExp(text)) }),
});
for await (const event of events) {
  if (event.type === "test:pass") {
    const { name, skip } = event.data;
    results.set(name, typeof skip === "string" ? { skipped: skip } : "passed");
  } else if (event.type === "test:fail") {
    const { name, details } = event.data;
    if (details.error.failureType === "subtestsFailed") continue;
    results.set(name, "failed");
    const cause = details.error.cause ?? details.error;
    failures.push(`✖ ${name}\n${cause instanceof Error ? cause.message : inspect(cause)}`);
  }
}

const resultOf = (scenario: Scenario, place: Place & { title: string }) =>
  results.get(`${place.title}: ${scenario.name}`);
const ran = scenarios.filter((scenario) => PLACES.some((place) => resultOf(scenario, place) !== undefined));
console.log(formatResults(ran, resultOf));
const reasons = new Set(
  [...results.values()].flatMap((result) => (typeof result === "string" ? [] : [result.skipped])),
);
for (const reason of reasons) console.log(`\n– ${reason}`);
for (const failure of failures) console.log(`\n${failure}`);
const count = (wantedResult: Result) =>
  [...results.values()].filter((result) => result === wantedResult).length;
console.log(`\n${ran.length} scenarios: ${count("passed")} passed, ${count("failed")} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;
