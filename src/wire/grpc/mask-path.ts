/** A path of camelCase names as google.protobuf.FieldMask holds it: `slot.startsAt` → `slot.starts_at`. */
export function toProtoPath(path: string): string {
  return path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** A path of a FieldMask in camelCase: `slot.starts_at` → `slot.startsAt`. */
export function fromProtoPath(path: string): string {
  return path.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
