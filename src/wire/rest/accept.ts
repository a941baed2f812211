/** Picks one of the offers for the value of an Accept header (RFC 9110 section 12.5.1); undefined when none will do. */
export type Negotiator<T extends string> = (header: string | undefined) => T | undefined;

/** Content codings that answers may have. */
export type Coding = "identity" | "gzip" | "br" | "zstd";

interface Range {
  readonly name: string;
  readonly quality: number;
}

// Headers come again and again in the same few forms; strangers must not fill the memory.
const MAX_REMEMBERED = 200;
const MAX_REMEMBERED_LENGTH = 300;

/**
 * Makes the negotiator of media types for these offers, best first: of the offers that the caller likes equally the
 * first is taken. Parameters other than `q` are not compared. No header takes the first offer.
 */
export function createMediaTypeNegotiator<const T extends string>(
  offers: readonly [T, ...T[]],
): Negotiator<T> {
  return remember((header) => {
    if (header === undefined || header === "*/*") return offers[0];
    const ranges = parseRanges(header);
    return best(offers, (offer) => mediaTypeQuality(ranges, offer));
  });
}

/**
 * Makes the negotiator of content codings (RFC 9110 section 12.5.3) for these codings, best first. Without a header, or
 * when nothing fits, the answer is not coded.
 */
export function createCodingNegotiator(codings: readonly Coding[]): Negotiator<Coding> {
  return remember((header) => {
    if (header === undefined) return "identity";
    const ranges = parseRanges(header);
    const qualityOf = (coding: Coding) => codingQuality(ranges, coding);
    const coded = best(codings, qualityOf);
    // Equal weight is no wish to have it plain.
    return coded !== undefined && qualityOf(coded) >= qualityOf("identity") ? coded : "identity";
  });
}

/** Whether a coding may be sent to a caller with this Accept-Encoding. */
export function acceptsCoding(header: string | undefined, coding: Coding): boolean {
  return header === undefined ? coding === "identity" : codingQuality(parseRanges(header), coding) > 0;
}

function codingQuality(ranges: readonly Range[], coding: Coding): number {
  const exact = ranges.find((range) => range.name === coding) ?? ranges.find((range) => range.name === "*");
  // Not named, identity is acceptable, but less so than anything that is.
  return exact?.quality ?? (coding === "identity" ? 0.0001 : 0);
}

function mediaTypeQuality(ranges: readonly Range[], offer: string): number {
  const group = `${offer.slice(0, offer.indexOf("/"))}/*`;
  for (const name of [offer, group, "*/*"]) {
    const range = ranges.find((one) => one.name === name);
    if (range !== undefined) return range.quality;
  }
  return 0;
}

function best<T>(offers: readonly T[], qualityOf: (offer: T) => number): T | undefined {
  let found: T | undefined;
  let highest = 0;
  for (const offer of offers) {
    const quality = qualityOf(offer);
    if (quality > highest) {
      found = offer;
      highest = quality;
    }
  }
  return found;
}

/** Reads a weighted list; a member that is not well formed is left out. */
function parseRanges(header: string): readonly Range[] {
  const ranges: Range[] = [];
  for (const member of header.toLowerCase().split(",")) {
    const [name = "", ...parameters] = member.split(";").map((part) => part.trim());
    if (name === "") continue;
    let quality = 1;
    for (const parameter of parameters) {
      if (parameter.startsWith("q=")) quality = parseQuality(parameter.slice(2));
    }
    ranges.push({ name, quality });
  }
  return ranges;
}

/** RFC 9110 section 12.4.2: at most three digits after the point; what is not a weight counts as 0. */
function parseQuality(text: string): number {
  return /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(text) ? Number(text) : 0;
}

function remember<T extends string>(negotiate: Negotiator<T>): Negotiator<T> {
  const known = new Map<string | undefined, T | undefined>();
  return (header) => {
    const found = known.get(header);
    if (found !== undefined) return found;
    const result = negotiate(header);
    if (header !== undefined && header.length > MAX_REMEMBERED_LENGTH) return result;
    if (known.size >= MAX_REMEMBERED) known.clear();
    known.set(header, result);
    return result;
  };
}
