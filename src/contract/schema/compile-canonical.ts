import { canonicalJson, encodeBase64 } from "../../base/lib/index.ts";
import { isFileValue } from "./file-value.ts";
import { interpretDecode } from "./interpret-decode.ts";
import type { FieldNode, ObjectNode, TypeNode } from "./node.ts";

/** Writes a value in program form as text: one text for all values that mean the same. */
export type CanonicalWriter = (value: unknown) => string;

/**
 * Makes the writer of a field's canonical text, for digests of decoded input. Fields go by name, whatever the order of the
 * contract or the caller; a field that has its default is left out, so that a contract that gains one writes what it wrote
 * before. A file is its name, media type, size and digest: the same bytes sent again have another id.
 */
export function compileCanonical({ type, nullable }: FieldNode): CanonicalWriter {
  const write = writerOf(type);
  return nullable ? (value) => (value === null ? "null" : write(value)) : write;
}

function writerOf(type: TypeNode): CanonicalWriter {
  switch (type.kind) {
    case "int64":
      return String;
    case "bytes":
      return (value) => `"${value instanceof Uint8Array ? encodeBase64(value) : ""}"`;
    case "file":
      return writeFile;
    case "list":
      return listWriter(compileCanonical(type.items));
    case "map":
      return mapWriter(compileCanonical(type.values));
    case "object":
      return objectWriter(type);
    case "union":
      return unionWriter(type);
    default:
      return canonicalJson;
  }
}

function writeFile(value: unknown): string {
  if (!isFileValue(value)) return "null";
  const { name, mediaType, size, sha256 } = value;
  return JSON.stringify([name, mediaType, size, sha256]);
}

function listWriter(write: CanonicalWriter): CanonicalWriter {
  return (value) => (Array.isArray(value) ? `[${value.map(write).join()}]` : "null");
}

function mapWriter(write: CanonicalWriter): CanonicalWriter {
  return (value) => {
    const entries = Object.entries(Object(value)).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${write(inner)}`).join()}}`;
  };
}

function objectWriter({ fields }: ObjectNode): CanonicalWriter {
  const members = Object.entries(fields)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, field]) => {
      const write = compileCanonical(field);
      const usual =
        field.default === undefined ? undefined : write(interpretDecode(field, undefined, "", []));
      return { name, isInherited: name in Object.prototype, head: `${JSON.stringify(name)}:`, write, usual };
    });
  return (value) => {
    const values: Readonly<Record<string, unknown>> = Object(value);
    let text = "";
    for (const { name, isInherited, head, write, usual } of members) {
      // Every object has a toString, which a field of that name is not.
      const inner = isInherited && !Object.hasOwn(values, name) ? undefined : values[name];
      if (inner === undefined) continue;
      const written = write(inner);
      if (written !== usual) text += text === "" ? head + written : `,${head}${written}`;
    }
    return `{${text}}`;
  };
}

function unionWriter({ tag, variants }: Extract<TypeNode, { kind: "union" }>): CanonicalWriter {
  const writers = new Map(Object.entries(variants).map(([name, variant]) => [name, objectWriter(variant)]));
  return (value) => {
    const name: unknown = Object(value)[tag];
    const write = typeof name === "string" ? writers.get(name) : undefined;
    return write === undefined ? "null" : `[${JSON.stringify(name)},${write(value)}]`;
  };
}
