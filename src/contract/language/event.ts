import type { AnyField } from "../schema/index.ts";
import type { AnyResource, Row } from "./resource.ts";

/** Something that happened, named in the past tense: `event("appointment.confirmed", Appointment)`. */
export interface EventDefinition<Payload = any> {
  readonly kind: "event";
  readonly name: string;
  /** Resource whose row the payload is, or undefined. */
  readonly resource?: string;
  readonly payload?: AnyField;
  readonly "~payload"?: Payload;
}

/** Declares an event whose payload is a resource's row or a shape of its own. */
export function event<P extends AnyField | AnyResource>(
  name: string,
  payload: P,
): EventDefinition<P extends AnyResource ? Row<P> : P extends AnyField ? P["~value"] : never> {
  const shape: Pick<EventDefinition, "resource" | "payload"> =
    "spec" in payload ? { payload } : { resource: payload.name };
  return Object.freeze({ kind: "event" as const, name, ...shape });
}
