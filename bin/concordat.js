#!/usr/bin/env node
// Plain JavaScript in the oldest dialect that runs modules, so that an old Node gets a sentence, not a syntax error.
import { existsSync } from "node:fs";
import * as modules from "node:module";
import { fileURLToPath } from "node:url";
import { keepSmall } from "./memory.js";

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `concordat: this is Node.js ${process.versions.node}; it needs 22.18 or newer.\n` +
      "Fix: install a newer Node.js, or run `npm install --save-dev node@26` in your project and start concordat\n" +
      "through an npm script or npx, which find that one first.\n",
  );
  process.exit(3);
}

keepSmall();

const source = new URL("../src/tools/cli/main.ts", import.meta.url);
const isCheckout = existsSync(source);

// Compiled code is kept between runs, which saves about 0.3 s of a start. `npm install` in a checkout fills the cache.
modules.enableCompileCache(
  isCheckout ? fileURLToPath(new URL("../node_modules/.cache/concordat", import.meta.url)) : undefined,
);

if (isCheckout) {
  // The sources of the checkout run as they are: the package's `source` condition is switched on.
  modules.registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, { ...context, conditions: [...context.conditions, "source"] }),
  });
  await import(source.href);
} else {
  await import(new URL("../dist/tools/cli/main.js", import.meta.url).href);
}
