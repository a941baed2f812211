import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { JsonValue } from "../../../base/lib/json.ts";
import { emitJsonSchema, emitOpenApi } from "../../../contract/emit/index.ts";
import type { Model } from "../../../contract/model/index.ts";
import type { Command } from "../command.ts";
import { usageFailure } from "../failure.ts";
import { loadApi } from "../load-api.ts";

const FORMATS: Readonly<Record<string, (model: Model, url: string | undefined) => JsonValue | Model>> = {
  openapi: (model, url) => emitOpenApi(model, url === undefined ? {} : { url }),
  "json-schema": (model) => emitJsonSchema(model),
  model: (model) => model,
};

/** `concordat emit`: the contract in other formats. */
export const emit: Command = {
  name: "emit",
  summary: "Write a contract as OpenAPI, JSON Schema or model",
  usage: "openapi|json-schema|model [service or contract] [--out <file>] [--url <url>]",
  maxArguments: 2,
  details: "Writes JSON to stdout, or to a file with --out. Opens no database and no port.",
  options: {
    out: { value: "file", description: "File to write; stdout without it" },
    url: {
      value: "url",
      description: "Origin of the server, for OpenAPI. Default: where the document came from",
    },
  },
  examples: [
    ["concordat emit openapi examples/clinic --out openapi.json", "The clinic's OpenAPI 3.1 document"],
    ["concordat emit model contract.ts", "The compiled model, as every protocol reads it"],
  ],
  run: async ({ arguments: [format, target], option, terminal, cwd }) => {
    const write = format !== undefined && Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
    if (write === undefined) {
      throw usageFailure(
        format === undefined ? "which format?" : `unknown format ${format}`,
        `one of ${Object.keys(FORMATS).join(", ")}`,
      );
    }
    const { model } = await loadApi(target, cwd);
    const text = `${JSON.stringify(write(model, option("url")), null, 2)}\n`;
    const out = option("out");
    if (out === undefined) {
      process.stdout.write(text);
      return;
    }
    writeFileSync(resolve(cwd, out), text);
    terminal.result({ ok: true, format, out, bytes: Buffer.byteLength(text) });
    terminal.print(`${terminal.style("green", "✔")} ${out} (${Buffer.byteLength(text)} bytes)`);
  },
};
