import assert from "node:assert/strict";
import { test } from "node:test";
import { findDrift } from "./drift.ts";
import type { SchemaState, TableState } from "./state.ts";

const TABLE: TableState = {
  columns: {
    id: { type: "text", nullable: false, collation: "C" },
    size: { type: "integer", nullable: true, default: "'5'::integer" },
  },
  primaryKey: "books_pkey",
  indexes: {
    by_two: { kind: "btree", columns: ["id", "size"], unique: false },
    words: { kind: "search", columns: ["id"], unique: false },
  },
  foreignKeys: { to_shelf: { column: "shelf", references: "shelves" } },
  checks: { kinds: { column: "kind", values: ["novel", "poem"] } },
};

const driftOf = (live: Partial<TableState>) => {
  const state = (table: TableState): SchemaState => ({ tables: { books: table } });
  return findDrift(state({ ...TABLE, ...live }), state(TABLE)).map(({ place, breaks }) => [place, breaks]);
};

test("defaults, which a database writes in its own way, and the order of an enum's values are no difference", () => {
  const size = { type: "integer", nullable: true, hasDefault: true as const };
  assert.deepEqual(driftOf({ columns: { ...TABLE.columns, size } }), []);
  assert.deepEqual(driftOf({ checks: { kinds: { column: "kind", values: ["poem", "novel"] } } }), []);
  assert.deepEqual(
    driftOf({ indexes: { ...TABLE.indexes, own: { kind: "btree", columns: ["size"], unique: true } } }),
    [],
  );
});

const BROKEN: Readonly<Record<string, readonly [string, boolean, Partial<TableState>]>> = {
  "a column's type": [
    "column books.size",
    true,
    { columns: { ...TABLE.columns, size: { type: "bigint", nullable: true } } },
  ],
  "a column's collation": [
    "column books.id",
    true,
    { columns: { ...TABLE.columns, id: { type: "text", nullable: false } } },
  ],
  "a column that may be empty": [
    "column books.id",
    true,
    { columns: { ...TABLE.columns, id: { type: "text", nullable: true, collation: "C" } } },
  ],
  "the order of an index's columns": [
    "index by_two",
    false,
    { indexes: { ...TABLE.indexes, by_two: { kind: "btree", columns: ["size", "id"], unique: false } } },
  ],
  "an index of fewer columns": [
    "index by_two",
    false,
    { indexes: { ...TABLE.indexes, by_two: { kind: "btree", columns: ["id"], unique: false } } },
  ],
  "an index that is unique": [
    "index by_two",
    false,
    { indexes: { ...TABLE.indexes, by_two: { kind: "btree", columns: ["id", "size"], unique: true } } },
  ],
  "an index whose building failed": [
    "index by_two",
    false,
    {
      indexes: {
        ...TABLE.indexes,
        by_two: { kind: "btree", columns: ["id", "size"], unique: false, invalid: true },
      },
    },
  ],
  "an index of another kind": [
    "index words",
    false,
    { indexes: { ...TABLE.indexes, words: { kind: "btree", columns: ["id"], unique: false } } },
  ],
  "the table that a foreign key names": [
    "foreign key to_shelf",
    false,
    { foreignKeys: { to_shelf: { column: "shelf", references: "walls" } } },
  ],
  "a foreign key that was never checked": [
    "foreign key to_shelf",
    false,
    { foreignKeys: { to_shelf: { column: "shelf", references: "shelves", unvalidated: true } } },
  ],
  "a value of an enum": [
    "check kinds",
    false,
    { checks: { kinds: { column: "kind", values: ["novel", "essay"] } } },
  ],
  "a value more": [
    "check kinds",
    false,
    { checks: { kinds: { column: "kind", values: ["novel", "poem", "essay"] } } },
  ],
  "the column of an enum": [
    "check kinds",
    false,
    { checks: { kinds: { column: "other", values: ["novel", "poem"] } } },
  ],
};

for (const [what, [place, breaks, live]] of Object.entries(BROKEN)) {
  test(`${what} is a difference`, () => assert.deepEqual(driftOf(live), [[place, breaks]]));
}
