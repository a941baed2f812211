import type { FieldNode } from "graphql";
import { type JsonValue, stringifyJson } from "../../../base/lib/index.ts";
import { innerSets, type PlanScope } from "./plan-scope.ts";
import { type FieldRun, failField, missingValue, orNull } from "./run.ts";

/** Writes a value in wire form as the JSON text that GraphQL answers with. The path of the value is that of the run. */
export type ValueWriter = (value: JsonValue | undefined, run: FieldRun) => string;

/** A field for which a writer is made. */
export interface WrittenField {
  /** Type that it belongs to. */
  readonly parent: string;
  readonly nodes: readonly FieldNode[];
}

/** Makes the writer of a value of a type, as SDL writes it. */
export function compileValueWriter(type: string, field: WrittenField, scope: PlanScope): ValueWriter {
  if (type.endsWith("!")) return nonNull(compileInner(type.slice(0, -1), field, scope), field);
  const write = compileInner(type, field, scope);
  const leaf = isLeaf(type, scope);
  return (value, run) => {
    if (value === undefined || value === null) return "null";
    return leaf ? write(value, run) : orNull(run, () => write(value, run));
  };
}

type InnerWriter = (value: JsonValue, run: FieldRun) => string;

function nonNull(write: InnerWriter, { parent, nodes }: WrittenField): ValueWriter {
  const name = nodes[0]?.name.value ?? "";
  return (value, run) => {
    if (value !== undefined && value !== null) return write(value, run);
    return failField(run, false, { error: missingValue(parent, name), path: [...run.path], nodes });
  };
}

function isLeaf(type: string, scope: PlanScope): boolean {
  return !type.endsWith("]") && (LEAVES[type] !== undefined || scope.type(type).kind === "enum");
}

function compileInner(type: string, field: WrittenField, scope: PlanScope): InnerWriter {
  if (type.endsWith("]")) return listWriter(compileValueWriter(type.slice(1, -1), field, scope));
  const leaf = LEAVES[type];
  if (leaf !== undefined) return leaf;
  const described = scope.type(type);
  switch (described.kind) {
    case "enum": {
      const texts = new Map(described.values.map(({ name, value }) => [value, `"${name}"`]));
      return (value) => texts.get(String(value)) ?? "null";
    }
    case "union": {
      const { tag, members } = described;
      const writers = new Map(
        Object.entries(members).map(([name, member]) => [name, objectWriter(member, field, scope)]),
      );
      return (value, run) => writers.get(String(memberOf(value, tag)))?.(value, run) ?? "null";
    }
    default:
      return objectWriter(type, field, scope);
  }
}

function listWriter(write: ValueWriter): InnerWriter {
  return (value, run) => {
    if (!isList(value)) return "null";
    let text = "[";
    for (let index = 0; index < value.length; index++) {
      run.path.push(index);
      text += index === 0 ? write(value[index], run) : `,${write(value[index], run)}`;
      run.path.pop();
    }
    return `${text}]`;
  };
}

function objectWriter(type: string, { nodes }: WrittenField, scope: PlanScope): InnerWriter {
  const pieces = [...scope.collect(type, innerSets(nodes))].map(([key, inner], index) => {
    const head = `${index === 0 ? "" : ","}${JSON.stringify(key)}:`;
    const name = inner[0]?.name.value ?? "";
    if (name === "__typename") return { key, head, member: undefined, text: JSON.stringify(type) };
    const field = scope.field(type, name);
    const member = field.source.kind === "member" ? field.source.name : name;
    const write = compileValueWriter(field.type, { parent: type, nodes: inner }, scope);
    return { key, head, member, write };
  });
  return (value, run) => {
    let text = "{";
    for (const { key, head, member, write, text: constant } of pieces) {
      if (write === undefined || member === undefined) {
        text += head + constant;
        continue;
      }
      run.path.push(key);
      text += head + write(memberOf(value, member), run);
      run.path.pop();
    }
    return `${text}}`;
  };
}

/** A string's text; what JSON has as a number and GraphQL as a string gets its quotes. */
function quoted(value: JsonValue): string {
  return typeof value === "string" ? JSON.stringify(value) : `"${String(value)}"`;
}

const LEAVES: Readonly<Record<string, InnerWriter>> = {
  String: quoted,
  ID: quoted,
  Int: stringifyJson,
  Float: stringifyJson,
  Boolean: stringifyJson,
  Int64: quoted,
  Decimal: quoted,
  DateTime: quoted,
  Date: quoted,
  Duration: quoted,
  Bytes: quoted,
  JSON: stringifyJson,
  Map: stringifyJson,
};

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function memberOf(value: JsonValue, name: string): JsonValue | undefined {
  if (typeof value !== "object" || value === null || isList(value)) return undefined;
  return Object.hasOwn(value, name) ? value[name] : undefined;
}
