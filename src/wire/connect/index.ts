export { writeEndStream } from "./end-stream.ts";
export { toConnectError } from "./errors.ts";
export { connectHttpStatus } from "./http-status.ts";
export { type GetCall, parseGetQuery } from "./query.ts";
