import assert from "node:assert/strict";
import { test } from "node:test";
import { columnCodec } from "./columns.ts";

test("doubles in a json value are doubles again, though jsonb writes them in full", () => {
  const codec = columnCodec({ type: { kind: "json", maxBytes: 1000 } });
  assert.deepEqual(codec.decode(`[${10n ** 300n}, ${2n ** 53n}, -${15n * 10n ** 20n}]`), [
    1e300,
    2n ** 53n,
    -1.5e21,
  ]);
});

test("whole numbers beyond 2^53 in a json value are read as they were written", () => {
  const json = { type: { kind: "json", maxBytes: 1000 } } as const;
  const big = 9007199254740993n;
  for (const [field, value] of [
    [json, big],
    [{ type: { kind: "list", items: json, maxItems: 9 } }, [big, 0.5]],
    [{ type: { kind: "map", values: json, maxEntries: 9 } }, { a: { b: [big] } }],
    [{ type: { kind: "object", fields: { a: json } } }, { a: big }],
  ] as const) {
    const codec = columnCodec(field);
    assert.deepEqual(codec.decode(codec.encode(value)), value);
  }
});
