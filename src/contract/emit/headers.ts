import type { EmitContext } from "./context.ts";
import type { JsonObject } from "./json-object.ts";

const HEADERS = {
  "Accept-Ranges": {
    description: "`bytes`: Range is taken (RFC 9110 section 14).",
    schema: { type: "string" },
  },
  "Content-Disposition": {
    description: "`attachment` and the file's name (RFC 6266).",
    schema: { type: "string" },
  },
  "Content-Security-Policy": {
    description: "What the file may do if it is opened all the same: nothing.",
    schema: { type: "string" },
  },
  "Content-Range": {
    description: "Which bytes these are, and of how many (RFC 9110 section 14.4).",
    schema: { type: "string" },
  },
  "Repr-Digest": { description: "SHA-256 of the whole file (RFC 9530).", schema: { type: "string" } },
  "Content-Location": {
    description: "URL of the row that the body shows.",
    schema: { type: "string", format: "uri-reference" },
  },
  Deprecation: {
    description: "Since when the operation is deprecated: a structured-field date (RFC 9745).",
    schema: { type: "string" },
  },
  "Cache-Control": { description: "How long the answer may be reused.", schema: { type: "string" } },
  ETag: {
    description: "Strong entity tag of this representation; send it back in If-Match or If-None-Match.",
    schema: { type: "string", pattern: '^"[^"]+"$' },
  },
  "Idempotent-Replayed": {
    description:
      "`true` where this is the stored answer of an earlier request with the same idempotency key.",
    schema: { type: "string", const: "true" },
  },
  "Last-Modified": {
    description: "When the row last changed (RFC 9110 section 8.8.2).",
    schema: { type: "string" },
  },
  Link: {
    description: "Pages of the list by relation `first`, `next` and `prev` (RFC 8288).",
    schema: { type: "string" },
  },
  Location: { description: "URL of the new row.", schema: { type: "string", format: "uri-reference" } },
  "Preference-Applied": {
    description: "Preference that was honoured (RFC 7240).",
    schema: { type: "string" },
  },
  "Retry-After": {
    description: "Seconds after which a retry may help.",
    schema: { type: "integer", minimum: 0 },
  },
  "WWW-Authenticate": {
    description: "How to authenticate (RFC 9110 section 11.6.1).",
    schema: { type: "string" },
  },
  "X-Request-Id": { description: "Names the request in the server's log.", schema: { type: "string" } },
} as const satisfies Record<string, JsonObject>;

export type HeaderName = keyof typeof HEADERS;

/** Refers to the description of a response header. */
export function headerRef(context: EmitContext, name: HeaderName): JsonObject {
  return context.components.ref("headers", name.replaceAll("-", ""), () => ({ ...HEADERS[name] }));
}

/** Refers to several, as the `headers` of a response. */
export function headerRefs(context: EmitContext, names: readonly HeaderName[]): JsonObject {
  return Object.fromEntries(names.map((name) => [name, headerRef(context, name)]));
}
