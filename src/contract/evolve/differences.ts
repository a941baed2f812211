import type { ProtoLock } from "../proto/index.ts";

/** Something that two locks do not say alike. */
export interface LockDifference {
  /** What the contract has: `message Appointment, field notes`. */
  readonly name: string;
  /** What the lock has in its place. */
  readonly found: string;
}

/** Tells in what a lock differs from the one that fits the contract. */
export function differences(before: ProtoLock | undefined, after: ProtoLock): readonly LockDifference[] {
  const found: LockDifference[] = [];
  const compare = (name: string, known: unknown, right: unknown): void => {
    if (known === right) return;
    if (known === undefined) found.push({ name, found: "nothing" });
    else if (right === undefined) found.push({ name: `no ${name}`, found: String(known) });
    else found.push({ name: `${name} = ${String(right)}`, found: String(known) });
  };
  const each = (
    kind: string,
    known: Readonly<Record<string, unknown>> | undefined,
    right: Readonly<Record<string, unknown>>,
  ): void => {
    for (const name of new Set([...Object.keys(known ?? {}), ...Object.keys(right)])) {
      compare(`${kind} ${name}`, known?.[name], right[name]);
    }
  };
  for (const [name, message] of Object.entries(after.messages)) {
    const known = before?.messages[name];
    if (known === undefined) found.push({ name: `message ${name}`, found: "nothing" });
    else {
      each(`message ${name}, field`, textsOf(known.fields), textsOf(message.fields));
      each(`message ${name}, reserved`, known.reserved, message.reserved);
    }
  }
  for (const [name, values] of Object.entries(after.enums)) {
    const known = before?.enums[name];
    if (known === undefined) found.push({ name: `enum ${name}`, found: "nothing" });
    else {
      each(`enum ${name}, value`, known.values, values.values);
      each(`enum ${name}, reserved`, known.reserved, values.reserved);
    }
  }
  for (const [name, service] of Object.entries(after.services)) {
    const known = before?.services[name];
    each(`service ${name}, method`, known?.methods, service.methods);
    compare(`service ${name}, retired`, (known?.retired ?? []).join(", "), service.retired.join(", "));
  }
  return found;
}

function textsOf(fields: ProtoLock["messages"][string]["fields"]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, { type, number }]) => [name, `${type} = ${number}`]),
  );
}
