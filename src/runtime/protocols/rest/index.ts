export type { DocumentOptions, ServedText } from "./documents.ts";
export { createRestHandler, type RestOptions } from "./handler.ts";
