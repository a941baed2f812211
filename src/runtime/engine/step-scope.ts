import { AsyncLocalStorage } from "node:async_hooks";
import { UsageError } from "../../base/errors/index.ts";

/** Whether code runs as the work of a durable step. */
const scope = new AsyncLocalStorage<string>();

/** Runs the work of a step, so that {@link refuseInStep} knows it. */
export function inStep<T>(name: string, work: () => T): T {
  return scope.run(name, work);
}

/** Throws UsageError where the work of a step uses what belongs to the handler around it. */
export function refuseInStep(place: string, found: string): void {
  const name = scope.getStore();
  if (name === undefined) return;
  throw new UsageError({
    place: `${place}, step ${JSON.stringify(name)}`,
    expected: "work that calls others: it runs outside of the command's transaction",
    found,
    fix: "read before the step, write after it, and return from the step what the command needs",
  });
}
