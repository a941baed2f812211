import type { JsonValue } from "../../base/lib/json.ts";
import type { ProtoField } from "../../contract/proto/index.ts";

/** A record in wire form. */
export type WireRecord = Record<string, unknown>;

/** Whether a value is an object with members, and no list. */
export function isRecord(value: unknown): value is WireRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether there is a value at all: what the engine's encoders make is JSON, which its type cannot say. */
export function isJson(value: unknown): value is JsonValue {
  return value !== undefined;
}

/** Makes the reading of a field's value from the wire form of its message; undefined where it is absent. */
export function createGetter({ path }: Pick<ProtoField, "path">): (root: unknown) => unknown {
  const [first, second, ...more] = path;
  if (first === undefined) return (root) => root;
  const read = createMember(first);
  if (second === undefined) return read;
  const inner = createGetter({ path: [second, ...more] });
  return (root) => inner(read(root));
}

/** Every object answers to the names of Object.prototype, so these are asked for with more care. */
function createMember(name: string): (value: unknown) => unknown {
  if (!(name in Object.prototype)) return (value) => (isRecord(value) ? value[name] : undefined);
  return (value) => (isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined);
}

/** Key under which a message that stands for a whole value holds it while it is read. */
export const WHOLE = "";

/** Makes the writing of a field's value into the record of its message. */
export function createSetter({ path }: Pick<ProtoField, "path">): (root: WireRecord, value: unknown) => void {
  const [first = WHOLE, second, ...more] = path;
  if (second === undefined) {
    return (root, value) => {
      root[first] = value;
    };
  }
  const inner = createSetter({ path: [second, ...more] });
  return (root, value) => {
    const known = root[first];
    const record = isRecord(known) ? known : {};
    if (record !== known) root[first] = record;
    inner(record, value);
  };
}

/** Makes the reading of what {@link createSetter} has written. */
export function createRootGetter({ path }: Pick<ProtoField, "path">): (root: WireRecord) => unknown {
  return createGetter({ path: path.length === 0 ? [WHOLE] : path });
}
