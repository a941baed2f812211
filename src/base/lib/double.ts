/**
 * Whether a decimal text is a double written out: rounded to as many digits as the text has, the double is the text.
 * All that programs print of their doubles is; what reading as a double would round (9007199254740993) is not.
 */
export function isWritingOf(text: string, value: number): boolean {
  if (!Number.isFinite(value)) return false;
  const digits = significantDigits(text);
  // So few survive in every double.
  if (digits.length <= 15) return true;
  if (digits.length > 99) return false;
  if (significantDigits(value.toPrecision(digits.length)) === digits) return true;
  // Programs differ in how they round a tie: half a unit either way is the double still.
  // As whole numbers of 100 digits, the most that toPrecision gives; where the first digits stand for different powers
  // of ten, the difference is far above half a unit, as it should be.
  const difference =
    BigInt(significantDigits(value.toPrecision(100)).padEnd(100, "0")) - BigInt(digits.padEnd(100, "0"));
  const unit = 10n ** BigInt(100 - digits.length);
  return 2n * difference <= unit && -2n * difference <= unit;
}

/** The double that a whole number is, or is a writing of; undefined where reading it as a double would round it. */
export function toDouble(whole: bigint): number | undefined {
  const value = Number(whole);
  if (!Number.isFinite(value)) return undefined;
  return BigInt(value) === whole || isWritingOf(whole.toString(), value) ? value : undefined;
}

/** Digits of a number without sign, point, exponent and zeros at either end. In one pass: texts may be long. */
function significantDigits(text: string): string {
  const exponent = text.search(/[eE]/);
  const digits = (exponent === -1 ? text : text.slice(0, exponent)).replace("-", "").replace(".", "");
  let start = 0;
  let end = digits.length;
  while (start < end && digits.charCodeAt(start) === 0x30) start++;
  while (end > start && digits.charCodeAt(end - 1) === 0x30) end--;
  return digits.slice(start, end);
}
