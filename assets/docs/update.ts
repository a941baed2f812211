/**
 * Fetches a release of Scalar's reference page from the npm registry and keeps its one-file browser bundle here,
 * compressed: `node assets/docs/update.ts 1.72.1`. Prints what to put into src/runtime/server/docs-bundle.ts.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

const version = process.argv[2];
if (version === undefined || !/^\d+\.\d+\.\d+$/.test(version)) {
  console.error("Give the version of @scalar/api-reference, such as 1.72.1.");
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), "scalar-"));
try {
  execFileSync("npm", ["pack", "--silent", `@scalar/api-reference@${version}`], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  const archive = readdirSync(folder).find((name) => name.endsWith(".tgz"));
  execFileSync("tar", ["xzf", archive!], { cwd: folder });
  const bundle = readFileSync(join(folder, "package/dist/browser/standalone.js"));
  const coded = brotliCompressSync(bundle, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_LGWIN]: 24,
      [constants.BROTLI_PARAM_SIZE_HINT]: bundle.length,
    },
  });
  writeFileSync(join(import.meta.dirname, "scalar.js.br"), coded);
  console.log(`version: "${version}"`);
  console.log(`sha256: "${createHash("sha256").update(bundle).digest("hex")}"`);
  console.log(`${bundle.length} bytes, ${coded.length} compressed`);
} finally {
  rmSync(folder, { recursive: true });
}
