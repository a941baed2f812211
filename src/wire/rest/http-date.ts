const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const IMF = /^[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/;
const RFC850 = /^[A-Z][a-z]{5,8}, (\d{2})-([A-Z][a-z]{2})-(\d{2}) (\d{2}):(\d{2}):(\d{2}) GMT$/;
const ASCTIME = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) (\d{2}):(\d{2}):(\d{2}) (\d{4})$/;

/** Reads an HTTP date in any of its three forms (RFC 9110 section 5.6.7) as seconds since the epoch; undefined for none. */
export function parseHttpDate(text: string): number | undefined {
  const imf = IMF.exec(text);
  if (imf !== null) return seconds(imf[3], imf[2], imf[1], imf.slice(4, 7));
  const asctime = ASCTIME.exec(text);
  if (asctime !== null) return seconds(asctime[6], asctime[1], asctime[2], asctime.slice(3, 6));
  const rfc850 = RFC850.exec(text);
  return rfc850 === null ? undefined : seconds(fullYear(rfc850[3]), rfc850[2], rfc850[1], rfc850.slice(4, 7));
}

/** Writes a canonical timestamp (RFC 3339 in UTC) as an HTTP date; fractions of a second are cut off. */
export function formatHttpDate(timestamp: string): string {
  // By slices, since making a Date of it and a text of that costs five times as much, for every row sent.
  const day = daysSinceEpoch(timestamp);
  const month = MONTHS[Number(timestamp.slice(5, 7)) - 1];
  return `${WEEKDAYS[(((day + 4) % 7) + 7) % 7]}, ${timestamp.slice(8, 10)} ${month} ${timestamp.slice(0, 4)} ${timestamp.slice(11, 19)} GMT`;
}

/** Whole seconds since the epoch of a canonical timestamp. */
export function timestampSeconds(timestamp: string): number {
  const hours = Number(timestamp.slice(11, 13));
  const minutes = hours * 60 + Number(timestamp.slice(14, 16));
  return daysSinceEpoch(timestamp) * 86_400 + minutes * 60 + Number(timestamp.slice(17, 19));
}

/** Days of the proleptic Gregorian calendar, with years that begin in March so that the leap day comes last. */
function daysSinceEpoch(timestamp: string): number {
  const month = Number(timestamp.slice(5, 7));
  const year = Number(timestamp.slice(0, 4)) - (month <= 2 ? 1 : 0);
  const century = Math.floor(year / 100);
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + Number(timestamp.slice(8, 10)) - 1;
  return year * 365 + Math.floor(year / 4) - century + Math.floor(century / 4) + dayOfYear - 719_468;
}

function seconds(
  year: string | undefined,
  month: string | undefined,
  day: string | undefined,
  time: readonly string[],
): number | undefined {
  const [hour = 0, minute = 0, second = 0] = time.map(Number);
  const monthAt = MONTHS.indexOf(month ?? "");
  const date = new Date(Date.UTC(Number(year), monthAt, Number(day), hour, minute, second));
  const real = monthAt >= 0 && date.getUTCDate() === Number(day) && hour < 24 && minute < 60 && second <= 60;
  return real ? date.getTime() / 1000 : undefined;
}

/** A two-digit year more than 50 years ahead is one of the past. */
function fullYear(text: string | undefined): string {
  const thisYear = new Date().getUTCFullYear();
  const year = Math.floor(thisYear / 100) * 100 + Number(text);
  return String(year > thisYear + 50 ? year - 100 : year);
}
