import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { ROOT } from "../support/source.ts";

/** A module with everything it imports, as a bundler makes it for a browser. */
export interface Bundle {
  readonly code: string;
  readonly bytes: number;
  /** What travels. */
  readonly gzipBytes: number;
  /** Files that are part of it, from the root of the project. */
  readonly inputs: readonly string[];
}

/** Bundles TypeScript given as text; imports are resolved as from a file in the project's root. */
export async function bundle(contents: string): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: ROOT, loader: "ts" },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    conditions: ["source"],
    absWorkingDir: ROOT,
    write: false,
    metafile: true,
  });
  const code = outputFiles[0]?.text ?? "";
  const [output] = Object.values(metafile.outputs);
  const inputs = Object.entries(output?.inputs ?? {}).flatMap(([path, { bytesInOutput }]) =>
    bytesInOutput > 0 ? [path] : [],
  );
  return { code, bytes: Buffer.byteLength(code), gzipBytes: gzipSync(code, { level: 9 }).length, inputs };
}

/** Kilobytes of 1,000 bytes, one digit after the point. */
export function kilobytes(bytes: number): string {
  return (bytes / 1000).toFixed(1);
}
