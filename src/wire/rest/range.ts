/** One range of a representation: bytes from `start` up to and without `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** What a Range header asks of a representation of known size; `none`: it is to be ignored. */
export type RangeRequest =
  | { readonly kind: "none" }
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "ranges"; readonly ranges: readonly ByteRange[] };

/** A viewer of a large document asks for a few at once; more is how one request is made to cost many (section 14.2). */
const MAX_RANGES = 16;

const SPEC = /^(?:(\d+)-(\d*)|-(\d+))$/;

/**
 * Reads a Range header (RFC 9110 section 14.2). Units other than bytes are ignored. Refused are ranges that are not well
 * formed, that none of the bytes satisfy, that overlap, and more than 16. Those that no byte satisfies beside others that
 * some do are left out.
 */
export function parseRange(header: string, size: number): RangeRequest {
  const equals = header.indexOf("=");
  if (equals === -1 || header.slice(0, equals).trim().toLowerCase() !== "bytes") return { kind: "none" };
  const specs = header
    .slice(equals + 1)
    .split(",")
    .map((spec) => spec.trim())
    .filter((spec) => spec !== "");
  if (specs.length > MAX_RANGES) return refused(`More than ${MAX_RANGES} ranges.`);
  const ranges: ByteRange[] = [];
  for (const spec of specs) {
    const range = readSpec(spec, size);
    if (range === undefined) return refused("Range takes bytes=first-last, bytes=first- or bytes=-count.");
    if (range.start < range.end) ranges.push(range);
  }
  if (ranges.length === 0) return refused(`No byte of the ${size} is in the range.`);
  const sorted = ranges.toSorted((a, b) => a.start - b.start);
  if (sorted.some(({ start }, at) => start < (sorted[at - 1]?.end ?? 0)))
    return refused("The ranges overlap.");
  return { kind: "ranges", ranges };
}

/** An empty range where no byte is in it; undefined where the spec is not well formed. */
function readSpec(spec: string, size: number): ByteRange | undefined {
  const found = SPEC.exec(spec);
  if (found === null) return undefined;
  const [, first, last = "", suffix] = found;
  if (first === undefined) return { start: Math.max(size - Number(suffix), 0), end: size };
  if (last !== "" && Number(last) < Number(first)) return undefined;
  return { start: Number(first), end: last === "" ? size : Math.min(Number(last) + 1, size) };
}

function refused(reason: string): RangeRequest {
  return { kind: "refused", reason };
}

/** Value of Content-Range for one range (RFC 9110 section 14.4). */
export function formatContentRange({ start, end }: ByteRange, size: number): string {
  return `bytes ${start}-${end - 1}/${size}`;
}
