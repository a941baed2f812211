const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const VALUES = new Int8Array(128).fill(-1);
for (let value = 0; value < 64; value++) VALUES[ALPHABET.charCodeAt(value)] = value;

/**
 * Decodes base64 (RFC 4648 section 4) and nothing else: padded, without white space, without bits left over, so that
 * every value has one text. Undefined for any other text.
 */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  const length = base64ByteLength(text);
  if (text.length % 4 !== 0 || length < 0) return undefined;
  const bytes = new Uint8Array(length);
  const end = Math.ceil((length * 8) / 6);
  let bits = 0;
  let held = 0;
  let at = 0;
  for (let index = 0; index < end; index++) {
    const value = VALUES[text.charCodeAt(index)] ?? -1;
    if (value === -1) return undefined;
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = held >> bits;
    }
  }
  return (held & ((1 << bits) - 1)) === 0 ? bytes : undefined;
}

/** Number of bytes that a padded base64 text of this form stands for, without decoding it. */
export function base64ByteLength(text: string): number {
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  return Math.floor(text.length / 4) * 3 - padding;
}

/** Encodes bytes as padded base64 (RFC 4648 section 4). */
export function encodeBase64(bytes: Uint8Array): string {
  let binary = "";
  // In pieces, since every byte becomes an argument and the stack has room for some ten thousand.
  for (let at = 0; at < bytes.length; at += 8192) {
    binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return btoa(binary);
}
