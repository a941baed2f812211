import type { Mistake } from "../../base/errors/index.ts";
import type { ProtoEnumValue, ProtoField, ProtoMessage, ProtoService, ProtoType } from "./proto-schema.ts";

/** A field that has no number yet. */
export type FieldDraft = Omit<ProtoField, "number">;

/** A message under construction. */
export interface MessageDraft extends Pick<ProtoMessage, "name" | "description" | "union"> {
  readonly fields: FieldDraft[];
  readonly messages: string[];
  readonly enums: string[];
  /** Types declared in it for a field, which other messages with the same field use too. */
  readonly types: Map<string, ProtoType>;
  /** Names of its fields, and of what stands beside them, with the place of each. */
  readonly names: Map<string, string>;
  /** Where in the contract it comes from. */
  readonly place: string;
}

export interface EnumDraft {
  readonly name: string;
  readonly values: readonly Omit<ProtoEnumValue, "number">[];
  readonly unspecified: string;
}

export interface FileDraft {
  readonly path: string;
  readonly messages: string[];
  readonly services: ProtoService[];
}

/** What a new message is declared in and named. */
export interface MessageStart extends Pick<ProtoMessage, "description" | "union"> {
  readonly in: FileDraft | MessageDraft;
  readonly name: string;
  readonly place: string;
}

/** A schema under construction: everything declared so far, each name once. */
export interface Draft {
  readonly package: string;
  readonly files: readonly FileDraft[];
  readonly messages: ReadonlyMap<string, MessageDraft>;
  readonly enums: ReadonlyMap<string, EnumDraft>;
  readonly mistakes: readonly Mistake[];
  file(name: string, place: string): FileDraft;
  message(start: MessageStart): MessageDraft;
  field(message: MessageDraft, field: FieldDraft, place?: string): void;
  enumeration(owner: MessageDraft, name: string, values: EnumDraft["values"], place: string): string;
  /** Takes a full name for something else, such as a service. */
  take(name: string, place: string): void;
}

/** Starts an empty schema. Names that are taken twice become mistakes, each told once. */
export function createDraft(packageName: string): Draft {
  const files: FileDraft[] = [];
  const messages = new Map<string, MessageDraft>();
  const enums = new Map<string, EnumDraft>();
  const taken = new Map<string, string>();
  const mistakes: Mistake[] = [];
  const folder = packageName.replaceAll(".", "/");
  const takeAmong = (names: Map<string, string>, key: string, scope: string, place: string): void => {
    const other = names.get(key);
    if (other === undefined) names.set(key, place);
    else {
      const name = scope + key;
      const found = `${name}, which ${other} has`;
      mistakes.push({ place, expected: "a protobuf name of its own", found, fix: "rename one of the two" });
    }
  };
  const take = (name: string, place: string): void => takeAmong(taken, name, "", place);
  return {
    package: packageName,
    files,
    messages,
    enums,
    mistakes,
    take,
    file(name, place) {
      const path = `${folder}/${name}.proto`;
      take(path, place);
      const file: FileDraft = { path, messages: [], services: [] };
      files.push(file);
      return file;
    },
    message({ in: parent, name, place, ...rest }) {
      const full = `${"path" in parent ? packageName : parent.name}.${name}`;
      take(full, place);
      const message: MessageDraft = {
        name: full,
        ...rest,
        fields: [],
        messages: [],
        enums: [],
        types: new Map(),
        names: new Map(),
        place,
      };
      messages.set(full, message);
      parent.messages.push(full);
      if (rest.union !== undefined) message.names.set(rest.union.oneof, place);
      return message;
    },
    field(message, field, place = message.place) {
      takeAmong(message.names, field.name, `${message.name}.`, place);
      message.fields.push(field);
    },
    enumeration(owner, name, values, place) {
      const full = `${owner.name}.${name}`;
      take(full, place);
      // C++ puts the values beside their enum, so they share the names of its message.
      const unspecified = `${values[0]?.name.slice(0, -(values[0]?.value.length ?? 0)) ?? ""}UNSPECIFIED`;
      for (const value of [unspecified, ...values.map((each) => each.name)])
        takeAmong(owner.names, value, `${owner.name}.`, place);
      owner.enums.push(full);
      enums.set(full, { name: full, values, unspecified });
      return full;
    },
  };
}
