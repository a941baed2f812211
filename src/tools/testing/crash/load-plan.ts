import { pathToFileURL } from "node:url";
import { UsageError } from "../../../base/errors/index.ts";
import type { CrashPlan } from "./crash-plan.ts";

/** Imports the plan that a file exports by default. Throws UsageError where it exports something else. */
export async function loadPlan(path: string): Promise<CrashPlan> {
  const module: Readonly<Record<string, unknown>> = await import(pathToFileURL(path).href);
  if (isPlan(module.default)) return module.default;
  throw new UsageError({
    place: path,
    expected: "a crash plan as default export",
    found: module.default === undefined ? "no default export" : "something else",
    fix: "export default crashPlan(service, { commands: () => [crashCommand(…)] })",
  });
}

function isPlan(value: unknown): value is CrashPlan {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "crash-plan";
}
