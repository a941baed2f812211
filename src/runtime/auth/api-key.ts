import { hash, randomBytes as systemRandomBytes } from "node:crypto";
import { crc32 } from "node:zlib";
import type { RandomBytes } from "../../base/lib/index.ts";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/** 27 characters of base62 hold 160.7 bits. */
const SECRET_LENGTH = 27;
/** 6 characters of base62 hold 32 bits. */
const CHECKSUM_LENGTH = 6;
const SHAPE = new RegExp(`^ck_(live|test)_[0-9A-Za-z]{${SECRET_LENGTH + CHECKSUM_LENGTH}}$`);
const HINT_LENGTH = "ck_live_".length + 4;

/**
 * Makes a key: `ck_live_` or `ck_test_`, 160 random bits and a checksum. The checksum lets a mistyped or made-up key be
 * refused without asking the database, and leak scanners be sure of what they found.
 */
export function generateApiKey({
  live,
  randomBytes = systemRandomBytes,
}: {
  readonly live: boolean;
  readonly randomBytes?: RandomBytes;
}): string {
  let key = live ? "ck_live_" : "ck_test_";
  const length = key.length + SECRET_LENGTH;
  while (key.length < length) {
    for (const byte of randomBytes(SECRET_LENGTH)) {
      // 248 is the largest multiple of 62 in a byte: above it the first characters would come up more often.
      if (byte < 248 && key.length < length) key += ALPHABET[byte % 62];
    }
  }
  return key + checksum(key);
}

/** Reads a key's form; undefined for anything that no {@link generateApiKey} made, without asking the database. */
export function parseApiKey(text: string): { readonly live: boolean } | undefined {
  if (!SHAPE.test(text)) return undefined;
  const body = text.slice(0, -CHECKSUM_LENGTH);
  return text.endsWith(checksum(body)) ? { live: text.startsWith("ck_live_") } : undefined;
}

/**
 * Hex SHA-256 of a key: what is stored. A slow hash would protect nothing more, since 160 random bits cannot be guessed.
 */
export function hashApiKey(key: string): string {
  return hash("sha256", key);
}

/** First characters of a key, to recognise it by in a list. */
export function hintOfApiKey(key: string): string {
  return key.slice(0, HINT_LENGTH);
}

function checksum(text: string): string {
  let rest = crc32(text);
  let digits = "";
  for (let count = 0; count < CHECKSUM_LENGTH; count++) {
    digits = ALPHABET[rest % 62] + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}
