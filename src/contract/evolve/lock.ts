import { type Mistake, UsageError } from "../../base/errors/index.ts";
import type { Model } from "../model/index.ts";
import {
  describeProto,
  type ProtoLock,
  type ProtoMethod,
  type ProtoSchema,
  packageOf,
  typeText,
} from "../proto/index.ts";
import { differences } from "./differences.ts";

/** Name of the file that stands beside a contract. */
export const LOCK_FILE = "concordat.lock.json";

/** What a contract has promised for ever: the content of `concordat.lock.json`. */
export interface Lock {
  /** Version of this format. */
  readonly concordat: 1;
  /** By package: each version of an API has numbers of its own. */
  readonly protobuf: Readonly<Record<string, ProtoLock>>;
}

/** The part of a lock that is about the served version of a model; undefined where it is not known yet. */
export function protoLockOf(model: Model, lock: Lock | undefined): ProtoLock | undefined {
  return lock?.protobuf[packageOf(model)];
}

/**
 * Returns the lock that fits a model: what it has known keeps its number, what is new gets the next one, and what is gone is
 * reserved. Throws a UsageError for a field whose type has changed, and where names collide.
 */
export function updateLock(model: Model, lock?: Lock): Lock {
  const before = protoLockOf(model, lock);
  const schema = describeProto(model, before);
  checkMethods(schema, before);
  const after = lockSchema(schema, before);
  return { concordat: 1, protobuf: { ...lock?.protobuf, [after.package]: after } };
}

/** Throws a UsageError that names everything in which a lock does not fit a model. */
export function checkLock(model: Model, lock: Lock): void {
  const before = protoLockOf(model, lock);
  const schema = describeProto(model, before);
  // A service starts through here, and nearly always the lock fits.
  if (before !== undefined && fits(schema, before)) return;
  checkMethods(schema, before);
  const unknown = differences(before, lockSchema(schema, before));
  if (unknown.length === 0) return;
  throw new UsageError(
    unknown.map(({ name, found }) => ({
      place: `${LOCK_FILE}, ${schema.package}`,
      expected: `${name}, as the contract has it`,
      found,
      fix: "run concordat lock, look at what it changed, and commit the file",
    })),
  );
}

/** Whether the lock knows every field, value and method, and nothing that has gone without being reserved. */
function fits(schema: ProtoSchema, lock: ProtoLock): boolean {
  const start = schema.package.length + 1;
  for (const { name, fields } of Object.values(schema.messages)) {
    const known = lock.messages[name.slice(start)]?.fields;
    if (known === undefined || Object.keys(known).length !== fields.length) return false;
    if (!fields.every((field) => known[field.name] !== undefined)) return false;
  }
  for (const { name, values } of Object.values(schema.enums)) {
    const known = lock.enums[name.slice(start)]?.values;
    if (known === undefined || Object.keys(known).length !== values.length) return false;
    if (!values.every((value) => known[value.name] !== undefined)) return false;
  }
  return schema.files.every(({ services }) =>
    services.every(({ name, methods }) => {
      const known = lock.services[name.slice(start)]?.methods;
      if (known === undefined || Object.keys(known).length !== methods.length) return false;
      return methods.every((method) => known[method.name] === doesText(method));
    }),
  );
}

/** A method that streams does not answer those who know it as one that does not. */
function checkMethods(schema: ProtoSchema, lock: ProtoLock | undefined): void {
  const start = schema.package.length + 1;
  const mistakes = Object.values(schema.methods).flatMap((method): Mistake[] => {
    const [, service = ""] = method.path.split("/");
    const [known] = lock?.services[service.slice(start)]?.methods[method.name]?.split(" ") ?? [];
    if (known === undefined || known === method.kind) return [];
    return [
      {
        place: `operation ${method.operation}: protobuf method ${service.slice(start)}.${method.name}`,
        expected: `${known}, as the lock has had it since it was first written`,
        found: method.kind,
        fix: "give the operation another name; where it was never released, delete its line from the lock",
      },
    ];
  });
  if (mistakes.length > 0) throw new UsageError(mistakes);
}

function doesText({ kind, operation }: ProtoMethod): string {
  return `${kind} ${operation}`;
}

function lockSchema(schema: ProtoSchema, before: ProtoLock | undefined): ProtoLock {
  const relative = (name: string) => name.slice(schema.package.length + 1);
  const messages: Record<string, ProtoLock["messages"][string]> = {};
  for (const message of Object.values(schema.messages)) {
    const fields = message.fields.map((field) => {
      const type = typeText(schema.package, field, message.union?.oneof);
      return [field.name, { number: field.number, type }] as const;
    });
    const known = before?.messages[relative(message.name)];
    const gone = message.reserved.names.map(
      (name) => [name, known?.fields[name]?.number ?? known?.reserved[name] ?? 0] as const,
    );
    messages[relative(message.name)] = {
      fields: Object.fromEntries(fields),
      reserved: Object.fromEntries(gone),
    };
  }
  const enums: Record<string, ProtoLock["enums"][string]> = {};
  for (const each of Object.values(schema.enums)) {
    const known = before?.enums[relative(each.name)];
    const gone = each.reserved.names.map(
      (name) => [name, known?.values[name] ?? known?.reserved[name] ?? 0] as const,
    );
    const values = each.values.map(({ name, number }) => [name, number] as const);
    enums[relative(each.name)] = { values: Object.fromEntries(values), reserved: Object.fromEntries(gone) };
  }
  const services: Record<string, ProtoLock["services"][string]> = {};
  for (const { name, methods } of schema.files.flatMap((file) => file.services)) {
    const known = before?.services[relative(name)];
    const does = Object.fromEntries(methods.map((method) => [method.name, doesText(method)]));
    const gone = [...Object.keys(known?.methods ?? {}), ...(known?.retired ?? [])].filter(
      (method) => !(method in does),
    );
    services[relative(name)] = { methods: does, retired: [...new Set(gone)].sort() };
  }
  return {
    package: schema.package,
    // What is no longer in the contract stays: if it comes back, its numbers mean what they meant.
    messages: { ...before?.messages, ...messages },
    enums: { ...before?.enums, ...enums },
    services: { ...before?.services, ...services },
  };
}
