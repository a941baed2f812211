import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { formatMistake } from "../src/base/errors/index.ts";
import { compile } from "../src/contract/model/index.ts";
import { resource, t } from "../src/index.ts";
import { readDocuments } from "./support/markdown.ts";
import { contractOf, mistakesOf } from "./support/mistakes.ts";
import { ROOT } from "./support/source.ts";

const folder = join(ROOT, ".concordat", `contract-guide-${process.pid}`);
after(() => rmSync(folder, { recursive: true, force: true }));

const guide = readDocuments().find(({ path }) => path === "docs/guide/contract.md");

test("the contracts in docs/guide/contract.md compile", async () => {
  mkdirSync(folder, { recursive: true });
  const compiled: string[] = [];
  for (const { language, code } of guide?.blocks ?? []) {
    const name = /^\/\/ ([\w-]+\.ts)/.exec(code)?.[1];
    if (language !== "ts" || name === undefined) continue;
    writeFileSync(join(folder, name), code);
    const module: Record<string, unknown> = await import(join(folder, name));
    for (const value of Object.values(module)) {
      if (isApi(value)) compiled.push(compile(value).name);
    }
  }
  assert.deepEqual(compiled, ["library", "desks"]);
});

test("the mistake that docs/guide/contract.md shows is told in these words", () => {
  const Loan = resource(
    "loan",
    {
      id: t.id("lon"),
      book: t.string(),
      reader: t.string(),
      dueOn: t.date(),
      status: t.enum(["open"]),
    },
    { list: { filter: ["stauts" as "status"] } },
  );
  const [mistake] = mistakesOf(contractOf({ resources: [Loan] }));
  const text = mistake ? formatMistake(mistake) : "no mistake";
  assert.ok(guide?.text.includes(text), text);
});

function isApi(value: unknown): value is Parameters<typeof compile>[0] {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "api";
}
