export { writeEndStream } from "./end-stream.ts";
export { connectHttpStatus, toConnectError } from "./errors.ts";
export { type GetCall, parseGetQuery } from "./query.ts";
