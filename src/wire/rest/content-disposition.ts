/** Characters of an ext-value that need no escape (RFC 8187 section 3.2.1). */
const ATTR_CHAR = /[^A-Za-z0-9!#$&+.^_`|~-]/;

/**
 * Writes `attachment` with a file name (RFC 6266): in ASCII for all, and where that is not the name itself, in UTF-8
 * beside it (RFC 8187).
 */
export function formatAttachment(name: string): string {
  const ascii = name.replace(/[^\x20-\x7e]|["\\%]/gu, "_");
  const plain = `attachment; filename="${ascii}"`;
  return ascii === name ? plain : `${plain}; filename*=UTF-8''${encodeExtended(name)}`;
}

function encodeExtended(name: string): string {
  return encodeURIComponent(name).replace(
    // What encodeURIComponent leaves as it is and an ext-value must not have.
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

const PARAMETER = /;[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))/g;

/** Reads the file name of a Content-Disposition header, whose bytes come one to a character; undefined without one. */
export function parseFileName(header: string): string | undefined {
  let plain: string | undefined;
  for (const [, name = "", quoted, token] of header.slice(0, 4096).matchAll(PARAMETER)) {
    const value = quoted?.replace(/\\(.)/g, "$1") ?? token ?? "";
    if (name.toLowerCase() === "filename*") {
      const decoded = decodeExtended(value);
      if (decoded !== undefined) return decoded;
    } else if (name.toLowerCase() === "filename") plain ??= fromBytes(value);
  }
  return plain;
}

function decodeExtended(value: string): string | undefined {
  const found = /^utf-8'[A-Za-z0-9-]*'(.*)$/i.exec(value);
  if (found?.[1] === undefined || ATTR_CHAR.test(found[1].replace(/%[0-9A-Fa-f]{2}/g, ""))) return undefined;
  try {
    return decodeURIComponent(found[1]);
  } catch {
    return undefined;
  }
}

/** Clients write UTF-8 where the RFC knows only ISO 8859-1; what is not UTF-8 is the latter. */
function fromBytes(text: string): string {
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return text;
  }
}

/**
 * Brings a file name to the form that files have: without a path and control characters, without direction marks that
 * make an `.exe` look like a `.pdf`, at most 255 code points; `file` where nothing is left.
 */
export function toFileName(name: string | undefined): string {
  const base = (name ?? "").toWellFormed().split(/[/\\]/).at(-1) ?? "";
  const clean = base.replace(/[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "").trim();
  const short = [...clean].slice(0, 255).join("");
  return /^\.*$/.test(short) ? "file" : short;
}
