import { type Mistake, UsageError } from "../../base/errors/index.ts";
import type { Draft, EnumDraft, FileDraft, MessageDraft } from "./draft.ts";
import type { ProtoLock } from "./proto-lock.ts";
import type {
  ProtoEnum,
  ProtoField,
  ProtoFile,
  ProtoMessage,
  ProtoReserved,
  ProtoSchema,
} from "./proto-schema.ts";
import { typeText } from "./type-text.ts";

/** Numbers every field and value of a draft, and says which files need which. */
export function finishSchema(
  draft: Draft,
  errors: ProtoSchema["errors"],
  lock: ProtoLock | undefined,
): ProtoSchema {
  // Another version of the API is another package, whose numbers begin anew.
  const locked = lock?.package === draft.package ? lock : undefined;
  const mistakes: Mistake[] = [];
  const messages: Record<string, ProtoMessage> = {};
  const enums: Record<string, ProtoEnum> = {};
  for (const [name, message] of draft.messages)
    messages[name] = numberMessage(draft, message, locked, mistakes);
  for (const [name, each] of draft.enums) enums[name] = numberEnum(draft, each, locked);
  if (mistakes.length > 0) throw new UsageError(mistakes);
  const fileOf = filesByMessage(draft);
  const files = draft.files.map((file): ProtoFile => {
    const { path, messages: outer, services } = file;
    return { path, imports: importsOf(draft, file, fileOf), messages: outer, services };
  });
  const methods = files.flatMap(({ services }) => services.flatMap((service) => service.methods));
  return {
    package: draft.package,
    files,
    messages,
    enums,
    methods: Object.fromEntries(methods.map((method) => [method.path, method])),
    errors,
  };
}

function numberMessage(
  draft: Draft,
  message: MessageDraft,
  lock: ProtoLock | undefined,
  mistakes: Mistake[],
): ProtoMessage {
  const { name, description, union, messages, enums } = message;
  const known = lock?.messages[relative(draft, name)];
  const next = numbersAfter(() =>
    known === undefined ? {} : { ...known.reserved, ...numbersOf(known.fields) },
  );
  const fields = message.fields.map((field): ProtoField => {
    const before = known?.fields[field.name];
    const type = before && typeText(draft.package, field, union?.oneof);
    if (before !== undefined && type !== undefined && before.type !== type) {
      mistakes.push({
        place: `${message.place}: protobuf field ${relative(draft, name)}.${field.name}`,
        expected: `${before.type}, as the lock has had it since it was first written`,
        found: type,
        fix: "give the field of the new type another name, for clients read the old one by its number; where none ever did, delete its line from the lock",
      });
    }
    return { ...field, number: before?.number ?? known?.reserved[field.name] ?? next() };
  });
  return {
    name,
    ...(description === undefined ? {} : { description }),
    ...(union === undefined ? {} : { union }),
    fields,
    messages,
    enums,
    reserved: known === undefined ? NOTHING : reservedOf(goneOf(known, message.names)),
  };
}

const NOTHING: ProtoReserved = { numbers: [], names: [] };

function numbersOf(fields: ProtoLock["messages"][string]["fields"]): Record<string, number> {
  return Object.fromEntries(Object.entries(fields).map(([name, { number }]) => [name, number]));
}

/** Names that a lock knows and nothing uses, with their numbers. A lock is checked at every start, and nearly always has none. */
function goneOf(
  { fields, reserved }: ProtoLock["messages"][string],
  used: ReadonlyMap<string, string>,
): [name: string, number: number][] {
  const gone: [string, number][] = [];
  for (const name of Object.keys(fields)) {
    const field = used.has(name) ? undefined : fields[name];
    if (field !== undefined) gone.push([name, field.number]);
  }
  for (const [name, number] of Object.entries(reserved)) {
    if (!used.has(name) && !Object.hasOwn(fields, name)) gone.push([name, number]);
  }
  return gone;
}

function numberEnum(
  draft: Draft,
  { name, values, unspecified }: EnumDraft,
  lock: ProtoLock | undefined,
): ProtoEnum {
  const known = lock?.enums[relative(draft, name)];
  const numbers = { ...known?.reserved, ...known?.values };
  const next = numbersAfter(() => numbers);
  const numbered = values.map((value) => ({ ...value, number: numbers[value.name] ?? next() }));
  const used = new Set(values.map((value) => value.name));
  const gone = Object.entries(numbers).filter(([value]) => !used.has(value));
  return { name, values: numbered, unspecified, reserved: reservedOf(gone) };
}

/** Protobuf keeps these numbers for itself. */
const OWN_FIRST = 19_000;
const OWN_LAST = 19_999;

/** Gives one number after the other, beginning after all that are known. */
function numbersAfter(known: () => Readonly<Record<string, number>>): () => number {
  let last: number | undefined;
  return () => {
    last ??= Math.max(0, ...Object.values(known()));
    last = last + 1 === OWN_FIRST ? OWN_LAST + 1 : last + 1;
    return last;
  };
}

function reservedOf(gone: readonly (readonly [name: string, number: number])[]): ProtoReserved {
  if (gone.length === 0) return NOTHING;
  return {
    numbers: gone.map(([, number]) => number).sort((a, b) => a - b),
    names: gone.map(([name]) => name).sort(),
  };
}

/** `clinic.v2.Appointment.Status` → `Appointment.Status`. */
function relative(draft: Draft, name: string): string {
  return name.slice(draft.package.length + 1);
}

function filesByMessage(draft: Draft): ReadonlyMap<string, string> {
  return new Map(draft.files.flatMap(({ path, messages }) => messages.map((name) => [name, path] as const)));
}

const WELL_KNOWN = {
  timestamp: "google/protobuf/timestamp.proto",
  duration: "google/protobuf/duration.proto",
  fieldMask: "google/protobuf/field_mask.proto",
} as const;

function importsOf(draft: Draft, file: FileDraft, fileOf: ReadonlyMap<string, string>): readonly string[] {
  const imports = new Set<string>();
  const visit = (name: string): void => {
    const message = draft.messages.get(name);
    for (const { type } of message?.fields ?? []) {
      if (type.kind === "timestamp" || type.kind === "duration" || type.kind === "fieldMask") {
        imports.add(WELL_KNOWN[type.kind]);
      } else if (type.kind === "enum" || type.kind === "message") {
        const outermost = `${draft.package}.${relative(draft, type.name).split(".")[0]}`;
        const path = fileOf.get(outermost);
        if (path !== undefined && path !== file.path) imports.add(path);
      }
    }
    for (const inner of message?.messages ?? []) visit(inner);
  };
  for (const name of file.messages) visit(name);
  return [...imports].sort();
}
