import type { Violation } from "../../base/errors/index.ts";
import { buildObject, type Code, call, createCode, EXPECT_OBJECT, literal, readField } from "./code.ts";
import { type DecoderOptions, interpretDecode } from "./interpret-decode.ts";
import { checkKey } from "./json-value.ts";
import { type Decoder, type LeafNode, leafDecoder, type Prefixes } from "./leaf-decoder.ts";
import type { FieldNode, ObjectNode, TypeNode } from "./node.ts";

/** What a compiled decoder may be told. */
export interface CompileDecoderOptions extends DecoderOptions {
  /** Called when the generated code could not read a value and the slow reading took over; for tests. */
  readonly onFallback?: () => void;
}

/**
 * Makes the decoder of a field. The generated code reads valid values only; at the first doubt it gives up and
 * interpretDecode reads the value again from the start, so that both always mean the same. Code is generated when the first
 * value comes: a large contract has thousands of fields, and most of them wait long for theirs.
 */
export function compileDecoder(field: FieldNode, options: CompileDecoderOptions = {}): Decoder {
  const { onFallback, ...rest } = options;
  let fast: ReturnType<typeof generate>;
  let isGenerated = false;
  return (wire, pointer, violations) => {
    if (!isGenerated) {
      fast = generate(field, options.prefixes);
      isGenerated = true;
    }
    const value = fast?.(wire);
    if (value !== undefined) return value;
    onFallback?.();
    return interpretDecode(field, wire, pointer, violations, rest);
  };
}

/** A function that returns the program form, or undefined for what it leaves to the slow reading. */
function generate(
  field: FieldNode,
  prefixes: Prefixes | undefined,
): ((wire: unknown) => unknown) | undefined {
  const scope: Scope = { code: createCode(), prefixes };
  const body = ["if (w === undefined) return;", "let v;", readValue(field, "w", "v", scope), "return v;"];
  return scope.code.link(scope.code.add(body.join("\n")));
}

interface Scope {
  readonly code: Code;
  readonly prefixes: Prefixes | undefined;
}

/** Statements that put the program form of `from`, which is not undefined, into `to`, or return. */
function readValue(field: FieldNode, from: string, to: string, scope: Scope): string {
  const read = readType(field.type, from, to, scope);
  if (field.nullable) return `if (${from} === null) ${to} = null; else {\n${read}\n}`;
  return field.type.kind === "json" ? `if (${from} === null) return;\n${read}` : read;
}

function readType(type: TypeNode, from: string, to: string, scope: Scope): string {
  switch (type.kind) {
    case "list":
      return call(listFunction(type, scope), from, to);
    case "map":
      return call(mapFunction(type, scope), from, to);
    case "object":
      return call(objectFunction(type, scope), from, to);
    case "union":
      return call(unionFunction(type, scope), from, to);
    default:
      return readLeaf(type, from, to, scope);
  }
}

function readLeaf(type: LeafNode, from: string, to: string, scope: Scope): string {
  const decode = leafDecoder(type, scope.prefixes);
  const sink: Violation[] = [];
  const quietly = (wire: unknown): unknown => {
    const value = decode(wire, "", sink);
    if (value === undefined) sink.length = 0;
    return value;
  };
  const careful = call(scope.code.bind(quietly), from, to);
  const [test, result] = quickTest(type, from, scope);
  return test === undefined ? careful : `if (${test}) ${to} = ${result}; else { ${careful} }`;
}

/** A test that only valid values pass, and their program form; some valid values may not pass it. */
function quickTest(type: LeafNode, x: string, { code }: Scope): readonly [string | undefined, string] {
  switch (type.kind) {
    case "bool":
      return [`typeof ${x} === "boolean"`, x];
    case "string":
    case "text": {
      if (type.kind === "string" && (type.pattern !== undefined || type.format !== undefined))
        return [undefined, x];
      const { minLength = 0, maxLength } = type;
      // In UTF-16 units a text is as long as in code points or longer, at most twice.
      const least = minLength <= 1 ? minLength : 2 * minLength;
      const short = least === 0 ? "" : ` && ${x}.length >= ${least}`;
      return [
        `typeof ${x} === "string" && ${x}.length <= ${maxLength}${short} && ${x}.isWellFormed() && !${x}.includes("\\0")`,
        x,
      ];
    }
    case "int32": {
      const { minimum = -(2 ** 31), maximum = 2 ** 31 - 1 } = type;
      return [
        `typeof ${x} === "number" && (${x} | 0) === ${x} && ${x} >= ${minimum} && ${x} <= ${maximum}`,
        `${x} | 0`,
      ];
    }
    case "float64": {
      const { minimum = -Number.MAX_VALUE, maximum = Number.MAX_VALUE } = type;
      return [`typeof ${x} === "number" && ${x} >= ${minimum} && ${x} <= ${maximum}`, `${x} + 0`];
    }
    case "enum":
      if (type.values.length > 8) return [`${code.bind(new Set(type.values))}.has(${x})`, x];
      return [type.values.map((value) => `${x} === ${literal(value)}`).join(" || ") || "false", x];
    default:
      return [undefined, x];
  }
}

function objectFunction(
  type: ObjectNode,
  scope: Scope,
  tag?: { readonly name: string; readonly value: string },
): string {
  const fields = Object.entries(type.fields).map(([name, field], index) => ({
    name,
    field,
    variable: `v${index}`,
    optional: field.default === undefined && field.optional === true,
  }));
  const reads = fields.map(({ name, field, variable }) => {
    const given = `n++;\n${readValue(field, "x", variable, scope)}`;
    return `x = ${readField(name)};\nif (x === undefined) { ${readAbsent(field, variable, scope)} } else {\n${given}\n}`;
  });
  const body = [
    EXPECT_OBJECT,
    `let n = ${tag === undefined ? 0 : 1}, x${fields.map(({ variable }) => `, ${variable}`).join("")};`,
    ...reads,
    // As many keys as fields given: there is none that is unknown.
    "for (const key in w) n--;",
    "if (n !== 0) return;",
    buildObject([
      ...(tag === undefined ? [] : [{ name: tag.name, variable: literal(tag.value), optional: false }]),
      ...fields,
    ]),
    "return r;",
  ];
  return scope.code.add(body.join("\n"));
}

/** Statements for a field that is not given: its default, nothing, or giving up. */
function readAbsent(field: FieldNode, variable: string, { code, prefixes }: Scope): string {
  if (field.default === undefined) return field.optional ? "" : "return;";
  const options = prefixes === undefined ? {} : { prefixes };
  const violations: Violation[] = [];
  const value = interpretDecode(field, undefined, "", violations, options);
  if (violations.length > 0 || value === undefined) return "return;";
  // Arrays, objects and bytes are made anew each time, since a handler may change what it was given.
  if (typeof value !== "object" || value === null) return `${variable} = ${code.bind(value)};`;
  return `${variable} = ${code.bind(() => interpretDecode(field, undefined, "", [], options))}();`;
}

function listFunction(type: Extract<TypeNode, { kind: "list" }>, scope: Scope): string {
  const body = [
    "if (!Array.isArray(w)) return;",
    `const length = w.length; if (length > ${type.maxItems} || length < ${type.minItems ?? 0}) return;`,
    "const r = []; let x, v;",
    "for (let i = 0; i < length; i++) {",
    "x = w[i]; if (x === undefined) return;",
    readValue(type.items, "x", "v", scope),
    "r.push(v);",
    "}",
    "return r;",
  ];
  return scope.code.add(body.join("\n"));
}

function mapFunction(type: Extract<TypeNode, { kind: "map" }>, scope: Scope): string {
  const isKey = scope.code.bind((key: string) => checkKey(key, "", []));
  const body = [
    EXPECT_OBJECT,
    "const r = {}; let count = 0, x, v;",
    "for (const key of Object.keys(w)) {",
    `x = w[key]; if (x === undefined || ++count > ${type.maxEntries} || !${isKey}(key)) return;`,
    readValue(type.values, "x", "v", scope),
    "r[key] = v;",
    "}",
    "return r;",
  ];
  return scope.code.add(body.join("\n"));
}

function unionFunction(type: Extract<TypeNode, { kind: "union" }>, scope: Scope): string {
  const cases = Object.entries(type.variants).map(([value, variant]) => {
    const name = objectFunction(variant, scope, { name: type.tag, value });
    return `case ${literal(value)}: return ${name}(w);`;
  });
  const body = [EXPECT_OBJECT, `switch (${readField(type.tag)}) {`, ...cases, "}"];
  return scope.code.add(body.join("\n"));
}
