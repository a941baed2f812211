const DECIMAL = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;

/** Whether a text is a plain decimal number: no exponent, no plus sign, no leading zero, digits on both sides of a point. */
export function isDecimal(text: string): boolean {
  return DECIMAL.test(text);
}

/**
 * Writes a decimal text with exactly `scale` fraction digits; minus zero becomes zero. Undefined where it has more
 * fraction digits than that: nothing is rounded.
 */
export function toScale(decimal: string, scale: number): string | undefined {
  const point = decimal.indexOf(".");
  const digits = point === -1 ? 0 : decimal.length - point - 1;
  if (digits > scale) return undefined;
  const whole = point === -1 ? decimal : decimal.slice(0, point);
  const fraction = point === -1 ? "" : decimal.slice(point + 1);
  const text = scale === 0 ? whole : `${whole}.${fraction.padEnd(scale, "0")}`;
  return text.startsWith("-") && !/[1-9]/.test(text) ? text.slice(1) : text;
}

/** Number of digits before the point, a lone zero not counted. */
export function wholeDigits(decimal: string): number {
  const end = decimal.indexOf(".") === -1 ? decimal.length : decimal.indexOf(".");
  const start = decimal.startsWith("-") ? 1 : 0;
  return decimal[start] === "0" ? 0 : end - start;
}

/** A decimal as a whole number of units of 10^-scale: `toUnits("12.5", 2)` is 1250n. Its fraction must fit the scale. */
export function toUnits(decimal: string, scale: number): bigint {
  const text = toScale(decimal, scale);
  if (text === undefined) throw new RangeError(`"${decimal}" has more than ${scale} fraction digits`);
  return BigInt(text.replace(".", ""));
}

/** Writes units of 10^-scale as a decimal: `fromUnits(1250n, 2)` is `"12.50"`. */
export function fromUnits(units: bigint, scale: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  const sign = units < 0n ? "-" : "";
  return scale === 0 ? sign + whole : `${sign}${whole}.${digits.slice(-scale)}`;
}

/** Orders two decimals by value: negative, 0 or positive. */
export function compareDecimals(left: string, right: string): number {
  const scale = Math.max(fractionDigits(left), fractionDigits(right));
  const difference = toUnits(left, scale) - toUnits(right, scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

function fractionDigits(decimal: string): number {
  const point = decimal.indexOf(".");
  return point === -1 ? 0 : decimal.length - point - 1;
}
