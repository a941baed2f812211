/** Freezes a tree of plain data through and through, and returns it. */
export function deepFreeze<T>(value: T, seen = new Set<unknown>()): T {
  if (typeof value !== "object" || value === null || seen.has(value)) return value;
  seen.add(value);
  // Plain data has no keys but its own. A large contract has hundreds of thousands of them, each list of which would be garbage.
  for (const key in value) deepFreeze(value[key], seen);
  return Object.freeze(value);
}
