export {
  acceptsCoding,
  type Coding,
  createCodingNegotiator,
  createMediaTypeNegotiator,
  type Negotiator,
} from "./accept.ts";
export { type AnswerWriter, createAnswerWriter } from "./answer-writer.ts";
export { createQueryReader, type ListParts, type QueryParts, type QueryReader } from "./call-query.ts";
export { CBOR_MEDIA_TYPE, type CborForm, createCborForm } from "./cbor-form.ts";
export { type Conditions, type EntityTag, parseConditions, parseEntityTags } from "./conditional.ts";
export { formatAttachment, parseFileName, toFileName } from "./content-disposition.ts";
export { type ContentType, parseContentType } from "./content-type.ts";
export {
  type CredentialReader,
  challengeOf,
  createCredentialReader,
  type HeaderCredentials,
} from "./credentials.ts";
export { CSV_MEDIA_TYPE, type CsvSelection, type CsvWriter, createCsvWriter } from "./csv.ts";
export { type Digest, type DigestAlgorithm, formatDigest, parseDigests } from "./digest.ts";
export { createErrorFormat, type ErrorFormat, PROBLEM_FORMAT } from "./error-format.ts";
export { formatProblem, PROBLEM_MEDIA_TYPE, type ProblemContext, problemType, toJson } from "./errors.ts";
export {
  findStoredCoding,
  formatEntityTag,
  parseEntityTag,
  representationKey,
  type TagParts,
  versionsOf,
} from "./etag.ts";
export { createHalWriter, HAL_MEDIA_TYPE, type HalWriter } from "./hal.ts";
export {
  isRequestId,
  isTraceparent,
  parseApiKey,
  parseIdempotencyKey,
  parseTimeoutMs,
} from "./headers.ts";
export { formatHttpDate, parseHttpDate, timestampSeconds } from "./http-date.ts";
export { createInputErrors, type InputErrors } from "./input-errors.ts";
export { createInputReader, type InputParts, type InputReader } from "./input-reader.ts";
export { applyJsonPatch, type PatchOperation, parseJsonPatch } from "./json-patch.ts";
export { formatPointer, parsePointer } from "./json-pointer.ts";
export { formatPageLinks, type PageLinks, type PagePosition, pageLinks } from "./links.ts";
export { applyMergePatch, isJsonObject } from "./merge-patch.ts";
export { formatNdjson, NDJSON_MEDIA_TYPE } from "./ndjson.ts";
export { createPathReader, type PathParts, type PathReader } from "./path-reader.ts";
export { type Preferences, parsePrefer } from "./prefer.ts";
export { decodeQueryInput, toWire } from "./query-input.ts";
export { type ByteRange, formatContentRange, parseRange, type RangeRequest } from "./range.ts";
export { createRoutes, type Endpoint, type RouteMatch, type RouteTable } from "./routes.ts";
export { collectionPathOf, type RowPath, rowPathOf } from "./row-path.ts";
