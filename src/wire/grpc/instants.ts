import { durationFromMicros, durationToMicros } from "../../base/lib/index.ts";

/** google.protobuf.Timestamp or Duration. Seconds are within 10,000 years in anything that is valid. */
export interface SecondsAndNanos {
  readonly seconds: number;
  readonly nanos: number;
}

// 0001-01-01T00:00:00Z and the last second of 9999.
const FIRST_SECOND = -62_135_596_800;
const LAST_SECOND = 253_402_300_799;
/** Ten thousand years, the range of a Duration. */
const LONGEST_SECONDS = 315_576_000_000;

/** Reads a canonical timestamp, whose digits stand in fixed places. */
export function timestampToProto(text: string): SecondsAndNanos {
  const days = daysOf(digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10));
  const seconds =
    days * 86_400 + digits(text, 11, 13) * 3600 + digits(text, 14, 16) * 60 + digits(text, 17, 19);
  // `Z` at 19, or 3 or 6 digits and then `Z`.
  const nanos = text.length === 20 ? 0 : digits(text, 20, text.length - 1) * 10 ** (30 - text.length);
  if (!Number.isInteger(seconds + nanos)) throw new TypeError("Not a canonical timestamp");
  return { seconds, nanos };
}

/**
 * Writes a Timestamp as RFC 3339. What is out of range or finer than microseconds becomes a text that the field's own rules
 * refuse, so that it is told with its place.
 */
export function timestampFromProto({ seconds, nanos }: SecondsAndNanos): string {
  const isValid = seconds >= FIRST_SECOND && seconds <= LAST_SECOND && nanos >= 0 && nanos < 1e9;
  if (!isValid) return `${seconds} seconds and ${nanos} nanoseconds`;
  const days = Math.floor(seconds / 86_400);
  const second = seconds - days * 86_400;
  const hour = Math.floor(second / 3600);
  const minute = Math.floor(second / 60) % 60;
  return `${dateOf(days)}T${two(hour)}:${two(minute)}:${two(second % 60)}${fraction(nanos)}Z`;
}

/** Reads an ISO 8601 duration of exact units. */
export function durationToProto(text: string): SecondsAndNanos {
  const micros = durationToMicros(text);
  return { seconds: Number(micros / 1_000_000n), nanos: Number(micros % 1_000_000n) * 1000 };
}

/** Writes a Duration as ISO 8601; as {@link timestampFromProto}, what is not valid becomes a text that is refused. */
export function durationFromProto({ seconds, nanos }: SecondsAndNanos): string {
  const isValid =
    Math.abs(seconds) <= LONGEST_SECONDS &&
    Math.abs(nanos) < 1e9 &&
    (seconds === 0 || nanos === 0 || seconds > 0 === nanos > 0);
  if (!isValid || nanos % 1000 !== 0) return `${seconds} seconds and ${nanos} nanoseconds`;
  return durationFromMicros(BigInt(seconds) * 1_000_000n + BigInt(nanos / 1000));
}

/** Writes a Duration as ProtoJSON does: `5400s`, `-0.500s`; with 0, 3, 6 or 9 fraction digits. */
export function durationToJson(text: string): string {
  const { seconds, nanos } = durationToProto(text);
  const sign = seconds < 0 || nanos < 0 ? "-" : "";
  return `${sign}${Math.abs(seconds)}${fraction(Math.abs(nanos))}s`;
}

const JSON_DURATION = /^(-?)(\d{1,12})(?:\.(\d{1,9}))?s$/;

/** Reads a Duration from ProtoJSON; undefined for what is no such text. */
export function durationFromJson(text: string): string | undefined {
  const match = JSON_DURATION.exec(text);
  if (match === null) return undefined;
  const [, minus, seconds = "", digitsAfter = ""] = match;
  const sign = minus === "" ? 1 : -1;
  // Adding zero makes minus zero plain.
  return durationFromProto({
    seconds: sign * Number(seconds) + 0,
    nanos: sign * Number(digitsAfter.padEnd(9, "0")) + 0,
  });
}

function fraction(nanos: number): string {
  if (nanos === 0) return "";
  const text = String(nanos).padStart(9, "0");
  return text.endsWith("000000")
    ? `.${text.slice(0, 3)}`
    : text.endsWith("000")
      ? `.${text.slice(0, 6)}`
      : `.${text}`;
}

function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let index = from; index < to; index++) {
    const digit = text.charCodeAt(index) - 0x30;
    value = digit >= 0 && digit <= 9 ? value * 10 + digit : Number.NaN;
  }
  return value;
}

/** The date that many days after 1970-01-01; the reverse of {@link daysOf}. */
function dateOf(days: number): string {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const ofEra = shifted - era * 146_097;
  const year = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  const march = Math.floor((5 * ofYear + 2) / 153);
  const day = ofYear - Math.floor((153 * march + 2) / 5) + 1;
  const month = march < 10 ? march + 3 : march - 9;
  const full = year + era * 400 + (month <= 2 ? 1 : 0);
  return `${full < 1000 ? String(full).padStart(4, "0") : full}-${two(month)}-${two(day)}`;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : `${value}`;
}

/** Days since 1970 of a date of the Gregorian calendar: years begin in March, so that leap days come last. */
function daysOf(year: number, month: number, day: number): number {
  const from = month <= 2 ? year - 1 : year;
  const era = Math.floor(from / 400);
  const ofEra = from - era * 400;
  const ofYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146_097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719_468;
}
