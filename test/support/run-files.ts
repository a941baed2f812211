import { join, relative } from "node:path";
import { run } from "node:test";
import { inspect } from "node:util";
import { ROOT } from "./source.ts";

/** How the tests counted, in node's words. */
export interface TestCounts {
  readonly tests: number;
  readonly suites: number;
  readonly pass: number;
  readonly fail: number;
  readonly cancelled: number;
  readonly skipped: number;
  readonly todo: number;
}

/** A test that failed, and how. */
export interface TestFailure {
  readonly name: string;
  readonly text: string;
}

/** What came of one file. */
export interface FileReport {
  readonly counts: TestCounts;
  readonly failures: readonly TestFailure[];
  readonly skips: readonly { readonly name: string; readonly reason: string }[];
}

/** Longer than any file of `npm run check:long` takes. */
const FILE_TIMEOUT_MS = 3_600_000;
const NO_REASON = "no reason given";

/** Runs test files, each in a process of its own, prints a line for each, and reports them by path from the root. */
export async function runFiles(
  paths: readonly string[],
  concurrency: number,
): Promise<Map<string, FileReport>> {
  const files = new Map(paths.map((path) => [path, new OpenReport()]));
  const reportOf = (file: string | undefined) => {
    const path = file === undefined ? "" : relative(ROOT, file);
    const report = files.get(path) ?? new OpenReport();
    files.set(path, report);
    return report;
  };
  const events = run({
    files: paths.map((path) => join(ROOT, path)),
    cwd: ROOT,
    concurrency,
    // What hangs fails, instead of holding up whoever waits for the run.
    timeout: FILE_TIMEOUT_MS,
    execArgv: ["--conditions=source"],
  });
  for await (const event of events) {
    switch (event.type) {
      case "test:stdout":
      case "test:stderr":
        reportOf(event.data.file).output.push(event.data.message);
        break;
      case "test:pass": {
        const { name, file, skip, todo, details } = event.data;
        const report = reportOf(file);
        const isSkipped = skip !== undefined && skip !== false;
        if (details.type === "suite") report.counts.suites++;
        // The runner reports a file itself as a passed test when the file registers none: such a file tests nothing.
        else if (name === file) report.fail(relative(ROOT, file), "registers no test");
        else report.count(isSkipped ? "skipped" : todo !== undefined && todo !== false ? "todo" : "pass");
        if (isSkipped) {
          const reason = typeof skip === "string" ? skip : NO_REASON;
          report.skips.push({ name, reason });
          if (reason === NO_REASON) report.fail(name, "is skipped without a reason");
        }
        break;
      }
      case "test:fail": {
        const { name, file, details, todo } = event.data;
        const report = reportOf(file);
        const { error } = details;
        if (details.type === "suite") report.counts.suites++;
        if (todo !== undefined && todo !== false) {
          report.count("todo");
          break;
        }
        if (details.type !== "suite")
          report.count(error.failureType === "cancelledByParent" ? "cancelled" : "fail");
        if (error.failureType === "subtestsFailed") break;
        const cause = error.cause ?? error;
        const printed = name === file ? report.output.join("") : "";
        const text = `${typeof cause === "string" ? cause : inspect(cause)}\n${printed}`;
        report.failures.push({ name: name === file ? relative(ROOT, file) : name, text: text.trimEnd() });
        break;
      }
      case "test:diagnostic":
        // What a test says of itself; node's own counts are not nested.
        if (event.data.nesting > 0) console.log(event.data.message);
        break;
      case "test:summary": {
        const { file, duration_ms: duration } = event.data;
        if (file === undefined) break;
        const { counts, failures } = reportOf(file);
        const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : "";
        const failed = failures.length > 0 ? `, ${failures.length} failed` : "";
        const mark = failures.length === 0 ? "✔" : "✖";
        console.log(
          `${mark} ${relative(ROOT, file)} (${counts.pass} passed${failed}${skipped}, ${Math.round(duration)} ms)`,
        );
        break;
      }
    }
  }
  return files;
}

/** Adds up what files counted. */
export function sumCounts(reports: Iterable<FileReport>): TestCounts {
  const sum = noCounts();
  for (const { counts } of reports) for (const name of COUNTS) sum[name] += counts[name];
  return sum;
}

const COUNTS = ["tests", "suites", "pass", "fail", "cancelled", "skipped", "todo"] as const;

function noCounts(): Record<(typeof COUNTS)[number], number> {
  return { tests: 0, suites: 0, pass: 0, fail: 0, cancelled: 0, skipped: 0, todo: 0 };
}

class OpenReport implements FileReport {
  readonly counts = noCounts();
  readonly failures: TestFailure[] = [];
  readonly skips: { readonly name: string; readonly reason: string }[] = [];
  readonly output: string[] = [];

  count(result: "pass" | "fail" | "cancelled" | "skipped" | "todo"): void {
    this.counts.tests++;
    this.counts[result]++;
  }

  /** What node took for right. */
  fail(name: string, text: string): void {
    this.count("fail");
    this.failures.push({ name, text });
  }
}
