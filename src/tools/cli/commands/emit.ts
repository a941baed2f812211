import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import {
  emitAsyncApi,
  emitJsonSchema,
  emitOpenApi,
  emitProto,
  emitSdl,
  emitSubgraphSdl,
} from "../../../contract/emit/index.ts";
import { protoLockOf } from "../../../contract/evolve/index.ts";
import type { Model } from "../../../contract/model/index.ts";
import type { Command } from "../command.ts";
import { environmentFailure, usageFailure } from "../failure.ts";
import { loadApi } from "../load-api.ts";
import { openLockFile } from "../lock-file.ts";

/** What a format is written from. */
interface Source {
  readonly model: Model;
  /** Where the server is, if that was said. */
  readonly url: { readonly url?: string };
}

/** Formats that are one document. */
const FORMATS: Readonly<Record<string, (source: Source) => string>> = {
  openapi: ({ model, url }) => json(emitOpenApi(model, url)),
  asyncapi: ({ model, url }) => json(emitAsyncApi(model, url)),
  graphql: ({ model }) => emitSdl(model),
  subgraph: ({ model }) => emitSubgraphSdl(model),
  "json-schema": ({ model }) => json(emitJsonSchema(model)),
  model: ({ model }) => json(model),
};

/** `concordat emit`: the contract in other formats. */
export const emit: Command = {
  name: "emit",
  summary: "Write a contract as OpenAPI, AsyncAPI, .proto, GraphQL, JSON Schema or model",
  usage:
    "openapi|asyncapi|proto|graphql|subgraph|json-schema|model [service or contract] [--out <file>] [--url <url>]",
  maxArguments: 2,
  details:
    "Writes to stdout, or to a file with --out. proto is several files: --out names their folder, and they take their numbers from\n" +
    "concordat.lock.json beside the contract. subgraph is GraphQL for Apollo Federation 2. Opens no database and no port.",
  options: {
    out: { value: "file", description: "File to write, for proto the folder; stdout without it" },
    url: {
      value: "url",
      description:
        "Origin of the server, for OpenAPI and AsyncAPI. Default: none, so where the document came from",
    },
  },
  examples: [
    ["concordat emit openapi examples/clinic --out openapi.json", "The clinic's OpenAPI 3.1 document"],
    ["concordat emit proto examples/clinic --out proto", "Its .proto files, below the folder proto"],
    ["concordat emit model contract.ts", "The compiled model, as every protocol reads it"],
  ],
  run: async ({ arguments: [format, target], option, terminal, cwd }) => {
    const write = format !== undefined && Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
    if (write === undefined && format !== "proto") {
      throw usageFailure(
        format === undefined ? "which format?" : `unknown format ${format}`,
        `one of ${[...Object.keys(FORMATS), "proto"].join(", ")}`,
      );
    }
    const { model, path } = await loadApi(target, cwd);
    const [url, out] = [option("url"), option("out")];
    if (url !== undefined && !/^https?:\/\/[^/?#\s]+/.test(url)) {
      throw usageFailure(`--url must be a URL such as https://api.example.com, not ${url}`);
    }
    const tell = (file: string, bytes: number, more: object = {}) => {
      terminal.result({ ok: true, format, out, bytes, ...more });
      terminal.print(`${terminal.style("green", "✔")} ${file} (${bytes} bytes)`);
    };
    if (write === undefined) {
      const files = emitProto(model, protoLockOf(model, openLockFile(path, cwd).lock));
      if (out === undefined) {
        throw usageFailure(`proto is ${files.size} files`, "name the folder they go to: --out proto");
      }
      const written = [...files].map(([name, text]) => writeText(join(resolve(cwd, out), name), text));
      const bytes = written.reduce((all, size) => all + size, 0);
      return tell(`${files.size} files in ${out}`, bytes, { files: [...files.keys()] });
    }
    const text = write({ model, url: url === undefined ? {} : { url } });
    if (out !== undefined) {
      const file = resolve(cwd, out);
      writeFileSync(file, text);
      return tell(out, Buffer.byteLength(text));
    }
    process.stdout.write(text);
  },
};

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Writes a file, with the folders above it; returns its size. */
function writeText(path: string, text: string): number {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  } catch (error) {
    throw environmentFailure(`cannot write ${path}`, "name a folder that this user can write to", error);
  }
  return Buffer.byteLength(text);
}
