import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { ROOT } from "./support/source.ts";

/** A user's environment: without what npm and the test runner say of this project, but with where packages come from. */
const env = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) =>
      !/^(npm_|INIT_CWD|NODE_TEST_CONTEXT)/i.test(name) ||
      /^npm_config_(registry|.*proxy|cafile|cache|userconfig|globalconfig)$/i.test(name),
  ),
);

async function run(cwd: string, command: string, ...args: string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(command, args, {
      cwd,
      env,
      maxBuffer: 1e8,
      timeout: 300_000,
    });
    return stdout;
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(" ")}\n${stdout}${stderr}`, { cause: error });
  }
}

describe("the packed package, installed in an empty folder", () => {
  let folder: string;
  let shop: string;
  const builtBefore = existsSync(join(ROOT, "dist"));

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "concordat-package-"));
    shop = join(folder, "shop");
    mkdirSync(shop);
    await run(ROOT, "npm", "pack", "--silent", "--pack-destination", folder);
    const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    await run(
      shop,
      "npm",
      "install",
      "--prefer-offline",
      "--no-audit",
      "--no-fund",
      `../concordat-${version}.tgz`,
    );
    await run(shop, "npx", "--no", "concordat", "init");
    await run(shop, "npm", "install", "--prefer-offline", "--no-audit", "--no-fund");
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
    if (!builtBefore) rmSync(join(ROOT, "dist"), { recursive: true, force: true });
  });

  test("has the compiled code and what it needs, and none of our tests and sources", async () => {
    const installed = join(shop, "node_modules/concordat");
    for (const path of [
      "dist/index.js",
      "dist/index.d.ts",
      "dist/tools/cli/main.js",
      "assets",
      "LICENSE",
      "README.md",
    ]) {
      assert.ok(existsSync(join(installed, path)), path);
    }
    const list = await run(
      installed,
      "find",
      ".",
      "-name",
      "*.test.*",
      "-not",
      "-path",
      "./examples/starter/*",
    );
    assert.equal(list, "");
    assert.ok(!existsSync(join(installed, "src")));
  });

  test("makes a project whose own tests pass", async () => {
    const output = await run(shop, "npm", "test");
    assert.match(output, /ℹ pass 5\n/);
    assert.match(output, /ℹ fail 0\n/);
  });

  test("makes a project whose types and contract check, against the package's declarations", async () => {
    assert.match(await run(shop, "npm", "run", "check"), /✔ tasks: 1 resource, 7 operations/);
  });

  test("makes a project that starts and answers", async () => {
    const child = spawn("npm", ["start", "--", "--port", "0"], { cwd: shop, env, detached: true });
    try {
      await new Promise<void>((resolve, reject) => {
        let text = "";
        const onData = (chunk: Buffer) => {
          text += chunk;
          if (text.includes("curl ")) resolve();
        };
        child.stdout.on("data", onData);
        child.stderr.on("data", onData);
        child.on("exit", () => reject(new Error(text)));
      });
      const { url, apiKeys } = JSON.parse(readFileSync(join(shop, ".concordat/dev.json"), "utf8"));
      const made = await fetch(`${url}/v1/tasks`, {
        method: "POST",
        headers: { authorization: `Bearer ${apiKeys.me}`, "content-type": "application/json" },
        body: JSON.stringify({ title: "Try it" }),
      });
      assert.equal(made.status, 201);
      assert.equal((await fetch(`${url}/docs`)).status, 200);
    } finally {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      if (child.pid !== undefined && child.exitCode === null) {
        process.kill(-child.pid, "SIGTERM");
        await ended;
      }
    }
  });
});
