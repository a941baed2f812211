import { isDeepStrictEqual } from "node:util";

/** Tells whether two values in program form are the same; absent and null are, since a column has one state for both. */
export function sameValue(left: unknown, right: unknown): boolean {
  return left === right || (left ?? null) === (right ?? null) || isDeepStrictEqual(left, right);
}
