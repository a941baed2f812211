export { type CatalogueEntry, errorCatalogue, retryText } from "./error-catalogue.ts";
export { emitErrorDocument } from "./error-document.ts";
export { EXAMPLE_IDEMPOTENCY_KEY } from "./header-parameters.ts";
export { emitJsonSchema, type JsonSchemaOptions } from "./json-schema.ts";
export { emitOpenApi, type OpenApiOptions } from "./openapi.ts";
export { type ErrorsByStatus, errorsOf } from "./operation-errors.ts";
export { nameOperations, type OperationNames } from "./operation-names.ts";
export { emitSdl, printDescription } from "./sdl.ts";
