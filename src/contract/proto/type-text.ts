import type { FieldDraft } from "./draft.ts";
import type { ProtoType } from "./proto-schema.ts";

const WELL_KNOWN = {
  timestamp: "google.protobuf.Timestamp",
  duration: "google.protobuf.Duration",
  fieldMask: "google.protobuf.FieldMask",
} as const;

/** Names a type as .proto text does; messages and enums by their full name. */
export function typeName(type: ProtoType): string {
  switch (type.kind) {
    case "enum":
    case "message":
      return type.name;
    case "timestamp":
    case "duration":
    case "fieldMask":
      return WELL_KNOWN[type.kind];
    default:
      return type.kind;
  }
}

/** What a field is in the lock: `optional string`, `repeated Appointment.Line`; names relative to the package. */
export function typeText(
  packageName: string,
  { label, type }: Pick<FieldDraft, "label" | "type">,
  oneof: string | undefined,
): string {
  const full = typeName(type);
  const name = full.startsWith(`${packageName}.`) ? full.slice(packageName.length + 1) : full;
  if (oneof !== undefined) return `oneof ${oneof} ${name}`;
  if (label === "list") return `repeated ${name}`;
  if (label === "map") return `map<string, ${name}>`;
  return isMessage(type) ? name : `optional ${name}`;
}

/** Messages have presence of themselves. */
export function isMessage({ kind }: ProtoType): boolean {
  return kind === "message" || kind === "timestamp" || kind === "duration" || kind === "fieldMask";
}
