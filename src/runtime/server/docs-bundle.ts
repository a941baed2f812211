import type { Bundle } from "./bundle.ts";

/** The browser bundle of the reference page as assets/docs/update.ts fetched it. */
export const DOCS_BUNDLE: Bundle = {
  file: new URL("../../../assets/docs/scalar.js.br", import.meta.url),
  version: "1.72.1",
  sha256: "bf091006bdc3af6067af77c2f534812e3e633e94a94e87138069f570f33b762c",
};
