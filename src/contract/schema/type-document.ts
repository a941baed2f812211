import { TYPE_TABLE } from "./type-table.ts";
import { MAX_VIOLATIONS, VIOLATION_CODES } from "./violations.ts";

/** Writes docs/reference/types.md. */
export function typeDocument(): string {
  const rows = Object.entries(TYPE_TABLE);
  return [
    "# Portable types",
    "",
    "<!-- Written from src/contract/schema/type-table.ts; `UPDATE_DOCS=1 npm test type-document` writes it again. -->",
    "",
    INTRODUCTION,
    "",
    "## In programs, JSON, CBOR and SQL",
    "",
    table(
      ["kind", "author writes", "TypeScript", "JSON", "CBOR", "JSON Schema", "SQL"],
      rows.map(([kind, row]) => [
        kind,
        code(row.author),
        code(row.typescript),
        row.json,
        row.cbor,
        row.jsonSchema,
        code(row.sql),
      ]),
    ),
    "",
    "## Limits and exactness",
    "",
    table(
      ["kind", "limits", "exactness"],
      rows.map(([kind, row]) => [kind, row.limits, row.exactness]),
    ),
    "",
    "## In GraphQL and protobuf",
    "",
    "What each type is there; tests hold both columns to the schemas that are made. In protobuf every single field is `optional`, so that absent is never zero; null and lists that are",
    "there and empty have flags of their own, `<field>_is_null` and `<field>_is_empty`, and a list, map or null inside a list or",
    "map stands in a message of its own. [Protobuf](../guide/protobuf.md) tells the rest.",
    "",
    table(
      ["kind", "GraphQL", "protobuf"],
      rows.map(([kind, row]) => [kind, code(row.graphql), code(row.protobuf)]),
    ),
    "",
    CLOSING,
    "",
    VIOLATIONS,
    "",
    table(
      ["code", "meaning"],
      Object.entries(VIOLATION_CODES).map(([name, meaning]) => [code(name), meaning]),
    ),
    "",
  ].join("\n");
}

const INTRODUCTION = `Each \`t.*\` type has one exact meaning on every wire and in the database: a value comes back as it was sent, or it is
refused with a violation that names the place. Nothing is rounded, trimmed or cut off. Where several texts mean the
same value (\`12.5\` and \`12.50\`, an instant with two offsets), one of them is canonical, and that one is stored and
sent.`;

const VIOLATIONS = `## Violations

What a decoder finds wrong is reported all at once, at most ${MAX_VIOLATIONS}, each with a JSON Pointer, a stable code and a message
that never shows the value.`;

const CLOSING = `## Absent and null

A field is required unless it is \`.optional()\` (it may be absent) or has a \`.default()\` (inputs may leave it out). Null is
a value of its own, allowed only where the field is \`.nullable()\`. In a patch, null removes an optional field. In SQL both
absent and null are NULL; that is why a resource's own field cannot be optional and nullable at once.

Every protocol says the same of the same value, and refuses the same input for the same reasons: a test holds generated contracts to it. What a
protocol has no form for is the exception. GraphQL's answers have no absent fields, so one that may be absent and may be null is null in both cases; its inputs
take a value for a list of that one value, and have a field of the variant's name where a union has its tag. Protobuf cannot say a null where
none is allowed, a name that is no field's, or a value of another type; GraphQL's documents and variables have its own names for the values of enums, and
violations tell those.

## JSON text

Request bodies are read strictly (RFC 8259, RFC 7493): duplicate keys, the keys \`__proto__\`, \`constructor\` and
\`prototype\`, lone surrogates, nesting deeper than 64 levels, and numbers with a magnitude or precision that a double does
not have are refused with line and column, as \`malformed_request\`. Whole numbers beyond 2^53 are read exactly.

## CBOR

CBOR bodies (RFC 8949) say the same as JSON, item for item, in preferred serialisation and definite lengths; only int64 and
bytes have a form of their own, and there are no tags but those of bignums (2 and 3), which a \`json\` field may need. Taken are
all well-formed widths and lengths, indefinite ones too, and the JSON forms of int64 and bytes. Refused as \`malformed_request\`,
with the offset of the item: what JSON has no form for (undefined, other simple values, NaN, infinities, keys that are not text),
all other tags, duplicate keys, prototype keys, invalid UTF-8, nesting deeper than 64 levels, lengths beyond the end and bytes
after the item. A byte string where no bytes belong is a \`wrong_type\`. Minus zero is zero.

## Types of other libraries

\`t.from(schema)\` takes a Zod or ArkType type, or a Valibot type through \`toStandardJsonSchema\`, by
[Standard JSON Schema](https://standardschema.dev/json-schema). It takes over strings, booleans, 32-bit integers, numbers,
string enums, dates and timestamps (\`z.iso.date()\`, \`z.iso.datetime()\`), arrays, objects, string-keyed records and
unions told apart by a constant. A UsageError names every part that no portable type means exactly: transforms, wider
integers, exclusive bounds, tuples, recursive or open types. Checks that JSON Schema does not show, such as refinements,
are not taken over: put them in the handler.`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function code(text: string): string {
  return `\`${text}\``;
}
