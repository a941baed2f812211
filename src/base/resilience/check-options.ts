import { type Mistake, UsageError } from "../errors/index.ts";

/** What an option may be: a number in a range, or anything, which its type alone describes. */
export type OptionCheck = "any" | { readonly least: number; readonly most: number; readonly whole?: true };

/** A number of milliseconds that a timer takes. */
export const MILLISECONDS: OptionCheck = { least: 0, most: 2 ** 31 - 1 };

/** A whole number from 1 on. */
export const COUNT: OptionCheck = { least: 1, most: 1_000_000, whole: true };

/** Throws UsageError for options that do not exist and for numbers out of their range, all at once. */
export function checkOptions(
  place: string,
  options: object,
  checks: Readonly<Record<string, OptionCheck>>,
): void {
  const mistakes: Mistake[] = [];
  for (const [name, value] of Object.entries(options)) {
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
    if (check === undefined) {
      const expected = `one of ${Object.keys(checks).join(", ")}`;
      mistakes.push({ place, expected, found: name, fix: "correct the option's name" });
    } else if (check !== "any" && value !== undefined && !isInRange(value, check)) {
      const expected = `a ${check.whole ? "whole " : ""}number from ${check.least} to ${check.most}`;
      const fix = "choose one within that range";
      mistakes.push({ place: `${place}, ${name}`, expected, found: String(value), fix });
    }
  }
  if (mistakes.length > 0) throw new UsageError(mistakes);
}

function isInRange(value: unknown, { least, most, whole }: Exclude<OptionCheck, "any">): boolean {
  if (typeof value !== "number" || !(value >= least && value <= most)) return false;
  return whole !== true || Number.isInteger(value);
}
