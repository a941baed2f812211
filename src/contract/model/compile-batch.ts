import type { BatchModel } from "./model.ts";
import { type OptionReader, readOptions } from "./read-options.ts";
import type { Report } from "./report.ts";

const OPTIONS = ["maxParts", "maxBytes", "deadlineMs"];

/** Compiles an api's `batch`; undefined where it has none. */
export function compileBatch(api: OptionReader, report: Report): BatchModel | undefined {
  const given = api.record("batch", "limits of batches, which may be empty");
  if (given === undefined) return undefined;
  const read = readOptions(given, "api, batch.", { known: OPTIONS, report });
  return {
    // As many as Microsoft Graph takes twice over; each may do what a request of its own may.
    maxParts: read.integer("maxParts", 1, 1000) ?? 50,
    // As much as one body has by default.
    maxBytes: read.integer("maxBytes", 1024, 64 * 1024 * 1024) ?? 1_048_576,
    deadlineMs: read.integer("deadlineMs", 1, 3_600_000) ?? 30_000,
  };
}
