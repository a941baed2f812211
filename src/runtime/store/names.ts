import { createHash } from "node:crypto";
import type { IndexModel, ResourceModel } from "../../contract/model/index.ts";
import type { ConstraintMeaning } from "./errors.ts";

// NAMEDATALEN - 1: PostgreSQL cuts longer names off, and two cut names may be the same.
const MAX_NAME_BYTES = 63;

/** Name of an index: `appointments_status_idx`, `_key` for unique ones, `_search` for full text. */
export function indexName(resource: ResourceModel, index: IndexModel): string {
  const columns = index.fields.map((field) => resource.columns[field]!);
  const suffix = index.kind === "search" ? "search" : index.unique ? "key" : "idx";
  return bounded([resource.table, ...columns, suffix].join("_"));
}

/** Name of a ref's foreign key: `appointments_slot_fkey`. */
export function foreignKeyName(resource: ResourceModel, field: string): string {
  return bounded(`${resource.table}_${resource.columns[field]!}_fkey`);
}

/** Name of an enum's check: `appointments_status_check`. */
export function checkName(resource: ResourceModel, field: string): string {
  return bounded(`${resource.table}_${resource.columns[field]!}_check`);
}

/** Name of a table's primary key: `appointments_pkey`. */
export function primaryKeyName(resource: ResourceModel): string {
  return bounded(`${resource.table}_pkey`);
}

/** What each named constraint of a resource's table guards, so that a violation can name the field. */
export function constraintsOf(resource: ResourceModel): [string, ConstraintMeaning][] {
  const meanings: [string, ConstraintMeaning][] = [
    [primaryKeyName(resource), { kind: "unique", fields: ["id"] }],
  ];
  for (const index of resource.indexes) {
    if (index.kind === "btree" && index.unique) {
      meanings.push([indexName(resource, index), { kind: "unique", fields: index.fields }]);
    }
  }
  for (const [field, { type }] of Object.entries(resource.fields)) {
    if (type.kind === "ref") {
      meanings.push([foreignKeyName(resource, field), { kind: "reference", fields: [field] }]);
    }
    if (type.kind === "enum") meanings.push([checkName(resource, field), { kind: "check", fields: [field] }]);
  }
  return meanings;
}

function bounded(name: string): string {
  if (Buffer.byteLength(name) <= MAX_NAME_BYTES) return name;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 8);
  return `${name.slice(0, MAX_NAME_BYTES - 9)}_${hash}`;
}
