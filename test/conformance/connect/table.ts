import type { CaseResult } from "./run-cases.ts";

const PROTOCOLS = ["grpc", "grpc-web", "connect"] as const;

/** Writes what passes as a table: suites down, protocols across, each cell passed / run. */
export function formatTable(results: readonly CaseResult[]): string {
  const suites = [...new Set(results.map(({ testCase }) => testCase.suite))].sort();
  const cell = (of: readonly CaseResult[]) =>
    of.length === 0 ? "" : `${of.filter(({ reasons }) => reasons.length === 0).length} / ${of.length}`;
  const row = (name: string, of: readonly CaseResult[]) =>
    `| ${name} | ${PROTOCOLS.map((protocol) => cell(of.filter(({ testCase }) => testCase.protocol === protocol))).join(" | ")} | ${cell(of)} |`;
  return [
    "| suite | gRPC | gRPC-Web | Connect | all |",
    "|---|---|---|---|---|",
    ...suites.map((suite) =>
      row(
        suite,
        results.filter(({ testCase }) => testCase.suite === suite),
      ),
    ),
    row("**all**", results),
  ].join("\n");
}

/** Names each failure with its reason, a line each. */
export function formatFailures(results: readonly CaseResult[]): string[] {
  return results
    .filter(({ reasons }) => reasons.length > 0)
    .map(({ testCase, reasons }) => {
      const { suite, name, protocol, httpVersion, codec, compression, tls } = testCase;
      const how = `${protocol}, HTTP/${httpVersion}, ${codec}, ${compression}, TLS ${tls}`;
      return `${suite}/${name} (${how}): ${reasons.join("; ")}`;
    });
}
