import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { ApiError, UsageError } from "../../base/errors/index.ts";
import type { JsonValue } from "../../base/lib/json.ts";

/** Where a page begins: at one end of the list, or beyond one row. */
export interface CursorPosition {
  /** Read towards the beginning. */
  readonly backward: boolean;
  /** Sort value in wire form and id of the row beyond which to read. Absent: from the list's end. */
  readonly row?: { readonly value: JsonValue; readonly id: string };
}

/** Writes and reads list cursors: opaque, and signed together with the question they continue (LIST-2). */
export interface CursorCodec {
  write(question: string, position: CursorPosition): string;
  /** Throws `invalid_cursor` for a cursor of another question, a changed or a foreign one. */
  read(question: string, cursor: string): CursorPosition;
}

// 128 bits: what RFC 2104 section 5 allows of SHA-256, and beyond guessing.
const SIGNATURE_BYTES = 16;
const SMALLEST_SECRET_BYTES = 16;
// A position holds one sort value, at most 255 characters of up to 4 bytes by default; a longer cursor is not ours.
const LARGEST_CURSOR = 32_768;

/** Makes a codec. Without a secret its cursors last as long as the process. */
export function createCursorCodec(secret: string | Uint8Array = randomBytes(32)): CursorCodec {
  const size = Buffer.byteLength(secret);
  if (size < SMALLEST_SECRET_BYTES) {
    throw new UsageError({
      place: "engine option cursorSecret",
      expected: `at least ${SMALLEST_SECRET_BYTES} bytes`,
      found: `${size} bytes`,
      fix: "take the output of `openssl rand -base64 32`, the same on all replicas",
    });
  }
  const sign = (question: string, position: string | Uint8Array): Buffer =>
    createHmac("sha256", secret)
      .update(question)
      .update("\0")
      .update(position)
      .digest()
      .subarray(0, SIGNATURE_BYTES);
  return {
    write(question, { backward, row }) {
      const position = JSON.stringify(row ? [backward ? 1 : 0, row.id, row.value] : [backward ? 1 : 0]);
      return Buffer.concat([sign(question, position), Buffer.from(position)]).toString("base64url");
    },
    read(question, cursor) {
      const bytes = Buffer.from(cursor.slice(0, LARGEST_CURSOR), "base64url");
      const signature = bytes.subarray(0, SIGNATURE_BYTES);
      const position = bytes.subarray(SIGNATURE_BYTES);
      // Node's decoder skips what is not base64url, so that a changed cursor could decode to the same bytes.
      if (bytes.toString("base64url") !== cursor || signature.length < SIGNATURE_BYTES) throw invalidCursor();
      if (!timingSafeEqual(signature, sign(question, position))) throw invalidCursor();
      return parsePosition(JSON.parse(position.toString()));
    },
  };
}

function parsePosition([backward, id, value]: [number, string?, JsonValue?]): CursorPosition {
  return id === undefined
    ? { backward: backward === 1 }
    : { backward: backward === 1, row: { id, value: value ?? null } };
}

function invalidCursor(): ApiError {
  return new ApiError(
    "invalid_cursor",
    "The cursor does not belong to this list, filter, sort, search and version. Start again without a cursor.",
    {
      violations: [
        { pointer: "?cursor", code: "invalid_cursor", message: "Is not a cursor of this question." },
      ],
    },
  );
}
