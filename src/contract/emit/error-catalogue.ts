import {
  CODES,
  type Code,
  type CodeEntry,
  entryForDeclared,
  type GrpcStatus,
} from "../../base/errors/index.ts";
import type { ErrorModel, Model } from "../model/index.ts";

/** What a caller needs to know of one error code. */
export interface CatalogueEntry {
  readonly code: string;
  readonly title: string;
  readonly http: number;
  readonly grpc: GrpcStatus;
  readonly retry: CodeEntry["retry"];
  /** When the error is given. */
  readonly meaning: string;
  /** What the caller can do. */
  readonly remedy: string;
  /** The contract's own declaration, for codes that are not built in. */
  readonly declared?: ErrorModel;
}

/** Lists every error code: the built-in ones in the order of the table, then those that the contract declares. */
export function errorCatalogue(model?: Model): readonly CatalogueEntry[] {
  const declared = Object.values(model?.errors ?? {}).sort((a, b) => (a.code < b.code ? -1 : 1));
  const statuses = model?.rest.errors?.statuses ?? {};
  const builtin = BUILTIN.map((entry) => ({ ...entry, http: statuses[entry.code] ?? entry.http }));
  return [...builtin, ...declared.map(declaredEntry)];
}

/** Says in words whether the same request may be sent again. */
export function retryText(retry: CodeEntry["retry"]): string {
  return RETRY_TEXTS[retry];
}

const RETRY_TEXTS: Readonly<Record<CodeEntry["retry"], string>> = {
  no: "No: while nothing else changes, the same request gets the same answer.",
  later: "Yes: the same request, after a pause (`Retry-After` where it is given).",
  "same-key":
    "Yes, after a pause: a read as it is; a change only with the same `Idempotency-Key`, since it may have been done.",
};

function declaredEntry(error: ErrorModel): CatalogueEntry {
  const { grpc, retry } = entryForDeclared(error.status);
  return {
    code: error.code,
    title: error.title,
    http: error.status,
    grpc,
    retry,
    meaning: error.message ?? `${error.title}.`,
    remedy: error.data === undefined ? "" : "Read `data`: its shape is declared with the error.",
    declared: error,
  };
}

/** When each code is given, and what helps. */
const TEXTS: Readonly<Record<Code, readonly [meaning: string, remedy: string]>> = {
  malformed_request: [
    "The request cannot be read: broken JSON, a bad percent-escape, a header that is not in its form.",
    "`detail` names the place; for JSON, line and column.",
  ],
  invalid_parameter: [
    "A query parameter is unknown, given twice or has a value that is not allowed.",
    "`errors` lists every one of them as `?name`, with what is allowed.",
  ],
  invalid_cursor: [
    "The cursor is not one of ours, or it belongs to another filter, sort or version.",
    "Start again at the first page, without `cursor`.",
  ],
  idempotency_key_missing: [
    "The operation takes no request without an `Idempotency-Key`.",
    "Send a key of your own making, such as a UUID, and keep it over retries.",
  ],
  digest_mismatch: [
    "The bytes that came do not have the digest that `Content-Digest` or `Repr-Digest` names. Nothing was kept.",
    "Compute the digest of the bytes as you send them, and send them again.",
  ],
  too_complex: [
    "The GraphQL document asks for more than one request may: it is too deep, too long, or its lists are too large.",
    "`data` says which limit it passed. Ask for fewer rows (`first`), or in several requests.",
  ],
  unauthenticated: [
    "The operation needs credentials and none came, or those that came are unknown, expired or revoked.",
    "Send `Authorization: Bearer <API key>`.",
  ],
  forbidden: [
    "You are known, and may not do this: your role or your relation to the row does not allow it.",
    "Use the credentials of somebody who may.",
  ],
  not_found: [
    "The path names nothing, the row does not exist, or it is hidden from you.",
    "Check the path and the id.",
  ],
  method_not_allowed: [
    "The path exists and does not take this method.",
    "`Allow` lists the methods it takes.",
  ],
  not_acceptable: ["None of the media types in `Accept` is offered.", "Accept `application/json` or `*/*`."],
  request_timeout: ["The request did not arrive in time.", "Send it again, faster."],
  conflict: [
    "The change does not fit what is there now: another change came first, other rows still refer to the row, or a JSON Patch test failed.",
    "Read the row again, then decide.",
  ],
  already_exists: [
    "A field that must be unique has a value that another row has.",
    "`errors` names the field; choose another value or use the row that exists.",
  ],
  invalid_state: [
    "The row is in a state in which the action is not allowed.",
    "`data` names the field, its state and the allowed ones.",
  ],
  idempotency_in_progress: [
    "An earlier request with the same `Idempotency-Key` is still being worked on.",
    "Send the same request again after `Retry-After`: the answer of the first will be waiting.",
  ],
  gone: ["What the path names was there and will not come back.", "Stop asking for it."],
  precondition_failed: [
    "`If-Match` names another version than the row has, or `If-None-Match: *` found a row.",
    "Read the row again and send the new ETag.",
  ],
  payload_too_large: ["The body is larger than the operation takes.", "Send less."],
  uri_too_long: ["The URL is longer than the server takes.", "Shorten the query."],
  unsupported_media_type: [
    "The operation does not take a body of this `Content-Type` or charset.",
    "Send `application/json` in UTF-8 or `application/cbor`; for PATCH also a merge patch or a JSON Patch; files as `multipart/form-data`.",
  ],
  range_not_satisfiable: [
    "`Range` asks for bytes that are not there, overlap, are more than 16 ranges, or is not well formed.",
    "`Content-Range` has the size; ask for bytes below it.",
  ],
  expectation_failed: ["`Expect` asks for something other than `100-continue`.", "Leave the header out."],
  invalid_input: [
    "The input is well-formed and breaks the rules of the contract.",
    "`errors` lists every violation with a JSON Pointer to it.",
  ],
  reference_not_found: ["The input refers to a row that does not exist.", "`errors` names the field."],
  idempotency_key_reused: [
    "The `Idempotency-Key` was used before with another request.",
    "Make a new key for a new request.",
  ],
  failed_dependency: [
    "Another part of the same atomic batch failed, so nothing of this one was done either.",
    "Mend the part that has an error of its own, and send the batch again.",
  ],
  precondition_required: [
    "The operation takes no change without `If-Match`.",
    "Read the row and send its ETag in `If-Match`.",
  ],
  rate_limited: ["You have sent more requests than you may.", "Wait for `Retry-After`."],
  headers_too_large: ["The headers are larger than the server takes.", "Send fewer or shorter headers."],
  cancelled: [
    "The caller went away before the answer; in a log this is what the server writes.",
    "Send the request again if it is still wanted.",
  ],
  internal: [
    "Something failed on the server's side. The cause is in its log under `requestId` and nowhere else.",
    "Tell the operator the `requestId`.",
  ],
  not_implemented: ["The server does not do this.", "Check the documentation."],
  upstream_failed: ["A service behind the server failed.", "Wait a little."],
  unavailable: [
    "The server cannot answer now: it is starting, stopping, overloaded or has lost its database.",
    "Wait for `Retry-After`.",
  ],
  deadline_exceeded: [
    "The call took longer than its deadline and was stopped.",
    "Ask for less at a time, or allow more time with `X-Request-Timeout-Ms` up to the operation's own deadline.",
  ],
};

const BUILTIN: readonly CatalogueEntry[] = Object.entries(CODES).map(([code, entry]) => {
  const [meaning, remedy] = Object.entries(TEXTS).find(([name]) => name === code)?.[1] ?? ["", ""];
  return {
    code,
    title: entry.title,
    http: entry.http,
    grpc: entry.grpc,
    retry: entry.retry,
    meaning,
    remedy,
  };
});
