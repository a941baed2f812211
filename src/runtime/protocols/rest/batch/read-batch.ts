import { ApiError, type Mistake, type Violation } from "../../../../base/errors/index.ts";
import type { JsonValue } from "../../../../base/lib/index.ts";
import type { BatchModel } from "../../../../contract/model/model.ts";
import { compileDecoder, type Decoder, fieldNode, t } from "../../../../contract/schema/index.ts";

/** One request of a batch, as it was written. */
export interface BatchPart {
  readonly id?: string;
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: JsonValue;
}

export interface BatchRequest {
  readonly atomic: boolean;
  readonly requests: readonly BatchPart[];
}

/** Headers that mean something for one part; all others are those of the batch. */
const PART_HEADERS: readonly string[] = [
  "accept",
  "accept-language",
  "content-type",
  "idempotency-key",
  "if-match",
  "if-modified-since",
  "if-none-match",
  "prefer",
  "x-request-timeout-ms",
];

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i;

/** Reads the body of a batch; throws `invalid_input` with every violation. */
export type BatchReader = (body: JsonValue | undefined) => BatchRequest;

/** Makes the reader of batches; `path` is where batches are sent. */
export function createBatchReader({ maxParts, maxBytes }: BatchModel, path: string): BatchReader {
  const decode = decoderOf(maxParts, maxBytes);
  return (body) => {
    const violations: Violation[] = [];
    const read = decode(body ?? {}, "", violations);
    if (violations.length === 0 && isBatch(read)) {
      checkParts(read, path, violations);
      if (violations.length === 0) return read;
    }
    throw new ApiError("invalid_input", "The batch is not what is taken here; nothing of it was done.", {
      violations,
    });
  };
}

function decoderOf(maxParts: number, maxBytes: number): Decoder {
  const part = t.object({
    id: t.string({ minLength: 1, maxLength: 64 }).optional(),
    method: t.string({ pattern: "^(GET|POST|PUT|PATCH|DELETE)$", maxLength: 6 }),
    path: t.string({ maxLength: 8192, pattern: "^/[\\x21-\\x7e]*$" }),
    headers: t
      .map(t.string({ maxLength: 8192, pattern: "^[\\x20-\\x7e]*$" }), { maxEntries: PART_HEADERS.length })
      .optional(),
    body: t.json({ maxBytes }).nullable().optional(),
  });
  const batch = t.object({
    atomic: t.bool().default(false),
    requests: t.list(part, { minItems: 1, maxItems: maxParts }),
  });
  const mistakes: Mistake[] = [];
  const node = fieldNode(batch.spec, String, "batch", mistakes);
  if (mistakes.length > 0) throw new TypeError(JSON.stringify(mistakes));
  return compileDecoder(node);
}

/** The decoder has found nothing wrong with it. */
function isBatch(read: unknown): read is BatchRequest {
  return typeof read === "object" && read !== null && "requests" in read;
}

function checkParts({ requests }: BatchRequest, batchPath: string, violations: Violation[]): void {
  const ids = new Map<string, number>();
  for (const [index, { id, path, headers = {} }] of requests.entries()) {
    const at = `/requests/${index}`;
    const first = id === undefined ? undefined : ids.get(id);
    if (first !== undefined) {
      violations.push({
        pointer: `${at}/id`,
        code: "not_allowed",
        message: `Part ${first} has this id too.`,
      });
    } else if (id !== undefined) ids.set(id, index);
    if (path.split("?")[0] === batchPath) {
      violations.push({ pointer: `${at}/path`, code: "not_allowed", message: "A batch holds no batches." });
    }
    for (const [name, value] of Object.entries(headers)) {
      const pointer = `${at}/headers/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
      if (name.toLowerCase() === "content-type" && !JSON_TYPE.test(value)) {
        violations.push({ pointer, code: "not_allowed", message: "The body of a part is JSON." });
      }
      if (PART_HEADERS.includes(name.toLowerCase())) continue;
      const message = `A part takes ${PART_HEADERS.join(", ")}; everything else comes with the batch.`;
      violations.push({ pointer, code: "unknown_field", message });
    }
  }
}
