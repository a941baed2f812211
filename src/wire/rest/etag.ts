import type { Coding } from "./accept.ts";
import type { EntityTag } from "./conditional.ts";

/** What an entity tag of ours says. */
export interface TagParts {
  /** Version of the row; absent where the answer is not one row. */
  readonly version?: number | undefined;
  /** What else tells representations of that row apart: a key from the request, or a digest of the body. */
  readonly representation: string;
  /** Content coding: a coded body is another representation (RFC 9110 section 8.8.3.3). */
  readonly coding: Coding;
}

const OURS = /^(?:v(\d{1,15})\.)?([0-9A-Za-z_-]{1,43})(?:\.(gzip|br|zstd))?$/;

/** Writes a strong entity tag, quotes included: `"v7.1f3k"`, `"v7.1f3k.gzip"`, `"Zm9vYmFy"`. */
export function formatEntityTag({ version, representation, coding }: TagParts): string {
  const plain = version === undefined ? representation : `v${version}.${representation}`;
  return coding === "identity" ? `"${plain}"` : `"${plain}.${coding}"`;
}

/** Reads an entity tag that {@link formatEntityTag} wrote; undefined for one of somebody else. */
export function parseEntityTag(opaque: string): TagParts | undefined {
  const found = OURS.exec(opaque);
  if (found?.[2] === undefined) return undefined;
  const coding = codingOf(found[3]);
  return found[1] === undefined
    ? { representation: found[2], coding }
    : { version: Number(found[1]), representation: found[2], coding };
}

function codingOf(text: string | undefined): Coding {
  return text === "gzip" || text === "br" || text === "zstd" ? text : "identity";
}

/**
 * Row versions that an If-Match list insists on. Tags that are weak or not ours match nothing (RFC 9110 section
 * 13.1.1), so a list of only such tags gives no version at all, which no row has.
 */
export function versionsOf(tags: readonly EntityTag[] | "*"): readonly number[] | "*" {
  if (tags === "*") return tags;
  const versions: number[] = [];
  for (const tag of tags) {
    const version = tag.weak ? undefined : parseEntityTag(tag.opaque)?.version;
    if (version !== undefined) versions.push(version);
  }
  return versions;
}

/**
 * The coding of the caller's stored answer, if the tags name this representation (weak comparison, RFC 9110 section
 * 13.1.2) in a coding that the caller still takes; undefined when the answer must be sent.
 */
export function findStoredCoding(
  tags: readonly EntityTag[] | "*",
  current: Pick<TagParts, "version" | "representation">,
  accepts: (coding: Coding) => boolean,
): Coding | undefined {
  if (tags === "*") return "identity";
  for (const tag of tags) {
    const parts = parseEntityTag(tag.opaque);
    const same = parts?.version === current.version && parts?.representation === current.representation;
    if (parts !== undefined && same && accepts(parts.coding)) return parts.coding;
  }
  return undefined;
}

/**
 * Mixes texts into a short key for {@link TagParts.representation}. It tells apart the few representations of one row
 * (cyrb53, 53 bits); it does not resist someone who looks for collisions.
 */
export function representationKey(parts: readonly string[]): string {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (const part of parts) {
    for (let at = 0; at <= part.length; at++) {
      // One step past the end, so that the parts "ab", "c" and "a", "bc" differ.
      const code = at === part.length ? 0x1f : part.charCodeAt(at);
      high = Math.imul(high ^ code, 2654435761);
      low = Math.imul(low ^ code, 1597334677);
    }
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return (4294967296 * (2097151 & low) + (high >>> 0)).toString(36);
}
