import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import spectralCore from "@stoplight/spectral-core";
import { oas } from "@stoplight/spectral-rulesets";
import fc from "fast-check";
import "../support/seed.ts";
import { UsageError } from "../../src/base/errors/index.ts";
import { stringifyJson } from "../../src/base/lib/index.ts";
import { emitJsonSchema, emitOpenApi } from "../../src/contract/emit/index.ts";
import { compile, type Model } from "../../src/contract/model/index.ts";
import { anyContract, CONTRACTS } from "./openapi-contracts.ts";

/** Warnings that a contract gives no cause to heed: it need not have a description, and has no place for a licence or a person to write to. */
const EXPECTED_WARNINGS = new Set(["info-contact", "info-description", "info-license"]);

// A random contract may be one that the compiler rightly refuses.
const anyModel: fc.Arbitrary<Model> = anyContract
  .map((contract) => {
    try {
      return compile(contract);
    } catch (refused) {
      if (refused instanceof UsageError) return undefined;
      throw refused;
    }
  })
  .filter((model) => model !== undefined);

const documentOf = (model: Model): Record<string, unknown> => JSON.parse(stringifyJson(emitOpenApi(model)));
const named = Object.entries(CONTRACTS).map(
  ([name, contract]) => [name, documentOf(compile(contract))] as const,
);
// In the names, so that a failure can be had again.
const seed = Math.floor(Math.random() * 2 ** 31);
const random = fc
  .sample(anyModel, { numRuns: 12, seed })
  .map((model, at) => [`random-${seed}-${at}`, documentOf(model)] as const);
const documents = [...named, ...random];

test("documents are valid OpenAPI 3.1 (@seriousme/openapi-schema-validator)", async () => {
  for (const [name, document] of documents) {
    const result = await new Validator().validate(structuredClone(document));
    assert.ok(result.valid, `${name}: ${JSON.stringify(result.errors)}`);
  }
});

test("any contract's document is valid", { timeout: 180_000 }, async () => {
  const validator = new Validator();
  await fc.assert(
    fc.asyncProperty(anyModel, async (model) => {
      const result = await validator.validate(documentOf(model));
      assert.ok(result.valid, JSON.stringify(result.errors));
    }),
    { numRuns: 25 },
  );
});

test("documents pass Spectral's OpenAPI rules (@stoplight/spectral)", { timeout: 300_000 }, async () => {
  const spectral = new spectralCore.Spectral();
  // Its own types disagree with each other on what a format is.
  spectral.setRuleset({ extends: [oas as never], rules: {} });
  for (const [name, document] of documents) {
    const found = await spectral.run(document);
    const wrong = found.filter(({ code }) => !EXPECTED_WARNINGS.has(String(code)));
    assert.deepEqual(
      wrong.map(({ code, message, path }) => `${name}: ${code} ${message} at ${path.join("/")}`),
      [],
    );
  }
});

test("documents pass Redocly's recommended rules (@redocly/cli)", { timeout: 300_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "openapi-"));
  try {
    const config = join(folder, "redocly.yaml");
    await writeFile(config, "extends: [recommended]\n");
    const files = documents.map(([name]) => join(folder, `${name}.json`));
    await Promise.all(documents.map(([, document], at) => writeFile(files[at]!, JSON.stringify(document))));
    const lints = await redocly(["lint", ...files, "--config", config, "--format", "json"], folder);
    assert.equal(lints.length, documents.length);
    for (const { totals, problems } of lints) {
      const wrong = problems.filter(({ ruleId }) => !EXPECTED_WARNINGS.has(ruleId));
      assert.deepEqual(
        wrong.map(({ ruleId, message, location }) =>
          `${ruleId} ${message} ${JSON.stringify(location)}`.slice(0, 500),
        ),
        [],
      );
      assert.equal(totals.errors, 0);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("the JSON Schema of a model compiles in ajv", async () => {
  const { Ajv2020 } = await import("ajv/dist/2020.js");
  const { default: formats } = await import("ajv-formats");
  for (const [name, contract] of Object.entries(CONTRACTS)) {
    const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
    formats.default(ajv);
    const schema = JSON.parse(stringifyJson(emitJsonSchema(compile(contract))));
    ajv.addSchema(schema, name);
    for (const definition of Object.keys(schema.$defs)) {
      assert.ok(ajv.getSchema(`${name}#/$defs/${definition}`), `${name} ${definition}`);
    }
  }
});

interface Lint {
  readonly totals: { readonly errors: number; readonly warnings: number };
  readonly problems: readonly {
    readonly ruleId: string;
    readonly message: string;
    readonly location: unknown;
  }[];
}

function redocly(parameters: readonly string[], folder: string): Promise<readonly Lint[]> {
  const manifest = createRequire(import.meta.url).resolve("@redocly/cli/package.json");
  const program = join(dirname(manifest), "bin/cli.js");
  const env = { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" };
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [program, ...parameters],
      { cwd: folder, env, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        try {
          // One JSON object per document, one after another.
          resolve(JSON.parse(`[${stdout.trim().replaceAll(/^\}\{$/gm, "},{")}]`));
        } catch {
          reject(error ?? new Error(`redocly answered: ${stdout.slice(0, 500)} ${stderr.slice(0, 500)}`));
        }
      },
    );
  });
}
