const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
// 0001-01-01T00:00:00Z and the last millisecond of 9999: the years RFC 3339 can write, without year 0.
const FIRST_MS = -62_135_596_800_000;
const LAST_MS = 253_402_300_799_999;

/**
 * Reads an RFC 3339 date-time and returns its canonical form: UTC with `Z`, and 0, 3 or 6 fraction digits, the fewest
 * that keep the value. Undefined for anything else: leap seconds, year 0, more precision than microseconds.
 */
export function parseTimestamp(text: string): string | undefined {
  if (text.length < 20 || text.length > 64 || !isDateAt(text)) return undefined;
  const separator = text.charCodeAt(10);
  if (separator !== 0x54 && separator !== 0x74) return undefined;
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  if (!(hour <= 23 && minute <= 59 && second <= 59) || text[13] !== ":" || text[16] !== ":") return undefined;
  if (text.length === 20 && text[19] === "Z") return separator === 0x54 ? text : text.toUpperCase();
  const fractionEnd = endOfFraction(text);
  if (fractionEnd === -1) return undefined;
  const offset = offsetMinutes(text, fractionEnd);
  if (offset === undefined) return undefined;
  const whole = offset === 0 ? `${text.slice(0, 10)}T${text.slice(11, 19)}` : shift(text, offset);
  if (whole === undefined) return undefined;
  return `${whole}${canonicalFraction(text.slice(20, fractionEnd))}Z`;
}

/** Writes milliseconds since the epoch as a canonical timestamp; a RangeError outside the years 1 to 9999. */
export function timestampFromMs(ms: number): string {
  if (!(ms >= FIRST_MS && ms <= LAST_MS)) throw new RangeError("Timestamp outside the years 1 to 9999");
  const text = new Date(ms).toISOString();
  return text.endsWith(".000Z") ? `${text.slice(0, 19)}Z` : text;
}

/** Milliseconds since the epoch of a canonical timestamp, microseconds cut off towards the past. */
export function timestampToMs(timestamp: string): number {
  return Date.parse(timestamp.length === 27 ? `${timestamp.slice(0, 23)}Z` : timestamp);
}

/** Orders canonical timestamps: negative, 0 or positive. As texts they would not sort, since fractions vary in length. */
export function compareTimestamps(left: string, right: string): number {
  const a = left.slice(0, -1);
  const b = right.slice(0, -1);
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Whether a text is a date of the calendar, `YYYY-MM-DD`, in the years 1 to 9999. */
export function isDate(text: string): boolean {
  return text.length === 10 && isDateAt(text);
}

function isDateAt(text: string): boolean {
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1) || text[4] !== "-" || text[7] !== "-")
    return false;
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day <= DAYS_IN_MONTH[month - 1]! + (leap ? 1 : 0);
}

/** Value of two digits; NaN if they are not digits. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 0x30;
  const ones = text.charCodeAt(at + 1) - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

/** Offset after the fraction, 19 where there is none; -1 for an empty one or more precision than microseconds. */
function endOfFraction(text: string): number {
  if (text[19] !== ".") return 19;
  let end = 20;
  for (; ; end++) {
    const code = text.charCodeAt(end);
    if (!(code >= 0x30 && code <= 0x39)) break;
    if (end > 25 && code !== 0x30) return -1;
  }
  return end === 20 ? -1 : end;
}

function offsetMinutes(text: string, at: number): number | undefined {
  const sign = text[at];
  if (sign === "Z" || sign === "z") return text.length === at + 1 ? 0 : undefined;
  if ((sign !== "+" && sign !== "-") || text.length !== at + 6 || text[at + 3] !== ":") return undefined;
  const hours = twoDigits(text, at + 1);
  const minutes = twoDigits(text, at + 4);
  if (!(hours <= 23 && minutes <= 59)) return undefined;
  return sign === "-" ? -(hours * 60 + minutes) : hours * 60 + minutes;
}

function shift(text: string, offset: number): string | undefined {
  const ms = Date.parse(`${text.slice(0, 10)}T${text.slice(11, 19)}Z`) - offset * 60_000;
  return ms >= FIRST_MS && ms <= LAST_MS ? new Date(ms).toISOString().slice(0, 19) : undefined;
}

function canonicalFraction(digits: string): string {
  const used = digits.slice(0, 6).replace(/0+$/, "");
  return used === "" ? "" : `.${used.padEnd(used.length <= 3 ? 3 : 6, "0")}`;
}
