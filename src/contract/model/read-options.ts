import { didYouMean, oneOf, type Report, show } from "./report.ts";

/**
 * Reads the options an author gave, who may write plain JavaScript: each method returns the option if it is there and
 * right, and reports it and returns undefined if it is wrong.
 */
export interface OptionReader {
  has(key: string): boolean;
  text(key: string): string | undefined;
  flag(key: string): boolean | undefined;
  integer(key: string, minimum: number, maximum: number): number | undefined;
  choice<const Choice extends string>(key: string, choices: readonly Choice[]): Choice | undefined;
  list(key: string, of: string): readonly unknown[] | undefined;
  /** A list of strings, none twice. */
  names(key: string, of: string): readonly string[] | undefined;
  record(key: string, of: string): Readonly<Record<string, unknown>> | undefined;
}

/** Tells whether a value is an object with keys, not a list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Reads what nobody gave: operations that a resource has of itself have no options. */
const NOTHING: OptionReader = {
  has: () => false,
  text: nothing,
  flag: nothing,
  integer: nothing,
  choice: nothing,
  list: nothing,
  names: nothing,
  record: nothing,
};

function nothing(): undefined {}

/** Makes a reader of `given`; `place` is the text that names an option when its key is added. Reports unknown keys. */
export function readOptions(
  given: unknown,
  place: string,
  { known, report }: { readonly known: readonly string[]; readonly report: Report },
): OptionReader {
  const options = isRecord(given) ? given : {};
  if (isRecord(given) && Object.keys(given).length === 0) return NOTHING;
  if (!isRecord(given)) {
    report({
      place: place.replace(/[,.]\s*$/, ""),
      expected: "an object of options",
      found: show(given),
      fix: `give ${oneOf(known)} in an object, or leave it out`,
    });
  }
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    report({
      place: `${place}${key}`,
      expected: `an option that exists: ${oneOf(known)}`,
      found: show(key),
      fix: didYouMean(key, known, "remove it"),
    });
  }

  // Most options are left out, and nearly all that are given are right: words are made for the others only.
  const read = <T>(
    key: string,
    is: (value: unknown) => value is T,
    wrong: (value: unknown) => { readonly expected: string; readonly fix: string },
  ): T | undefined => {
    const value = options[key];
    if (value === undefined) return undefined;
    if (is(value)) return value;
    report({ place: `${place}${key}`, ...wrong(value), found: show(value) });
    return undefined;
  };
  const list = (key: string, of: string): readonly unknown[] | undefined =>
    read(key, isList, () => ({ expected: `a list of ${of}`, fix: `write ${key}: [ … ]` }));

  return {
    has: (key) => options[key] !== undefined,
    text: (key) =>
      read(key, isText, () => ({
        expected: "a text that is not empty",
        fix: `write ${key} in quotes, or remove it`,
      })),
    flag: (key) =>
      read(key, isFlag, () => ({ expected: "true or false", fix: "write true or false without quotes" })),
    integer: (key, minimum, maximum) =>
      read(
        key,
        (value): value is number =>
          typeof value === "number" && Number.isInteger(value) && value >= minimum && value <= maximum,
        () => ({
          expected: `a whole number from ${minimum} to ${maximum}`,
          fix: `choose one between ${minimum} and ${maximum}`,
        }),
      ),
    choice: (key, choices) =>
      read(
        key,
        (value): value is (typeof choices)[number] => choices.some((choice) => choice === value),
        (value) => ({
          expected: oneOf(choices),
          fix: didYouMean(value, choices, `choose ${oneOf(choices)}`),
        }),
      ),
    list,
    names: (key, of) => {
      const given = list(key, of);
      return given?.filter((name, index): name is string => {
        const fault =
          typeof name !== "string" ? show(name) : given.indexOf(name) < index ? `${show(name)} twice` : "";
        if (fault === "") return true;
        report({
          place: `${place}${key}[${index}]`,
          expected: `${of}, each once`,
          found: fault,
          fix: "remove it",
        });
        return false;
      });
    },
    record: (key, of) =>
      read(key, isRecord, () => ({ expected: `an object of ${of}`, fix: `write ${key}: { … }` })),
  };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "";
}

function isFlag(value: unknown): value is boolean {
  return typeof value === "boolean";
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
