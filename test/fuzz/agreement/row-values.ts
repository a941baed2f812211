import fc from "fast-check";
import { validWire } from "../../../src/contract/schema/arbitraries.test.ts";
import type { FieldNode } from "../../../src/contract/schema/index.ts";

export type Row = Readonly<Record<string, unknown>>;
type Fields = Readonly<Record<string, FieldNode>>;

/** Values that an object's fields take; a ref is one of the rows there are. */
export function valuesOf(fields: Fields, rows: ReadonlyMap<string, readonly string[]>): fc.Arbitrary<Row> {
  const entries = Object.entries(fields).map(([name, node]): fc.Arbitrary<[string, unknown][]> => {
    const { type } = node;
    const none = fc.constant<[string, unknown][]>([]);
    const targets = type.kind === "ref" ? (rows.get(type.resource) ?? []) : [];
    if (type.kind === "ref" && targets.length === 0) return none;
    const values = type.kind === "ref" ? fc.constantFrom<unknown>(...targets) : validWire(node);
    const given = values.map((value): [string, unknown][] => [[name, value]]);
    const mayBeAbsent = node.optional || node.default !== undefined;
    return mayBeAbsent ? fc.oneof({ arbitrary: given, weight: 3 }, none) : given;
  });
  return fc.tuple(...entries).map((parts) => Object.fromEntries(parts.flat()));
}

/** Some of the fields that a patch takes; null removes those that may be absent. */
export function changesOf(fields: Fields, rows: ReadonlyMap<string, readonly string[]>): fc.Arbitrary<Row> {
  const all = Object.entries(fields).map(([name, node]): [string, FieldNode] => [
    name,
    { ...node, optional: true },
  ]);
  return valuesOf(Object.fromEntries(all), rows);
}

/** The fields whose values have no members: REST goes down into others, as RFC 7396 has it. */
export function withoutMembers(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(([, { type }]) => !["object", "map", "union", "json"].includes(type.kind)),
  );
}
