export type { DocumentOptions } from "./documents.ts";
export { createRestHandler, type RestOptions } from "./handler.ts";
