/** Makes `size` random bytes; tests hand in their own. */
export type RandomBytes = (size: number) => Uint8Array;

// Crockford base32, lower case: without i, l, o and u.
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const CODES = Uint8Array.from(ALPHABET, (character) => character.charCodeAt(0));
const BODY_LENGTH = 26;
const RANDOM_SIZE = 15;
// A clock set back by more than this is followed, so that one wrong reading does not date ids for ever.
const LARGEST_STEP_BACK_MS = 60_000;

let lastMs = -1;
let lastTime = "";
let counter = 0;
/** The prefix of the last id, and with the time behind it: in most processes ids are made of requests above all. */
let lastPrefix = "";
let lastHead = "";

/**
 * Makes an id: `<prefix>_` and a UUIDv7 (RFC 9562 section 5.7) in 26 characters of Crockford base32. Ids of one process
 * sort in the order they were made: within a millisecond, and while the clock stands or steps back, the 12 bits after
 * the version count up (RFC 9562 section 6.2, method 1).
 */
export function newId(prefix: string, nowMs: number, randomBytes?: RandomBytes): string {
  const random = randomBytes === undefined ? pool : randomBytes(RANDOM_SIZE);
  const at = randomBytes === undefined ? takeFromPool() : 0;
  let ms = Math.trunc(nowMs);
  if (ms <= lastMs && ms >= lastMs - LARGEST_STEP_BACK_MS && ++counter <= 0xfff) ms = lastMs;
  else {
    if (ms <= lastMs && ms >= lastMs - LARGEST_STEP_BACK_MS) ms = lastMs + 1;
    // The top bit starts at 0, which leaves at least 2,048 ids to the millisecond before time is run ahead.
    counter = ((random[at]! << 8) | random[at + 1]!) & 0x7ff;
    lastMs = ms;
    lastTime = encodeTime(ms);
    lastHead = "";
  }
  if (lastHead === "" || prefix !== lastPrefix) {
    lastPrefix = prefix;
    lastHead = `${prefix}_${lastTime}`;
  }
  // 80 bits: version 7, counter, variant 10, then random ones; five to a character.
  const head = (0x7000 | counter) * 16 + 0b1000 + (random[at + 2]! & 0b11);
  // One text of all characters: joining them one by one would make a text for each.
  return (
    lastHead +
    String.fromCharCode(
      CODES[head >> 15]!,
      CODES[(head >> 10) & 31]!,
      CODES[(head >> 5) & 31]!,
      CODES[head & 31]!,
      CODES[random[at + 3]! & 31]!,
      CODES[random[at + 4]! & 31]!,
      CODES[random[at + 5]! & 31]!,
      CODES[random[at + 6]! & 31]!,
      CODES[random[at + 7]! & 31]!,
      CODES[random[at + 8]! & 31]!,
      CODES[random[at + 9]! & 31]!,
      CODES[random[at + 10]! & 31]!,
      CODES[random[at + 11]! & 31]!,
      CODES[random[at + 12]! & 31]!,
      CODES[random[at + 13]! & 31]!,
      CODES[random[at + 14]! & 31]!,
    )
  );
}

/** Whether a text has the form of an id with this prefix; says nothing of whether the row exists. */
export function isId(prefix: string, text: string): boolean {
  const start = prefix.length + 1;
  return (
    text.length === start + BODY_LENGTH &&
    text.charCodeAt(prefix.length) === 0x5f &&
    text.startsWith(prefix) &&
    isIdBody(text, start)
  );
}

/** Whether a text has the form of an id with any prefix. */
export function isAnyId(text: string): boolean {
  const length = text.length - BODY_LENGTH - 1;
  return isPrefix(text, length) && text.charCodeAt(length) === 0x5f && isIdBody(text, length + 1);
}

/** Whether a text may be an id prefix: a lower-case letter, then at most 15 letters or digits. */
export function isIdPrefix(text: string): boolean {
  return isPrefix(text, text.length);
}

/** Whether the first `length` characters are a prefix. */
function isPrefix(text: string, length: number): boolean {
  if (length < 1 || length > 16) return false;
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at);
    const letter = code >= 0x61 && code <= 0x7a;
    if (!letter && (at === 0 || code < 0x30 || code > 0x39)) return false;
  }
  return true;
}

/** Milliseconds since the epoch at which an id was made; undefined for a text without an id's form. */
export function idTimeMs(id: string): number | undefined {
  if (!isAnyId(id)) return undefined;
  let ms = 0;
  const start = id.length - BODY_LENGTH;
  for (let at = start; at < start + 10; at++) ms = ms * 32 + ALPHABET.indexOf(id[at]!);
  return ms;
}

function isIdBody(text: string, start: number): boolean {
  // 128 bits in 26 characters: the first one has three bits.
  if (text.charCodeAt(start) > 0x37) return false;
  for (let at = start; at < text.length; at++) if (IN_ALPHABET[text.charCodeAt(at)] !== 1) return false;
  return true;
}

const IN_ALPHABET = new Uint8Array(128);
for (const character of ALPHABET) IN_ALPHABET[character.charCodeAt(0)] = 1;

function encodeTime(ms: number): string {
  let text = "";
  for (let rest = ms, count = 0; count < 10; count++) {
    text = ALPHABET[rest % 32]! + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

// One call for many ids: asking for few bytes at a time costs more than making the id.
const pool = new Uint8Array(RANDOM_SIZE * 256);
let poolAt = pool.length;

/** Where the bytes for the next id begin in the pool. */
function takeFromPool(): number {
  if (poolAt === pool.length) {
    crypto.getRandomValues(pool);
    poolAt = 0;
  }
  poolAt += RANDOM_SIZE;
  return poolAt - RANDOM_SIZE;
}
