import { type Mistake, UsageError } from "../../base/errors/index.ts";
import { JsonSyntaxError, type JsonValue, parseJson } from "../../base/lib/index.ts";
import type { LockedEnum, LockedMessage, LockedService, ProtoLock } from "../proto/index.ts";
import type { Lock } from "./lock.ts";

/**
 * Writes a lock as JSON that people read and git merges: a field to a line, as .proto text has it; names sorted, fields by
 * number. The same lock always gives the same text.
 */
export function formatLock(lock: Lock): string {
  const protobuf = sorted(lock.protobuf, ({ messages, enums, services }) => ({
    messages: sorted(messages, ({ fields, reserved }) => ({
      fields: Object.fromEntries(
        Object.entries(fields)
          .sort(([, a], [, b]) => a.number - b.number)
          .map(([name, { type, number }]) => [name, `${type} = ${number}`]),
      ),
      ...(isEmpty(reserved) ? {} : { reserved: byNumber(reserved) }),
    })),
    enums: sorted(enums, ({ values, reserved }) => ({
      values: byNumber(values),
      ...(isEmpty(reserved) ? {} : { reserved: byNumber(reserved) }),
    })),
    services: sorted(services, ({ methods, retired }) => ({
      methods: sorted(methods, (method) => method),
      ...(retired.length === 0 ? {} : { retired: [...retired].sort() }),
    })),
  }));
  return `${JSON.stringify({ concordat: lock.concordat, protobuf }, null, 2)}\n`;
}

function isEmpty(record: object): boolean {
  return Object.keys(record).length === 0;
}

function sorted<Value, Text>(record: Readonly<Record<string, Value>>, write: (value: Value) => Text) {
  const names = Object.keys(record).sort();
  return Object.fromEntries(
    names.flatMap((name) => (record[name] === undefined ? [] : [[name, write(record[name])]])),
  );
}

function byNumber(numbers: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(numbers).sort(([, a], [, b]) => a - b));
}

/** Reads what {@link formatLock} has written; `place` names the file in the UsageError for anything else. */
export function parseLock(text: string, place: string): Lock {
  const reader = createReader(place);
  const root = reader.record(readText(text, place), place);
  if (root.concordat !== 1) reader.wrong(place, "concordat: 1, the version of the format", root.concordat);
  const protobuf = reader.each(root.protobuf, `${place}, protobuf`, (value, at, name) =>
    packageLock(value, at, name, reader),
  );
  reader.finish();
  return { concordat: 1, protobuf };
}

function readText(text: string, place: string): JsonValue {
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    const fix = text.includes("<<<<<<<")
      ? "keep both sides of the merge, give each new field a number of its own, and run concordat lock"
      : "take the last version that was right, and run concordat lock";
    throw new UsageError({ place, expected: "JSON", found: error.message, fix });
  }
}

type Reader = ReturnType<typeof createReader>;

function createReader(place: string) {
  const mistakes: Mistake[] = [];
  const usual = `take the last right version of ${place}, and run concordat lock`;
  const wrong = (at: string, expected: string, value: unknown, fix = usual): void => {
    const found = typeof value === "string" ? value : value === undefined ? "nothing" : JSON.stringify(value);
    mistakes.push({ place: at, expected, found, fix });
  };
  const record = (value: JsonValue | undefined, at: string): Readonly<Record<string, JsonValue>> => {
    if (typeof value === "object" && value !== null && !isList(value)) return value;
    wrong(at, "an object", value);
    return {};
  };
  const each = <Read>(
    value: JsonValue | undefined,
    at: string,
    read: (value: JsonValue, at: string, name: string) => Read,
  ): Record<string, Read> =>
    Object.fromEntries(
      Object.entries(record(value, at)).map(([name, inner]) => [name, read(inner, `${at}, ${name}`, name)]),
    );
  const finish = (): void => {
    if (mistakes.length > 0) throw new UsageError(mistakes);
  };
  return { wrong, record, each, finish };
}

function isList(value: object): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function packageLock(value: JsonValue, at: string, name: string, reader: Reader): ProtoLock {
  const { messages, enums, services } = reader.record(value, at);
  return {
    package: name,
    messages: reader.each(messages, `${at}, messages`, (each, place) => messageLock(each, place, reader)),
    enums: reader.each(enums, `${at}, enums`, (each, place) => enumLock(each, place, reader)),
    services: reader.each(services, `${at}, services`, (each, place) => serviceLock(each, place, reader)),
  };
}

function messageLock(value: JsonValue, at: string, reader: Reader): LockedMessage {
  const { fields, reserved } = reader.record(value, at);
  const read = reader.each(fields, at, (text, place) => {
    const match = typeof text === "string" ? /^(\S.*) = ([1-9]\d{0,8})$/.exec(text) : null;
    if (match === null) reader.wrong(place, 'a type and a number, such as "optional string = 4"', text);
    return { type: match?.[1] ?? "", number: Number(match?.[2] ?? 0) };
  });
  const gone = numbersOf(reserved, at, reader);
  unique(
    [...Object.entries(read).map(([name, { number }]) => [name, number] as const), ...Object.entries(gone)],
    at,
    reader,
  );
  return { fields: read, reserved: gone };
}

function enumLock(value: JsonValue, at: string, reader: Reader): LockedEnum {
  const { values, reserved } = reader.record(value, at);
  const read = numbersOf(values, at, reader);
  const gone = numbersOf(reserved, at, reader);
  unique([...Object.entries(read), ...Object.entries(gone)], at, reader);
  return { values: read, reserved: gone };
}

function serviceLock(value: JsonValue, at: string, reader: Reader): LockedService {
  const { methods, retired = [] } = reader.record(value, at);
  const read = reader.each(methods, at, (text, place) => {
    if (typeof text !== "string") reader.wrong(place, "what it does", text);
    return String(text);
  });
  const names = typeof retired === "object" && retired !== null && isList(retired) ? retired : undefined;
  if (names === undefined) reader.wrong(`${at}, retired`, "a list of names", retired);
  return { methods: read, retired: names?.map(String) ?? [] };
}

function numbersOf(value: JsonValue | undefined, at: string, reader: Reader): Record<string, number> {
  return reader.each(value ?? {}, at, (number, place) => {
    if (typeof number === "number" && Number.isInteger(number) && number > 0) return number;
    reader.wrong(place, "a number", number);
    return 0;
  });
}

/** Two branches that each add a field give both the same number, and merge without a conflict where the lines differ. */
function unique(
  numbers: readonly (readonly [name: string, number: number])[],
  at: string,
  reader: Reader,
): void {
  const names = new Map<number, string>();
  for (const [name, number] of numbers) {
    const other = names.get(number);
    if (other !== undefined) {
      const fix =
        "give the one that was never released a free number: delete its line and run concordat lock";
      reader.wrong(`${at}, ${name}`, "a number of its own", `${number}, which ${other} has`, fix);
    }
    names.set(number, name);
  }
}
