import type { ProtoField, ProtoSchema } from "../../contract/proto/index.ts";
import type { WireRecord } from "./field-path.ts";

/** Rows by id, by resource. */
export type RelatedRows = ReadonlyMap<string, WireRecord>;

// Set while one response is written, which is synchronous.
let rows: Map<string, WireRecord> | undefined;

/** Writes a response: what stands in place of refs is gathered, so that it can be sent beside the rows. */
export function withRelated<Result>(write: () => Result): Result {
  rows = undefined;
  try {
    return write();
  } finally {
    rows = undefined;
  }
}

/** Keeps the row that stands in place of a ref; returns the ref. */
export function keepRelated(resource: string, row: WireRecord): string {
  const { id } = row;
  // The requests of this protocol ask for it with each row.
  if (typeof id !== "string") throw new TypeError(`A row of ${resource} without its id`);
  rows ??= new Map();
  const known = rows.get(resource);
  if (known === undefined) rows.set(resource, { [id]: row });
  else known[id] = row;
  return id;
}

/** What has been kept; undefined where no ref was followed. */
export function relatedRows(): RelatedRows | undefined {
  return rows;
}

/** Whether a field has rows that stand elsewhere in the wire form: those that refs name. */
export function carriesRelated({ related, type }: ProtoField, schema: ProtoSchema): boolean {
  if (related !== undefined) return true;
  return type.kind === "message" && schema.messages[type.name]?.fields[0]?.related !== undefined;
}
