import type { ApiError } from "./api-error.ts";

/**
 * An error's violations with the names that a protocol has for their places, and its message, which names the place too
 * where there is one.
 */
export function renamePointers(
  { message, violations }: Pick<ApiError, "message" | "violations">,
  pointerOf: (pointer: string) => string,
): Pick<ApiError, "message" | "violations"> {
  const renamed = violations.map((violation) => ({ ...violation, pointer: pointerOf(violation.pointer) }));
  const [before, more] = violations;
  const [after] = renamed;
  if (before === undefined || after === undefined || more !== undefined)
    return { message, violations: renamed };
  const end = `${before.pointer}: ${before.message}`;
  if (before.pointer === "" || !message.endsWith(end)) return { message, violations: renamed };
  return {
    message: `${message.slice(0, -end.length)}${after.pointer}: ${after.message}`,
    violations: renamed,
  };
}
