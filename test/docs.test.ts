import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type CodeBlock, type MarkdownDocument, readDocuments } from "./support/markdown.ts";
import { type RunningCli, runCli, startCli } from "./support/run-cli.ts";
import { ROOT } from "./support/source.ts";

const documents = readDocuments();
mkdirSync(join(ROOT, ".concordat"), { recursive: true });
const COMMANDS = ["init", "dev", "serve", "check", "emit", "lock", "migrate", "crash", "keys"];
const scripts = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).scripts as Record<
  string,
  string
>;

test("every link inside the project leads somewhere", () => {
  const dead: string[] = [];
  for (const { path, text } of documents) {
    for (const [, target = ""] of withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^(https?:|mailto:|#)/.test(target)) continue;
      const file = join(ROOT, dirname(path), decodeURI(target.replace(/#.*$/, "")));
      if (!existsSync(file)) dead.push(`${path} → ${target}`);
    }
  }
  assert.deepEqual(dead, []);
});

test("ARCHITECTURE.md names functions that are where it says", () => {
  const text = documents.find(({ path }) => path === "ARCHITECTURE.md")?.text ?? "";
  const places = [...text.matchAll(/`(\w+)`[\s|]+\(?(src\/[\w/.-]+\.ts)/g)];
  assert.ok(places.length > 20, "the journey is told");
  const wrong = places.filter(([, name, file = ""]) => {
    const path = join(ROOT, file);
    return !existsSync(path) || !new RegExp(`\\b${name}\\b`).test(readFileSync(path, "utf8"));
  });
  assert.deepEqual(
    wrong.map(([place]) => place),
    [],
  );
});

test("README's first example is a service that starts as it stands", async (t) => {
  const example = documents.find(({ path }) => path === "README.md")?.blocks[0];
  assert.ok(example?.language === "ts" && example.code.split("\n").length < 36, "about 30 lines");
  // Inside the checkout, where `concordat` resolves to it.
  const folder = mkdtempSync(join(ROOT, ".concordat", "readme-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "notes.ts"), example.code);
  const dev = startCli(["dev", "notes.ts", "--port", "0", "--no-watch", "--data", "memory"], {
    cwd: folder,
    test: t,
  });
  const [, url] = await dev.until(/ on (http:\S+)/);
  assert.equal((await fetch(`${url}/v1/notes`)).status, 200);
  assert.equal((await fetch(`${url}/v1/notes`, { method: "POST" })).status, 401);
});

test("every TypeScript block type-checks", async () => {
  // Inside the checkout, so that `concordat` resolves to it; .concordat is nobody's source.
  const folder = join(ROOT, ".concordat", `docs-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  try {
    for (const { path, blocks } of documents) {
      const place = join(folder, path.replace(/\.md$/, ""));
      for (const block of blocks.filter(({ language }) => language === "ts")) {
        mkdirSync(place, { recursive: true });
        // A block that names its file can be imported by the document's other blocks.
        const name = /^\/\/ ([\w-]+\.ts)\b/.exec(block.code)?.[1] ?? `line-${block.line}.ts`;
        writeFileSync(join(place, name), `${block.code}\nexport {};\n`);
      }
    }
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({
        extends: "../../tsconfig.json",
        // README's blocks import the examples as from where README is.
        compilerOptions: { rootDirs: ["README", "../.."] },
        include: ["**/*.ts"],
        exclude: [],
      }),
    );
    const { output } = await run("tsc", ["-p", folder, "--pretty", "false"], ROOT);
    // Mistakes elsewhere are the business of `npm run types`.
    const [, ...mistakes] = output.split(/^\.concordat\/docs-\d+\//m);
    assert.deepEqual(mistakes, []);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("every JSON block is JSON", () => {
  for (const { blocks } of documents) {
    for (const block of blocks.filter(({ language }) => language === "json")) {
      assert.doesNotThrow(() => JSON.parse(block.code), `${block.document}:${block.line}`);
    }
  }
});

test("npm scripts and concordat commands in documents exist, with their options", async () => {
  const help = new Map<string, string>();
  for (const command of COMMANDS) help.set(command, (await runCli([command, "--help"])).stdout);
  for (const { document, line, code } of documents.flatMap(shellLines)) {
    const place = `${document}:${line}: ${code}`;
    const npm = /^npm (?:run ([\w:-]+)|(test|start)\b)/.exec(code);
    // The starter's README speaks of the scripts of the project that `init` makes; the package test runs those.
    if (npm !== null && !document.startsWith("examples/starter"))
      assert.ok(scripts[npm[1] ?? npm[2] ?? ""], place);
    const cli = /^(?:\w+=\S+ )*(?:npx |npm run )?concordat (?:-- )?(\w+)(.*)$/.exec(code);
    if (cli === null || cli[1] === undefined || cli[1].startsWith("-")) continue;
    const text = help.get(cli[1]);
    assert.ok(text, place);
    for (const [, option = ""] of (cli[2] ?? "").matchAll(/\s--(?:no-)?([\w-]+)/g)) {
      assert.match(text, new RegExp(`^ {2}--${option}\\b`, "m"), place);
    }
  }
});

test("docs/guide/cli.md names every command, option and exit code", async () => {
  const guide = documents.find(({ path }) => path === "docs/guide/cli.md")?.text ?? "";
  for (const command of COMMANDS) {
    assert.match(guide, new RegExp(`^## .*concordat ${command}\\b`, "m"));
    for (const [, option] of (await runCli([command, "--help"])).stdout.matchAll(/^ {2}(--[\w-]+)/gm)) {
      assert.ok(guide.includes(`\`${option}`), `${command} ${option}`);
    }
  }
  for (const code of [0, 1, 2, 3]) assert.match(guide, new RegExp(`^\\| ${code} \\|`, "m"));
});

describe("shell blocks of the guides run against their service and print what the documents say", () => {
  let folder: string;
  const started = new Map<string, { readonly cli: RunningCli; readonly url: string }>();

  before(() => {
    // Inside the checkout, where `concordat` resolves to it.
    folder = mkdtempSync(join(ROOT, ".concordat", "guides-"));
  });
  after(async () => {
    for (const { cli } of started.values()) {
      cli.child.kill("SIGTERM");
      await cli.finished;
    }
    rmSync(folder, { recursive: true, force: true });
  });

  /** URL of the service that a document speaks of: one of its own blocks where it starts that, else the clinic. */
  async function urlOf(document: MarkdownDocument): Promise<string> {
    const own = ownService(document);
    const name = own === undefined ? "clinic" : `${document.path.replaceAll("/", "-")}-${own.name}`;
    const known = started.get(name);
    if (known !== undefined) return known.url;
    const place = join(folder, name.replace(/\.ts$/, ""));
    mkdirSync(place, { recursive: true });
    if (own !== undefined) writeFileSync(join(place, own.name), own.code);
    const service = own?.name ?? join(ROOT, "examples/clinic");
    const cli = startCli(["dev", service, "--port", "0", "--no-watch"], { cwd: place });
    await cli.until(/ on http:\S+/);
    const { url } = JSON.parse(readFileSync(join(place, ".concordat/dev.json"), "utf8"));
    started.set(name, { cli, url });
    return url;
  }

  for (const document of documents.filter(({ path }) => /^(README|docs\/guide\/.*)\.md$/.test(path))) {
    const blocks = document.blocks.filter(({ language }) => language === "sh");
    if (!blocks.some(({ code }) => /^\s*curl /m.test(code))) continue;
    test(document.path, async () => {
      const url = await urlOf(document);
      const script = blocks.map((block) => `${runnable(block.code)}\necho; echo '${MARK}'`).join("\n");
      const { exitCode, output } = await run(
        "bash",
        ["-euo", "pipefail", "-c", script.replaceAll(/http:\/\/(?:localhost|127\.0\.0\.1):4000/g, url)],
        ownService(document) === undefined ? join(folder, "clinic") : folder,
      );
      assert.equal(exitCode, 0, output);
      const outputs = output.split(`${MARK}\n`);
      for (const [index, block] of blocks.entries()) {
        const expected = outputBlock(document, block);
        if (expected !== undefined) assertShows(expected, outputs[index] ?? "", url);
      }
    });
  }
});

const MARK = "---8<---";

/** The block that a document tells its reader to start: `concordat dev blog.ts`. */
function ownService({
  blocks,
}: MarkdownDocument): { readonly name: string; readonly code: string } | undefined {
  for (const { language, code } of blocks) {
    const name = language === "sh" ? /\bconcordat dev ([\w-]+\.ts)\b/.exec(code)?.[1] : undefined;
    const block = blocks.find((each) => name !== undefined && each.code.startsWith(`// ${name}\n`));
    if (name !== undefined && block !== undefined) return { name, code: block.code };
  }
  return undefined;
}

/** The document's text without fenced blocks and inline code. */
function withoutCode(text: string): string {
  return text.replaceAll(/^\s*```[\s\S]*?^\s*```/gm, "").replaceAll(/`[^`\n]*`/g, "");
}

function shellLines({ path, blocks }: MarkdownDocument): { document: string; line: number; code: string }[] {
  return blocks
    .filter(({ language }) => language === "sh")
    .flatMap((block) =>
      block.code
        .split("\n")
        .map((code, index) => ({ document: path, line: block.line + 1 + index, code: code.trim() })),
    );
}

/** The block's lines that can run here: installing and starting is what the test has done already. */
function runnable(code: string): string {
  return code
    .split("\n")
    .filter((line) => !/^\s*(?:\w+=\S+ )*(?:npm|npx|cd|git|concordat)\b/.test(line))
    .join("\n");
}

/** The json, http or text block that follows a shell block with nothing but blank lines between: its output. */
function outputBlock(document: MarkdownDocument, block: CodeBlock): CodeBlock | undefined {
  const next = document.blocks[document.blocks.indexOf(block) + 1];
  if (next === undefined || !["json", "http", "text"].includes(next.language)) return undefined;
  const between = document.text
    .split("\n")
    .slice(block.line + block.code.split("\n").length - 1, next.line - 1);
  return between.slice(1).every((line) => line.trim() === "") ? next : undefined;
}

/** Every line (http, text) or member (json) shown must be there; `…` stands for anything. */
function assertShows(block: CodeBlock, output: string, url: string): void {
  const place = `${block.document}:${block.line}\n${output}`;
  const code = block.code.replaceAll(/http:\/\/(?:localhost|127\.0\.0\.1):4000/g, url);
  if (block.language === "json") {
    assertIncludes(JSON.parse(output.slice(output.search(/[[{]/))), JSON.parse(code), place);
    return;
  }
  const lines = output.split("\n").map((line) => line.trimEnd());
  for (const line of code.split("\n").map((each) => each.trimEnd())) {
    if (line === "" || line === "…") continue;
    assert.ok(
      lines.some((each) => wildcard(line).test(each)),
      `${line}\nis not in the output of ${place}`,
    );
  }
}

function assertIncludes(actual: unknown, expected: unknown, place: string): void {
  if (typeof expected === "string" && expected.includes("…")) {
    assert.match(String(actual), wildcard(expected), place);
  } else if (Array.isArray(expected)) {
    assert.ok(Array.isArray(actual), place);
    if (expected.at(-1) !== "…") assert.equal(actual.length, expected.length, place);
    for (const [index, item] of expected.entries())
      if (item !== "…") assertIncludes(actual[index], item, place);
  } else if (typeof expected === "object" && expected !== null) {
    assert.ok(typeof actual === "object" && actual !== null, place);
    for (const [key, value] of Object.entries(expected)) {
      if (key === "…") continue;
      assertIncludes((actual as Record<string, unknown>)[key], value, `${key} in ${place}`);
    }
  } else {
    assert.deepEqual(actual, expected, place);
  }
}

function wildcard(text: string): RegExp {
  return new RegExp(
    `^${text
      .split("…")
      .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"))
      .join(".*")}$`,
    "i",
  );
}

function run(
  command: string,
  args: string[],
  cwd: string,
): Promise<{ exitCode: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text) => (output += text));
    child.on("close", (exitCode) => resolve({ exitCode, output }));
  });
}
