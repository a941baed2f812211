import { compileObject } from "./compile-fields.ts";
import type { EventModel } from "./model.ts";
import { isRecord } from "./read-options.ts";
import { didYouMean, oneOf, show } from "./report.ts";
import type { Scope } from "./scope.ts";

/** Compiles the events of a contract. */
export function compileEvents(events: readonly unknown[], scope: Scope): Record<string, EventModel> {
  const models = new Map<string, EventModel>();
  events.forEach((event, index) => {
    const model = compileEvent(event, `api, events[${index}]`, scope);
    if (model === undefined) return;
    if (models.has(model.name)) {
      scope.report({
        place: `event ${model.name}`,
        expected: "each name once",
        found: "two events with this name",
        fix: "remove or rename one",
      });
    }
    models.set(model.name, model);
  });
  return Object.fromEntries(models);
}

function compileEvent(event: unknown, at: string, scope: Scope): EventModel | undefined {
  if (!isRecord(event) || event.kind !== "event") {
    scope.report({
      place: at,
      expected: 'an event made by event("…", …)',
      found: show(event),
      fix: "declare it with event",
    });
    return undefined;
  }
  const { name, resource, payload } = event;
  const place = `event ${typeof name === "string" ? name : show(name)}`;
  if (typeof name !== "string" || !/^[a-z][a-zA-Z0-9]*(\.[a-z][a-zA-Z0-9_]*)+$/.test(name)) {
    scope.report({
      place,
      expected: "what it is about and what happened, in the past tense: appointment.confirmed",
      found: show(name),
      fix: "rename it",
    });
    return undefined;
  }
  if (payload !== undefined) {
    const node = compileObject(payload, `${place}, payload`, scope);
    return node && { name, payload: node };
  }
  if (typeof resource === "string" && scope.resources.has(resource)) return { name, resource };
  const names = [...scope.resources.keys()];
  scope.report({
    place,
    expected: `a payload of fields, or a resource of this contract: ${oneOf(names)}`,
    found: show(resource),
    fix: didYouMean(resource, names, "add the resource to the api's resources"),
  });
  return undefined;
}
