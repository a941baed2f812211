import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { api, command, resource } from "../../index.ts";
import { columnCodec } from "../../runtime/store/columns.ts";
import { emitJsonSchema } from "../emit/index.ts";
import { TypeBuilder } from "../graphql/type-builder.ts";
import { compile } from "../model/index.ts";
import { describeProto, typeText } from "../proto/index.ts";
import { nodeOf } from "./arbitraries.test.ts";
import type { AnyField } from "./field.ts";
import type { TypeKind } from "./node.ts";
import { t } from "./t.ts";
import { typeDocument } from "./type-document.ts";
import { TYPE_TABLE } from "./type-table.ts";

const file = new URL("../../../docs/reference/types.md", import.meta.url);
const Patient = { name: "patient" };

/** The type as the table's author column has it. */
const FIELDS: Readonly<Record<TypeKind, AnyField>> = {
  id: t.id("apt"),
  ref: t.ref(() => Patient),
  string: t.string({ maxLength: 120 }),
  text: t.text(),
  bool: t.bool(),
  int32: t.int32(),
  int64: t.int64(),
  float64: t.float64(),
  decimal: t.decimal({ precision: 8, scale: 2 }),
  money: t.money({ currency: "EUR" }),
  timestamp: t.timestamp(),
  date: t.date(),
  duration: t.duration(),
  bytes: t.bytes({ maxBytes: 1024 }),
  enum: t.enum(["open", "booked"]),
  file: t.file({ mediaTypes: ["image/*"] }),
  list: t.list(t.string()),
  map: t.map(t.int32()),
  object: t.object({ street: t.string() }),
  union: t.union("kind", { cat: t.object({}) }),
  json: t.json(),
};

describe("docs/reference/types.md", () => {
  it("says what the type table says", () => {
    const text = typeDocument();
    if (process.env.UPDATE_DOCS === "1") writeFileSync(file, text);
    assert.equal(readFileSync(file, "utf8"), text);
  });

  it("has a row for each type that t makes, and no other", () => {
    const { from: _, ...types } = t;
    assert.deepEqual(Object.keys(types).sort(), Object.keys(TYPE_TABLE).sort());
    for (const [kind, field] of Object.entries(FIELDS)) assert.equal(field.spec.type.kind, kind);
  });

  it("names the types of the GraphQL schema", () => {
    const builder = new TypeBuilder();
    for (const [kind, field] of Object.entries(FIELDS)) {
      const { type } = nodeOf(field);
      const name = builder.output(type, `A${kind}`);
      const described = builder.types.get(name);
      const own = described !== undefined && described.kind !== "scalar" && kind !== "file";
      const shown = kind === "list" ? "[T!]" : own ? described.kind.replace("object", "type") : name;
      const column = TYPE_TABLE[kind as TypeKind].graphql;
      // A ref is a row as well where it is a resource's own field.
      if (kind !== "ref") assert.equal(/^[^\s,;]+/.exec(column)?.[0], shown, kind);
    }
  });

  it("shows author code that makes the type", () => {
    for (const [kind, { author }] of Object.entries(TYPE_TABLE)) {
      const field = new Function("t", "Patient", `return ${author}`)(t, Patient) as AnyField;
      assert.equal(field.spec.type.kind, kind);
    }
  });

  it("names the JSON type, the keywords of the emitted JSON Schema and the column that the store makes", () => {
    for (const [kind, field] of Object.entries(FIELDS)) {
      const row = TYPE_TABLE[kind as TypeKind];
      const schema = emitJsonSchema(nodeOf(field), { direction: "output" }) as Record<string, unknown>;
      const [type, ...keywords] = row.jsonSchema.split(", ");
      if (typeof schema.type === "string") assert.equal(schema.type, type, kind);
      for (const keyword of Object.keys(schema)) {
        if (["$schema", "type", "description", "examples", "readOnly"].includes(keyword)) continue;
        // Beside its variants, a union says once more that the tag is there; json only spells out that anything goes.
        if (kind === "json" || (kind === "union" && ["properties", "required"].includes(keyword))) continue;
        assert.ok(
          [type, ...keywords].some((text) => text?.startsWith(keyword)),
          `${kind}: ${keyword}`,
        );
      }
      for (const text of keywords.filter(
        (text) => text.startsWith("format ") || text.startsWith("contentEncoding "),
      )) {
        const [keyword = "", value] = text.split(" ");
        assert.equal(schema[keyword], value, kind);
      }
      const { sqlType, collation } = columnCodec(nodeOf(field));
      const named = row.sql
        .replace(" (microseconds)", "")
        .replace("precision,scale", "8,2")
        .replace("digits", "2");
      assert.equal(collation ? `${sqlType} collate "${collation}"` : sqlType, named, kind);
    }
  });

  it("names the protobuf type that fields of a contract get", () => {
    for (const [kind, field] of Object.entries(FIELDS)) {
      if (kind === "file") continue;
      const model = compile(
        api("lab", {
          versions: { v1: "2026-01-01" },
          resources: [resource("patient", { id: t.id("pat") })],
          operations: [
            command("probe", { input: t.object({ x: kind === "ref" ? t.ref("patient") : field }) }),
          ],
        }),
      );
      const { messages, package: name } = describeProto(model);
      const x = messages[`${name}.ProbeRequest`]?.fields.find((each) => each.name === "x");
      assert.ok(x, kind);
      const text = typeText(name, x, undefined).replace("optional ", "");
      const [named = ""] = TYPE_TABLE[kind as TypeKind].protobuf.split(" (");
      if (x.label !== "singular") assert.equal(text.replace(/(\w+)(>?)$/, "T$2"), named, kind);
      else if (x.type.kind === "enum" || x.type.kind === "message") {
        assert.equal(named.split(" ")[0], x.type.kind, kind);
        const isUnion = x.type.kind === "message" && messages[x.type.name]?.union !== undefined;
        assert.equal(named.includes("oneof"), isUnion, kind);
      } else assert.equal(text, named, kind);
    }
  });
});
