/**
 * Runs the project's tests: `node --conditions=source test/run.ts [--long] [text …]`. Texts select files whose path
 * contains one of them. Prints a line per file, then failures, what was skipped and why, and the counts.
 *
 * A file that fails is run once more, alone, when the others are done. If it passes then, the run is green, and the
 * section "flaky" names what failed and how. Property tests and those that kill processes are never run again: what they
 * found once is a fault.
 */
import { globSync } from "node:fs";
import { parseArgs } from "node:util";
import { type FileReport, runFiles, sumCounts } from "./support/run-files.ts";
import { ROOT } from "./support/source.ts";

const PATTERNS = ["src/**/*.test.ts", "test/**/*.test.ts", "examples/**/*.test.ts"];
const NEVER_AGAIN = /\.property(?:\.long)?\.test\.ts$|(?:^|\/)crash[^/]*\//;

const startedAt = performance.now();
const { values, positionals } = parseArgs({ options: { long: { type: "boolean" } }, allowPositionals: true });

const files = globSync(PATTERNS, { cwd: ROOT, exclude: ["**/node_modules/**", "**/.concordat/**"] })
  .filter((file) => file.endsWith(".long.test.ts") === (values.long ?? false))
  .filter((file) => positionals.length === 0 || positionals.some((text) => file.includes(text)))
  .sort();
if (files.length === 0) {
  const kind = values.long === true ? "slow test file (*.long.test.ts)" : "test file";
  console.error(`No ${kind}${positionals.length > 0 ? ` matches ${positionals.join(", ")}` : " is there"}.`);
  process.exit(2);
}

const reports = await runFiles(files, 2);
const flaky = await runAgain([...reports].filter(hasFailed).map(([path]) => path));

for (const [path, { failures }] of reports) {
  for (const { name, text } of failures) console.log(`\n✖ ${titleOf(path, name)}\n${text}`);
}
printSkips();
if (flaky.size > 0) {
  console.log(
    `\n!!! Flaky, ${flaky.size}: failed beside the others, passed alone. Mend each, it is a fault.`,
  );
  for (const [path, { failures }] of flaky) {
    for (const { name, text } of failures) console.log(`\nflaky: ${titleOf(path, name)}\n${text}`);
  }
}
console.log("");
for (const [name, count] of Object.entries(sumCounts(reports.values()))) console.log(`ℹ ${name} ${count}`);
console.log(`ℹ flaky ${flaky.size}`);
console.log(`ℹ duration_ms ${Math.round(performance.now() - startedAt)}`);
const seed = process.env.SEED ?? (process.env.CI === "true" ? "1" : "another in each run");
console.log(`ℹ seed of property tests ${seed}`);
if ([...reports].some(hasFailed)) process.exitCode = 1;

/** Runs failed files alone. The later report takes the first one's place; those that passed now are returned as they failed. */
async function runAgain(failed: readonly string[]): Promise<Map<string, FileReport>> {
  const recovered = new Map<string, FileReport>();
  const again = failed.filter((path) => files.includes(path) && !NEVER_AGAIN.test(path));
  if (again.length > 0) console.log(`\nOnce more, alone: ${again.join(", ")}`);
  for (const path of again) {
    const first = reports.get(path);
    const second = (await runFiles([path], 1)).get(path);
    if (first === undefined || second === undefined) continue;
    reports.set(path, second);
    if (second.failures.length === 0) recovered.set(path, first);
  }
  return recovered;
}

function hasFailed([, { failures }]: readonly [string, FileReport]): boolean {
  return failures.length > 0;
}

function printSkips(): void {
  const byReason = new Map<string, string[]>();
  for (const [path, { skips }] of reports) {
    for (const { name, reason } of skips) {
      const names = byReason.get(reason) ?? [];
      byReason.set(reason, [...names, `${path}: ${name}`]);
    }
  }
  for (const [reason, names] of byReason) {
    console.log(`\nSkipped, ${names.length}: ${reason}`);
    for (const name of names.slice(0, 8)) console.log(`  ${name}`);
    if (names.length > 8) console.log(`  … and ${names.length - 8} more`);
  }
}

function titleOf(path: string, name: string): string {
  return name === path ? path : `${path}: ${name}`;
}
