import { ApiError, type Violation } from "../../../base/errors/index.ts";
import type { JsonValue } from "../../../base/lib/json.ts";
import type { ResourceModel } from "../../../contract/model/model.ts";
import {
  applyJsonPatch,
  applyMergePatch,
  formatPointer,
  isJsonObject,
  parseJsonPatch,
} from "../../../wire/rest/index.ts";
import type { Edit } from "../execute-edit.ts";

/** Makes the edit that a patch body stands for; undefined where the body can be handed to the engine as it is. */
export type EditReader = (mediaType: string | undefined, body: JsonValue | undefined) => Edit | undefined;

/** Media type of JSON Patch (RFC 6902 section 6). */
export const JSON_PATCH_MEDIA_TYPE = "application/json-patch+json";

const MERGED_KINDS = new Set(["object", "map", "union", "json"]);

/** Makes the reader of a resource's patch bodies. */
export function createEditReader(resource: ResourceModel): EditReader {
  const merged = Object.keys(resource.fields).filter((name) =>
    MERGED_KINDS.has(resource.fields[name]?.type.kind ?? ""),
  );
  return (mediaType, body) => {
    if (mediaType === JSON_PATCH_MEDIA_TYPE) {
      const operations = parseJsonPatch(body ?? null);
      return (current) => changesBetween(current, applyJsonPatch(current, operations), resource);
    }
    // RFC 7396 goes down into objects, the engine writes whole fields; most rows have no objects to go down into.
    if (merged.length === 0 || !isJsonObject(body)) return undefined;
    const nested = merged.filter((name) => isJsonObject(body[name]));
    if (nested.length === 0) return undefined;
    return (current) => {
      const before = isJsonObject(current) ? current : {};
      const fields = nested.map((name) => [name, applyMergePatch(before[name], body[name] ?? null)]);
      return { ...body, ...Object.fromEntries(fields) };
    };
  };
}

/** What differs between two forms of a row. */
function changesBetween(before: JsonValue, after: JsonValue, resource: ResourceModel): JsonValue {
  if (!isJsonObject(before) || !isJsonObject(after)) {
    throw new ApiError("invalid_input", "The patch must leave an object.", {
      violations: [{ pointer: "", code: "wrong_type", message: "Expected an object." }],
    });
  }
  const changes: Record<string, JsonValue> = {};
  const violations: Violation[] = [];
  for (const name of Object.keys(before)) if (!Object.hasOwn(after, name)) changes[name] = null;
  for (const [name, value] of Object.entries(after)) {
    // applyJsonPatch keeps what it does not touch, so what is identical was not touched.
    if (Object.hasOwn(before, name) && before[name] === value) continue;
    if (value === null && resource.fields[name]?.nullable !== true) {
      const message = "The field cannot be null; remove it instead.";
      violations.push({ pointer: formatPointer([name]), code: "wrong_type", message });
    }
    changes[name] = value;
  }
  if (violations.length > 0) {
    throw new ApiError("invalid_input", "The patched row is not valid.", { violations });
  }
  return changes;
}
