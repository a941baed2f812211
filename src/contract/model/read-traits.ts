import type { FieldTraits } from "../schema/field.ts";
import { isRecord } from "./read-options.ts";
import { didYouMean, oneOf, show } from "./report.ts";
import type { Scope } from "./scope.ts";

/** Where a field stands while it is read. */
export interface FieldPlace {
  readonly place: string;
  /**
   * Whether the field is part of a resource's row. In other shapes (inputs, outputs, data, payloads) readOnly, immutable
   * and unique mean nothing and are dropped, so that these can reuse the fields of resources.
   */
  readonly stored: boolean;
  /** Whether it is part of a value, not the value of a field of its own. Default false. */
  readonly inner?: boolean;
  readonly scope: Scope;
}

/** Traits and the type of their values; those of `t.*` options that are neither known nor theirs land here, too. */
const TRAITS: Readonly<Record<string, "flag" | "text" | "texts" | "value">> = {
  optional: "flag",
  nullable: "flag",
  readOnly: "flag",
  writeOnly: "flag",
  immutable: "flag",
  sensitive: "flag",
  unique: "flag",
  visibleTo: "texts",
  deprecated: "text",
  since: "text",
  description: "text",
  default: "value",
  example: "value",
};

const MEANT_FOR_ROWS: readonly string[] = ["readOnly", "immutable", "unique"];

/** Options of types and what they are in JavaScript; minimum and maximum differ by type. */
export const TYPE_OPTIONS: Readonly<Record<string, "string" | "number">> = {
  prefix: "string",
  pattern: "string",
  format: "string",
  currency: "string",
  tag: "string",
  minLength: "number",
  maxLength: "number",
  minItems: "number",
  maxItems: "number",
  maxEntries: "number",
  maxBytes: "number",
  precision: "number",
  scale: "number",
};

/** Options that a call of `t.*` may have, to recognise a slip by. */
const OPTION_NAMES = [...Object.keys(TRAITS), ...Object.keys(TYPE_OPTIONS), "minimum", "maximum"];

/** Copies traits after checking them; undefined where a mistake was reported. */
export function copyTraits(
  given: FieldTraits,
  { place, stored, scope }: FieldPlace,
): FieldTraits | undefined {
  const traits: Record<string, unknown> = {};
  let right = true;
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || (value === false && TRAITS[name] === "flag")) continue;
    const fault = traitFault(name, value, { stored, scope });
    if (fault) {
      scope.report({ place, ...fault });
      right = false;
    } else if (stored || !MEANT_FOR_ROWS.includes(name)) {
      traits[name] = withoutMinusZero(value);
    }
  }
  return right ? traits : undefined;
}

function traitFault(
  name: string,
  value: unknown,
  { stored, scope }: Pick<FieldPlace, "stored" | "scope">,
): { readonly expected: string; readonly found: string; readonly fix: string } | undefined {
  const form = Object.hasOwn(TRAITS, name) ? TRAITS[name] : undefined;
  if (form === undefined) {
    const fix = didYouMean(name, OPTION_NAMES, "remove it");
    return { expected: "options that the type has", found: show(name), fix };
  }
  if (form === "flag" && value !== true)
    return { expected: `${name} to be true or absent`, found: show(value), fix: `write ${name}: true` };
  if (form === "text" && (typeof value !== "string" || value.trim() === ""))
    return { expected: `a text for ${name}`, found: show(value), fix: `say why or what, or remove ${name}` };
  if (form === "texts" && !(Array.isArray(value) && value.length > 0 && value.every(isWord)))
    return {
      expected: "visibleTo with the names of roles",
      found: show(value),
      fix: 'write visibleTo("admin")',
    };
  if (name === "since" && !scope.versions.some((version) => version === value)) {
    const fix = didYouMean(value, scope.versions, "add the version to the api");
    return { expected: `a version of the api: ${oneOf(scope.versions)}`, found: show(value), fix };
  }
  if (!stored && (name === "visibleTo" || name === "writeOnly")) {
    const fix = "leave the field out of this shape, or give the shape a field of its own";
    return { expected: "fields that all who see the shape may see", found: name, fix };
  }
  return undefined;
}

function isWord(value: unknown): boolean {
  return typeof value === "string" && value.trim() !== "";
}

/** JSON has no minus zero; a default that turned into another value on its way would differ from itself. */
function withoutMinusZero(value: unknown): unknown {
  if (Object.is(value, -0)) return 0;
  if (Array.isArray(value)) return value.map(withoutMinusZero);
  if (!isRecord(value) || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutMinusZero(inner)]));
}
