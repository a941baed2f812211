/**
 * Runs the public Connect conformance cases for servers against our transport and prints what passes:
 * `node --conditions=source test/conformance/connect/run.ts [--write]`; with `--write` the tables go to
 * docs/reference/connect-conformance.md.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type Case, expandCases, STREAM_TYPE } from "./cases.ts";
import { type CaseResult, runCases } from "./run-cases.ts";
import { formatFailures, formatTable } from "./table.ts";
import { findVectors, readVectors } from "./vectors.ts";

const { values } = parseArgs({ options: { write: { type: "boolean" } } });
const folder = findVectors();
if (folder === undefined) {
  console.error("shared/vectors/connect-conformance is not beside the checkout.");
  process.exit(2);
}
const vectors = readVectors(folder);
const results = await runCases(vectors, expandCases(vectors));

/** What the suite's own runner makes of these files for a server with its default features. */
const isDefault = ({ compression, tls, httpVersion, streamType }: Case) =>
  (compression === "identity" || compression === "gzip") &&
  tls === "none" &&
  !(httpVersion === "1.1" && streamType === STREAM_TYPE.halfDuplex);

const parts: readonly [string, (testCase: Case) => boolean][] = [
  ["The suite's default features", isDefault],
  [
    "Half-duplex streams over HTTP/1.1, in cleartext",
    ({ httpVersion, streamType, tls, compression }) =>
      httpVersion === "1.1" &&
      streamType === STREAM_TYPE.halfDuplex &&
      tls === "none" &&
      (compression === "identity" || compression === "gzip"),
  ],
  [
    "Brotli and zstd, in cleartext",
    ({ compression, tls }) => (compression === "br" || compression === "zstd") && tls === "none",
  ],
  ["Everything once more over TLS", ({ tls }) => tls === "server"],
  ["TLS with certificates of clients", ({ tls }) => tls === "client"],
];
const sections = parts.map(([title, belongs]) => {
  const of: CaseResult[] = results.filter(({ testCase }) => belongs(testCase));
  return `## ${title}\n\n${formatTable(of)}\n`;
});
const failures = formatFailures(results);
const passed = results.length - failures.length;
const summary = `${passed} of ${results.length} cases pass${failures.length === 0 ? "." : `; what fails is named below.`}`;

const text = `# Connect conformance

[connectrpc/conformance](https://github.com/connectrpc/conformance) is the public suite for gRPC, gRPC-Web and Connect. Its cases for
servers run against our transport on our port: ${summary} Each cell says passed / run. Written by
\`node --conditions=source test/conformance/connect/run.ts --write\`; the tests run all but the part over TLS with every change, and
that with \`npm run check:long\`.

The cases are the suite's files, unchanged. The runner is ours, since the suite's own needs Go: it expands the files as that does
(${results.filter(({ testCase }) => isDefault(testCase)).length} cases for a server with default features, the same number), calls by the clients of @connectrpc/connect-node, sends raw requests
over sockets, and compares what came by the same rules. Two things differ: the client is another one than the suite's, which is written
in Go and looks at the bytes of the answers too; and \`numUnsentRequests\`, what of a refused stream was not sent, is not compared, since
it is a race.

${sections.join("\n")}${failures.length === 0 ? "" : `\n## What fails\n\n${failures.map((line) => `- ${line}`).join("\n")}\n`}`;

console.log(text);
if (values.write === true) {
  writeFileSync(new URL("../../../docs/reference/connect-conformance.md", import.meta.url), text);
}
process.exit(failures.length === 0 ? 0 : 1);
