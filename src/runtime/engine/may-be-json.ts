import type { JsonValue } from "../../base/lib/index.ts";

/** Takes a value for one that JSON can carry; what is inside it is not looked at. */
export function mayBeJson(value: unknown): value is JsonValue {
  return value !== undefined && typeof value !== "function" && typeof value !== "symbol";
}
