/**
 * Fetches a release of GraphiQL and the React it runs on from the npm registry and keeps them here as one script and one
 * style sheet, compressed: `node assets/graphiql/update.ts 3.9.0 18.3.1`. The fonts inside the style sheet, two thirds of
 * it, are left out. Prints what to put into src/runtime/server/graphiql-bundle.ts.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

const [version = "", react = ""] = process.argv.slice(2);
if (![version, react].every((each) => /^\d+\.\d+\.\d+$/.test(each))) {
  console.error("Give the versions of graphiql and of react, such as 3.9.0 18.3.1.");
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), "graphiql-"));
try {
  const read = (name: string, release: string, path: string) => {
    const packed = execFileSync("npm", ["pack", "--silent", `${name}@${release}`], { cwd: folder, encoding: "utf8" });
    execFileSync("tar", ["xzf", packed.trim()], { cwd: folder });
    return readFileSync(join(folder, "package", path), "utf8").replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n");
  };
  const scripts = [
    read("react", react, "umd/react.production.min.js"),
    read("react-dom", react, "umd/react-dom.production.min.js"),
    read("graphiql", version, "graphiql.min.js"),
  ];
  copyFileSync(join(folder, "package/LICENSE"), join(import.meta.dirname, "LICENSE-graphiql.txt"));
  const style = readFileSync(join(folder, "package/graphiql.min.css"), "utf8").replaceAll(/@font-face\s*\{[^}]*\}/g, "");
  read("react", react, "package.json");
  copyFileSync(join(folder, "package/LICENSE"), join(import.meta.dirname, "LICENSE-react.txt"));
  keep("graphiql.js", Buffer.from(scripts.join("\n")));
  keep("graphiql.css", Buffer.from(style));
} finally {
  rmSync(folder, { recursive: true });
}

function keep(name: string, bytes: Buffer): void {
  const coded = brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_LGWIN]: 24,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });
  writeFileSync(join(import.meta.dirname, `${name}.br`), coded);
  console.log(`${name}: sha256 "${createHash("sha256").update(bytes).digest("hex")}"`);
  console.log(`${bytes.length} bytes, ${coded.length} compressed`);
}
