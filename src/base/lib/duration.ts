const DURATION =
  /^(-?)P(?=.)(?:(\d{1,9})W|(?:(\d{1,9})D)?(?:T(?=.)(?:(\d{1,12})H)?(?:(\d{1,13})M)?(?:(\d{1,15})(?:\.(\d{1,32}))?S)?)?)$/;
const SECOND = 1_000_000n;
const DAY = 86_400n * SECOND;

/** Longest duration either way: 10,000 years, the range of google.protobuf.Duration. */
export const MAX_DURATION_MICROS = 315_576_000_000n * SECOND;

/**
 * Reads an ISO 8601 duration of exact units (weeks, days of 24 hours, hours, minutes, seconds) and returns its
 * canonical form: largest units first, none that is zero, `PT0S` for nothing, a minus sign before the P. Undefined for
 * anything else: years and months have no exact length; nothing finer than microseconds; at most 10,000 years.
 */
export function parseDuration(text: string): string | undefined {
  const micros = toMicros(text);
  return micros === undefined ? undefined : durationFromMicros(micros);
}

/** Microseconds of a duration; a RangeError for a text that parseDuration refuses. */
export function durationToMicros(text: string): bigint {
  const micros = toMicros(text);
  if (micros === undefined) throw new RangeError("Not a duration of exact units");
  return micros;
}

/** Writes microseconds as a canonical duration. */
export function durationFromMicros(micros: bigint): string {
  const size = micros < 0n ? -micros : micros;
  const days = size / DAY;
  const hours = (size % DAY) / (3600n * SECOND);
  const minutes = (size / (60n * SECOND)) % 60n;
  const seconds = (size / SECOND) % 60n;
  const fraction = (size % SECOND).toString().padStart(6, "0").replace(/0+$/, "");
  const part = (value: bigint, unit: string) => (value === 0n ? "" : `${value}${unit}`);
  const second = fraction === "" ? part(seconds, "S") : `${seconds}.${fraction}S`;
  const time = part(hours, "H") + part(minutes, "M") + second;
  if (size === 0n) return "PT0S";
  return `${micros < 0n ? "-" : ""}P${part(days, "D")}${time === "" ? "" : `T${time}`}`;
}

function toMicros(text: string): bigint | undefined {
  const match = text.length <= 96 ? DURATION.exec(text) : null;
  if (match === null) return undefined;
  const [, sign, weeks = "0", days = "0", hours = "0", minutes = "0", seconds = "0", fraction = ""] = match;
  if (/[1-9]/.test(fraction.slice(6))) return undefined;
  const whole = BigInt(hours) * 3600n + BigInt(minutes) * 60n + BigInt(seconds);
  const size =
    (BigInt(weeks) * 7n + BigInt(days)) * DAY + whole * SECOND + BigInt(fraction.slice(0, 6).padEnd(6, "0"));
  if (size > MAX_DURATION_MICROS) return undefined;
  return sign === "-" ? -size : size;
}
