import type { Model } from "../model/index.ts";
import { errorCatalogue, retryText } from "./error-catalogue.ts";

/** Writes the catalogue of error codes as Markdown: a section per code, whose anchor is the code. */
export function emitErrorDocument(model?: Model): string {
  const sections = errorCatalogue(model).map((entry) =>
    [
      `## ${entry.code}`,
      "",
      `${entry.title}. ${entry.meaning}${entry.remedy === "" ? "" : ` ${entry.remedy}`}`,
      "",
      "| HTTP | gRPC | does a retry help? |",
      "|---|---|---|",
      `| ${entry.http} | ${entry.grpc} | ${retryText(entry.retry)} |`,
    ].join("\n"),
  );
  return `${[HEAD, ...sections].join("\n\n")}\n`;
}

const HEAD = `# Error codes

<!-- Written from src/base/errors/codes.ts and src/contract/emit/error-catalogue.ts; \`UPDATE_DOCS=1 npm test error-document\` writes it again. -->

Every error answer on REST is \`application/problem+json\` (RFC 9457) with \`type\`, \`title\`, \`status\`, \`detail\`,
\`instance\`, \`code\` and \`requestId\`; \`errors\` lists every violation where the input is at fault, and \`data\` holds
the typed data of errors that a contract declares. Decide by \`code\`: codes are stable, texts are not. \`type\` is the
path of a page on the same server that explains the code.

An error that a contract declares has a code of its own and takes its gRPC status from the first built-in code with the
same HTTP status; a retry helps only with 408 and 429. \`499\` is written to logs only: the caller has gone.`;
