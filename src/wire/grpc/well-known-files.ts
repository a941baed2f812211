/** A file of protobuf's own that schemas import: one message, with the options that Google's file has. */
export interface WellKnownFile {
  readonly path: string;
  readonly message: string;
  readonly fields: readonly {
    readonly name: string;
    readonly type: "int64" | "int32" | "string";
    readonly label: "singular" | "list";
  }[];
  readonly outerClass: string;
  readonly goPackage: string;
}

const TIME = [
  { name: "seconds", type: "int64", label: "singular" },
  { name: "nanos", type: "int32", label: "singular" },
] as const;

/** The files that a schema may import, as protoc ships them. */
export const WELL_KNOWN_FILES: readonly WellKnownFile[] = [
  {
    path: "google/protobuf/duration.proto",
    message: "Duration",
    fields: TIME,
    outerClass: "DurationProto",
    goPackage: "google.golang.org/protobuf/types/known/durationpb",
  },
  {
    path: "google/protobuf/field_mask.proto",
    message: "FieldMask",
    fields: [{ name: "paths", type: "string", label: "list" }],
    outerClass: "FieldMaskProto",
    goPackage: "google.golang.org/protobuf/types/known/fieldmaskpb",
  },
  {
    path: "google/protobuf/timestamp.proto",
    message: "Timestamp",
    fields: TIME,
    outerClass: "TimestampProto",
    goPackage: "google.golang.org/protobuf/types/known/timestamppb",
  },
];
