/**
 * Runs the project's tests: `node --conditions=source test/run.ts [--long] [text …]`. Texts select files whose path
 * contains one of them. Prints a line per file, then failures, what was skipped and why, and node's own counts.
 */
import { globSync } from "node:fs";
import { join, relative } from "node:path";
import { run } from "node:test";
import { inspect, parseArgs } from "node:util";

const ROOT = join(import.meta.dirname, "..");
const PATTERNS = ["src/**/*.test.ts", "test/**/*.test.ts", "examples/**/*.test.ts"];

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

const failures: string[] = [];
const skips = new Map<string, string[]>();
const output = new Map<string, string[]>();
const counts: string[] = [];
const short = (file: string | undefined) => (file === undefined ? "" : relative(ROOT, file));

const events = run({
  files: files.map((file) => join(ROOT, file)),
  cwd: ROOT,
  concurrency: 2,
  execArgv: ["--conditions=source"],
});

for await (const event of events) {
  switch (event.type) {
    case "test:stdout":
    case "test:stderr": {
      const lines = output.get(event.data.file) ?? [];
      if (lines.length === 0) output.set(event.data.file, lines);
      lines.push(event.data.message);
      break;
    }
    case "test:pass": {
      const { name, file, skip } = event.data;
      if (skip !== undefined && skip !== false) {
        const reason = typeof skip === "string" ? skip : "no reason given";
        if (reason === "no reason given") fail(file, name, "is skipped without a reason");
        const names = skips.get(reason) ?? [];
        if (names.length === 0) skips.set(reason, names);
        names.push(`${short(file)}: ${name}`);
      }
      // The runner reports a file itself as a passed test when the file registers none: such a file tests nothing.
      if (name === file) fail(file, name, "registers no test");
      break;
    }
    case "test:fail": {
      const { name, file, details } = event.data;
      if (event.data.todo !== undefined && event.data.todo !== false) break;
      const cause = details.error.cause ?? details.error;
      if (details.error.failureType === "subtestsFailed") break;
      const printed = name === file ? (output.get(file) ?? []).join("") : "";
      fail(file, name, `${typeof cause === "string" ? cause : inspect(cause)}\n${printed}`);
      break;
    }
    case "test:summary": {
      const { file, counts: of, duration_ms: duration, success } = event.data;
      if (file === undefined) break;
      const skipped = of.skipped > 0 ? `, ${of.skipped} skipped` : "";
      const failed = of.failed + of.cancelled > 0 ? `, ${of.failed + of.cancelled} failed` : "";
      console.log(
        `${success ? "✔" : "✖"} ${short(file)} (${of.passed} passed${failed}${skipped}, ${Math.round(duration)} ms)`,
      );
      break;
    }
    case "test:diagnostic":
      if (event.data.nesting === 0 && event.data.file === undefined) counts.push(event.data.message);
      break;
  }
}

for (const failure of failures) console.log(`\n${failure}`);
for (const [reason, names] of skips) {
  console.log(`\nSkipped, ${names.length}: ${reason}`);
  for (const name of names.slice(0, 8)) console.log(`  ${name}`);
  if (names.length > 8) console.log(`  … and ${names.length - 8} more`);
}
console.log("");
for (const line of counts) console.log(`ℹ ${line}`);

function fail(file: string | undefined, name: string, text: string): void {
  process.exitCode = 1;
  failures.push(`✖ ${name === file ? short(file) : `${short(file)}: ${name}`}\n${text.trimEnd()}`);
}
