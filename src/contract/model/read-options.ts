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

/** Makes a reader of `given`; `place` is the text that names an option when its key is added. Reports unknown keys. */
export function readOptions(
  given: unknown,
  place: string,
  { known, report }: { readonly known: readonly string[]; readonly report: Report },
): OptionReader {
  const options = isRecord(given) ? given : {};
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

  const read = <T>(
    key: string,
    expected: string,
    { is, fix }: { readonly is: (value: unknown) => value is T; readonly fix: string },
  ): T | undefined => {
    const value = options[key];
    if (value === undefined) return undefined;
    if (is(value)) return value;
    report({ place: `${place}${key}`, expected, found: show(value), fix });
    return undefined;
  };

  return {
    has: (key) => options[key] !== undefined,
    text: (key) =>
      read(key, "a text that is not empty", { is: isText, fix: `write ${key} in quotes, or remove it` }),
    flag: (key) => read(key, "true or false", { is: isFlag, fix: "write true or false without quotes" }),
    integer: (key, minimum, maximum) =>
      read(key, `a whole number from ${minimum} to ${maximum}`, {
        is: (value): value is number =>
          typeof value === "number" && Number.isInteger(value) && value >= minimum && value <= maximum,
        fix: `choose one between ${minimum} and ${maximum}`,
      }),
    choice: (key, choices) =>
      read(key, oneOf(choices), {
        is: (value): value is (typeof choices)[number] => choices.some((choice) => choice === value),
        fix: didYouMean(options[key], choices, `choose ${oneOf(choices)}`),
      }),
    list: (key, of) => read(key, `a list of ${of}`, { is: isList, fix: `write ${key}: [ … ]` }),
    names: (key, of) => {
      const list = read(key, `a list of ${of}`, { is: isList, fix: `write ${key}: [ … ]` });
      return list?.filter((name, index): name is string => {
        const fault =
          typeof name !== "string" ? show(name) : list.indexOf(name) < index ? `${show(name)} twice` : "";
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
    record: (key, of) => read(key, `an object of ${of}`, { is: isRecord, fix: `write ${key}: { … }` }),
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
