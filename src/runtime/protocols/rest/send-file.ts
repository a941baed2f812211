import { randomBytes } from "node:crypto";
import { ApiError } from "../../../base/errors/index.ts";
import { idTimeMs, timestampFromMs } from "../../../base/lib/index.ts";
import { type FileValue, isFileValue } from "../../../contract/schema/index.ts";
import {
  type ByteRange,
  type Conditions,
  formatAttachment,
  formatContentRange,
  formatDigest,
  formatHttpDate,
  parseHttpDate,
  parseRange,
  timestampSeconds,
} from "../../../wire/rest/index.ts";
import type { FileStore, StoredFile } from "../../engine/index.ts";
import type { Exchange } from "../exchange.ts";
import { send } from "../send.ts";
import { sendStream } from "../send-stream.ts";
import type { OperationPlan } from "./plan.ts";

// RFC 9110 section 8.8.2.2: another file within the same second would go unseen, so a date must have aged first.
const SETTLED_MS = 3000;

/** What is asked of a file. */
export interface FileRequest {
  readonly plan: OperationPlan;
  readonly conditions: Conditions | undefined;
  readonly files: FileStore;
}

/**
 * Sends a file (RFC 9110): 200 whole, 206 with one range or several (section 14), 304 and 412 by its conditions, 416 for
 * a range that is not there. Always as an attachment that no browser may take for something else, since strangers may
 * have written it. HEAD gets the headers.
 */
export async function sendFile(
  exchange: Exchange,
  file: unknown,
  { plan, conditions, files }: FileRequest,
): Promise<void> {
  if (!isFileValue(file)) throw new TypeError("The answer is no file");
  const etag = entityTag(file);
  const modified = modifiedAt(file);
  const settled = Date.now() - timestampSeconds(modified) * 1000 >= SETTLED_MS;
  const validators = ["ETag", `"${etag}"`, ...(settled ? ["Last-Modified", formatHttpDate(modified)] : [])];
  if (conditions?.ifMatch !== undefined && !isListed(conditions.ifMatch, etag, false)) {
    throw new ApiError("precondition_failed", "If-Match names another version than the present one.");
  }
  const isRead = exchange.method === "GET" || exchange.method === "HEAD";
  if (isRead && isFresh(conditions, etag, timestampSeconds(modified))) {
    send(exchange, 304, validators, undefined, plan.emptyHeaders);
    return;
  }
  const { mediaType, name, size, sha256 } = file;
  const headers = [
    ...plan.emptyHeaders.pairs,
    ...validators,
    ...["Content-Disposition", formatAttachment(name)],
    // Opened all the same, it may load nothing, run nothing and reach nothing of this origin.
    ...["Content-Security-Policy", "default-src 'none'; sandbox"],
    ...["Accept-Ranges", "bytes", "Repr-Digest", formatDigest(sha256)],
  ];
  const ranges = exchange.method === "HEAD" ? undefined : rangesOf(exchange, file, `"${etag}"`, modified);
  const stored = await files.open(file.id);
  if (stored === undefined) throw new ApiError("gone", "The bytes of the file are no longer there.");
  try {
    const [range, second] = ranges ?? [];
    if (range === undefined) {
      headers.push("Content-Type", mediaType, "Content-Length", String(size));
      const whole = exchange.method === "HEAD" ? nothing() : stored.read(0, size);
      await sendStream(exchange, 200, headers, whole);
    } else if (second === undefined) {
      headers.push("Content-Type", mediaType, "Content-Length", String(range.end - range.start));
      headers.push("Content-Range", formatContentRange(range, size));
      await sendStream(exchange, 206, headers, stored.read(range.start, range.end));
    } else {
      const { boundary, parts, length } = multipart(ranges ?? [], file);
      headers.push(
        "Content-Type",
        `multipart/byteranges; boundary=${boundary}`,
        "Content-Length",
        String(length),
      );
      await sendStream(exchange, 206, headers, joinParts(stored, parts, boundary));
    }
  } finally {
    await stored.close();
  }
}

/** The bytes under an id never change, so their digest is a strong tag for good. */
function entityTag({ sha256 }: FileValue): string {
  return Buffer.from(sha256, "hex").toString("base64url").slice(0, 22);
}

/** When the bytes came, which the id says. */
function modifiedAt({ id }: FileValue): string {
  return timestampFromMs(idTimeMs(id) ?? 0);
}

function isListed(tags: NonNullable<Conditions["ifMatch"]>, etag: string, weakly: boolean): boolean {
  return tags === "*" || tags.some(({ opaque, weak }) => opaque === etag && (weakly || !weak));
}

function isFresh(conditions: Conditions | undefined, etag: string, modifiedSeconds: number): boolean {
  if (conditions?.ifNoneMatch !== undefined) return isListed(conditions.ifNoneMatch, etag, true);
  return conditions?.ifModifiedSince !== undefined && conditions.ifModifiedSince >= modifiedSeconds;
}

/** The ranges to send; undefined for all. RFC 9110 section 13.1.5: If-Range takes back the wish for another version. */
function rangesOf(
  { request }: Exchange,
  { size }: FileValue,
  tag: string,
  modified: string,
): readonly ByteRange[] | undefined {
  const { range, "if-range": ifRange } = request.headers;
  if (range === undefined) return undefined;
  if (
    typeof ifRange === "string" &&
    ifRange !== tag &&
    parseHttpDate(ifRange) !== timestampSeconds(modified)
  ) {
    return undefined;
  }
  const asked = parseRange(range, size);
  if (asked.kind === "none") return undefined;
  if (asked.kind === "ranges") return asked.ranges;
  throw new ApiError("range_not_satisfiable", asked.reason, { data: { size } });
}

interface Part extends ByteRange {
  readonly head: string;
}

/** RFC 9110 section 14.6. The boundary is random, so that nobody can have put it into the file. */
function multipart(ranges: readonly ByteRange[], { mediaType, size }: FileValue) {
  const boundary = randomBytes(24).toString("base64url");
  const parts = ranges.map((range): Part => {
    const lines = [
      `--${boundary}`,
      `Content-Type: ${mediaType}`,
      `Content-Range: ${formatContentRange(range, size)}`,
    ];
    return { ...range, head: `\r\n${lines.join("\r\n")}\r\n\r\n` };
  });
  const length = parts.reduce((sum, { head, start, end }) => sum + head.length + end - start, 0);
  return { boundary, parts, length: length + endOf(boundary).length };
}

function endOf(boundary: string): string {
  return `\r\n--${boundary}--\r\n`;
}

async function* joinParts(
  stored: StoredFile,
  parts: readonly Part[],
  boundary: string,
): AsyncGenerator<Uint8Array> {
  for (const { head, start, end } of parts) {
    yield Buffer.from(head, "latin1");
    yield* stored.read(start, end);
  }
  yield Buffer.from(endOf(boundary), "latin1");
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
