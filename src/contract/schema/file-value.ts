import type { JsonValue } from "../../base/lib/json.ts";

/** A file as programs, answers and the database hold it: what it is called and what it is; the bytes lie elsewhere. */
export interface FileValue {
  /** Names the bytes: `file_` and 26 characters. Another file always has another id, so its bytes never change. */
  readonly id: string;
  /** As its sender called it, without a path; 1 to 255 code points. */
  readonly name: string;
  /** As its sender declared it, in lower case and without parameters: `application/pdf`. */
  readonly mediaType: string;
  /** In bytes. */
  readonly size: number;
  /** SHA-256 of the bytes, 64 hex digits. */
  readonly sha256: string;
}

/**
 * A file whose bytes a protocol has taken. Input takes a file in this form only, so that no caller can name the bytes of
 * another. The id is left out where values are compared: the same bytes sent again are the same input.
 */
export class ReceivedFile {
  /** A value among those of JSON, to whoever only hands input on. */
  readonly [key: string]: JsonValue;
  readonly name: string;
  readonly mediaType: string;
  readonly size: number;
  readonly sha256: string;
  readonly #id: string;

  constructor({ id, name, mediaType, size, sha256 }: FileValue) {
    this.#id = id;
    this.name = name;
    this.mediaType = mediaType;
    this.size = size;
    this.sha256 = sha256;
  }

  get id(): string {
    return this.#id;
  }
}

/** Tells whether a value has the form of a file. */
export function isFileValue(value: unknown): value is FileValue {
  if (typeof value !== "object" || value === null) return false;
  const { id, name, mediaType, size, sha256 }: Partial<Record<string, unknown>> = { ...value };
  const texts = [id, name, mediaType, sha256].every((text) => typeof text === "string");
  return texts && typeof size === "number" && Number.isSafeInteger(size) && size >= 0;
}

/** Longest name of a file, in code points. */
export const MAX_FILE_NAME_LENGTH = 255;

const MEDIA_TYPE = /^[a-z0-9!#$&^_.+-]{1,127}\/[a-z0-9!#$&^_.+-]{1,127}$/;

/** Whether a text is a media type without parameters, in lower case (RFC 6838 section 4.2), or a whole kind: `image/*`. */
export function isMediaRange(text: string): boolean {
  return MEDIA_TYPE.test(text) || /^[a-z]{1,32}\/\*$/.test(text);
}

/** Whether a file of this media type is among those allowed; no list allows all. */
export function takesMediaType(allowed: readonly string[] | undefined, mediaType: string): boolean {
  if (allowed === undefined) return true;
  return allowed.some((range) =>
    range.endsWith("/*") ? mediaType.startsWith(range.slice(0, -1)) : range === mediaType,
  );
}
