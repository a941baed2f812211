import type { Mistake } from "../../base/errors/index.ts";
import type { TypeKind } from "../schema/index.ts";

/** Takes note of a mistake and goes on, so that an author sees all of them at once. */
export type Report = (mistake: Mistake) => unknown;

/** Names a value in a message: strings quoted, the rest by what it is; cut at 80 characters. */
export function show(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}...` : value);
    case "function":
      return value.name === "" ? "a function" : `the function ${value.name}`;
    case "bigint":
    case "symbol":
      return String(value);
    case "object": {
      if (value === null) return "null";
      if (Array.isArray(value)) return value.length === 0 ? "an empty list" : `a list of ${value.length}`;
      return "kind" in value && typeof value.kind === "string"
        ? `a value of kind ${value.kind}`
        : "an object";
    }
    default:
      return value === undefined ? "nothing" : String(value);
  }
}

/** Names a kind of type with its article: `an int32`, `a union`. */
export function aKind(kind: TypeKind): string {
  return `${/^[aeio]/.test(kind) ? "an" : "a"} ${kind}`;
}

/** Writes a list of names for a message; a long one is cut. */
export function oneOf(names: Iterable<string>): string {
  const all = [...names];
  if (all.length === 0) return "none (there are none)";
  const shown = all.slice(0, 20).join(", ");
  return all.length > 20
    ? `one of ${shown}, … (${all.length})`
    : all.length === 1
      ? shown
      : `one of ${shown}`;
}

/** The name among `names` that `wrong` was probably meant to be; undefined if none is near. */
export function nearest(wrong: string, names: Iterable<string>): string | undefined {
  let best: string | undefined;
  // A third of the letters may be wrong: enough for a slip, too little to suggest an unrelated word.
  let limit = Math.max(1, Math.floor(wrong.length / 3)) + 1;
  for (const name of names) {
    const distance = editDistance(wrong.toLowerCase(), name.toLowerCase(), limit);
    if (distance < limit) {
      limit = distance;
      best = name;
    }
  }
  return best;
}

/** Advice for an unknown name: the one probably meant, or what to do otherwise. */
export function didYouMean(wrong: unknown, names: Iterable<string>, otherwise: string): string {
  const near = typeof wrong === "string" ? nearest(wrong, names) : undefined;
  return near === undefined ? otherwise : `write ${JSON.stringify(near)}, or ${otherwise}`;
}

function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit || a.length > 64) return limit;
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const substitution = previous[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(substitution, previous[column]! + 1, current[column - 1]! + 1));
    }
    previous = current;
  }
  return previous[b.length]!;
}
