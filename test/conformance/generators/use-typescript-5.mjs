// Loaded before a generator: gives it the TypeScript 5 of this folder wherever npm has put the generator itself.
import { createRequire, registerHooks } from "node:module";
import { pathToFileURL } from "node:url";

const url = pathToFileURL(createRequire(import.meta.url).resolve("typescript")).href;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "typescript" ? { url, format: "commonjs", shortCircuit: true } : next(specifier, context),
});
