import type { AnyField } from "../schema/index.ts";
import type { AnyResource, Row } from "./resource.ts";

/** What an event carries: the row of the resource it was declared with, or the value of the field. */
export type PayloadOf<Source> = Source extends AnyResource
  ? Row<Source>
  : Source extends AnyField
    ? Source["~value"]
    : never;

/**
 * Something that happened, named in the past tense: `event("appointment.confirmed", Appointment)`. `Source` is the resource
 * or field that says what it carries, which is worked out where an event is emitted.
 */
export interface EventDefinition<out Source = any> {
  readonly kind: "event";
  readonly name: string;
  /** Resource whose row the payload is, or undefined. */
  readonly resource?: string;
  readonly payload?: AnyField;
  readonly "~source"?: Source;
}

/** Declares an event whose payload is a resource's row or a shape of its own. */
export function event<Source extends AnyField | AnyResource>(
  name: string,
  payload: Source,
): EventDefinition<Source> {
  const shape: Pick<EventDefinition, "resource" | "payload"> =
    "spec" in payload ? { payload } : { resource: payload.name };
  return Object.freeze({ kind: "event" as const, name, ...shape });
}
