import type { JsonValue } from "../../base/lib/index.ts";
import { buildObject, type Code, call, createCode, EXPECT_OBJECT, literal, readField } from "./code.ts";
import { interpretEncode } from "./interpret-encode.ts";
import type { LeafNode } from "./leaf-decoder.ts";
import { leafEncoder } from "./leaf-encoder.ts";
import type { FieldNode, ObjectNode, TypeNode } from "./node.ts";

/** Writes a value: program form in, wire form out; throws a UsageError for a value that does not fit the field. */
export type Encoder = (value: unknown) => JsonValue;

/** What a compiled encoder may be told. */
export interface CompileEncoderOptions {
  /** Called when the generated code could not write a value and the slow reading took over; for tests. */
  readonly onFallback?: () => void;
}

/**
 * Makes the encoder of a field. The generated code writes values that fit; at the first doubt it gives up and
 * interpretEncode, which knows places and messages, starts over. Code is generated when the first value comes.
 */
export function compileEncoder(field: FieldNode, { onFallback }: CompileEncoderOptions = {}): Encoder {
  let fast: ReturnType<typeof generate>;
  let isGenerated = false;
  return (value) => {
    if (!isGenerated) {
      fast = generate(field);
      isGenerated = true;
    }
    const wire = fast?.(value);
    // The generated code makes nothing but wire forms; its type cannot say so.
    if (wire !== undefined) return wire as JsonValue;
    onFallback?.();
    return interpretEncode(field, value);
  };
}

/** A function that returns the wire form, or undefined for what it leaves to the slow writing. */
function generate(field: FieldNode): ((value: unknown) => unknown) | undefined {
  const code = createCode();
  const body = ["let v;", writeValue(field, "w", "v", code), "return v;"];
  return code.link(code.add(body.join("\n")));
}

/**
 * Whether encoding gives back every value that a decoder or the store made, so that it can be left out. Never true of
 * files, objects and unions: encoding cuts them down to their named fields, which values made by handlers need.
 */
export function isIdentityEncoder(field: FieldNode): boolean {
  const type = field.type;
  switch (type.kind) {
    case "int64":
    case "float64":
    case "bytes":
    case "file":
    case "object":
    case "union":
      return false;
    case "list":
      return isIdentityEncoder(type.items);
    case "map":
      return isIdentityEncoder(type.values);
    default:
      return true;
  }
}

/** Statements that put the wire form of `from` into `to`, or return. */
function writeValue(field: FieldNode, from: string, to: string, code: Code): string {
  const write = writeType(field.type, from, to, code);
  return field.nullable ? `if (${from} === null) ${to} = null; else {\n${write}\n}` : write;
}

function writeType(type: TypeNode, from: string, to: string, code: Code): string {
  switch (type.kind) {
    case "list":
      return call(listFunction(type, code), from, to);
    case "map":
      return call(mapFunction(type, code), from, to);
    case "object":
      return call(objectFunction(type, code), from, to);
    case "union":
      return call(unionFunction(type, code), from, to);
    default:
      return writeLeaf(type, from, to, code);
  }
}

function writeLeaf(type: LeafNode, from: string, to: string, code: Code): string {
  switch (type.kind) {
    case "id":
    case "ref":
    case "string":
    case "text":
    case "enum":
      return `if (typeof ${from} !== "string") return; ${to} = ${from};`;
    case "bool":
      return `if (typeof ${from} !== "boolean") return; ${to} = ${from};`;
    default:
      return call(code.bind(leafEncoder(type)), from, to);
  }
}

function objectFunction(
  type: ObjectNode,
  code: Code,
  tag?: { readonly name: string; readonly value: string },
): string {
  const fields = Object.entries(type.fields).map(([name, field], index) => ({
    name,
    field,
    variable: `v${index}`,
    optional: field.optional === true,
  }));
  const writes = fields.map(({ name, field, variable, optional }) => {
    const write = writeValue(field, "x", variable, code);
    return `x = ${readField(name)};\n${optional ? `if (x !== undefined) {\n${write}\n}` : write}`;
  });
  const body = [
    EXPECT_OBJECT,
    `let x${fields.map(({ variable }) => `, ${variable}`).join("")};`,
    ...writes,
    buildObject([
      ...(tag === undefined ? [] : [{ name: tag.name, variable: literal(tag.value), optional: false }]),
      ...fields,
    ]),
    "return r;",
  ];
  return code.add(body.join("\n"));
}

function listFunction(type: Extract<TypeNode, { kind: "list" }>, code: Code): string {
  const body = [
    "if (!Array.isArray(w)) return;",
    "const length = w.length; const r = []; let x, v;",
    "for (let i = 0; i < length; i++) {",
    "x = w[i];",
    writeValue(type.items, "x", "v", code),
    "r.push(v);",
    "}",
    "return r;",
  ];
  return code.add(body.join("\n"));
}

function mapFunction(type: Extract<TypeNode, { kind: "map" }>, code: Code): string {
  const body = [
    EXPECT_OBJECT,
    "const r = {}; let x, v;",
    "for (const key of Object.keys(w)) {",
    'x = w[key]; if (x === undefined || key === "__proto__") return;',
    writeValue(type.values, "x", "v", code),
    "r[key] = v;",
    "}",
    "return r;",
  ];
  return code.add(body.join("\n"));
}

function unionFunction(type: Extract<TypeNode, { kind: "union" }>, code: Code): string {
  const cases = Object.entries(type.variants).map(([value, variant]) => {
    const name = objectFunction(variant, code, { name: type.tag, value });
    return `case ${literal(value)}: return ${name}(w);`;
  });
  const body = [EXPECT_OBJECT, `switch (${readField(type.tag)}) {`, ...cases, "}"];
  return code.add(body.join("\n"));
}
