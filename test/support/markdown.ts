import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./source.ts";

/** A fenced block of a document. */
export interface CodeBlock {
  readonly document: string;
  /** Line of the opening fence, from 1. */
  readonly line: number;
  /** Language after the fence: `ts`, `sh`, `json`, … */
  readonly language: string;
  readonly code: string;
}

/** A document of the project. */
export interface MarkdownDocument {
  /** From the root: `docs/guide/cli.md`. */
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly CodeBlock[];
}

/** Reads the documents that users and contributors read. */
export function readDocuments(): MarkdownDocument[] {
  const paths = globSync(["*.md", "docs/**/*.md", "examples/**/*.md", "bench/*.md"], {
    cwd: ROOT,
    exclude: ["**/node_modules/**", "**/.concordat/**"],
  });
  return paths.sort().map((path) => {
    const text = readFileSync(join(ROOT, path), "utf8");
    return { path, text, blocks: codeBlocks(path, text) };
  });
}

function codeBlocks(document: string, text: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: { line: number; language: string; indent: string; lines: string[] } | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    const fence = /^(\s*)```(\w*)/.exec(line);
    if (open === undefined) {
      if (fence !== null)
        open = { line: index + 1, language: fence[2] ?? "", indent: fence[1] ?? "", lines: [] };
    } else if (fence !== null) {
      blocks.push({ document, line: open.line, language: open.language, code: `${open.lines.join("\n")}\n` });
      open = undefined;
    } else {
      open.lines.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line);
    }
  }
  return blocks;
}
