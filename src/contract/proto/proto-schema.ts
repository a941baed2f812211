/**
 * A model as protobuf, as plain data: what files, messages, enums and services there are, and how each field stands for a
 * part of the model's wire form. The .proto text, the descriptors and the codecs are all made from it.
 */
export interface ProtoSchema {
  /** `clinic.v2`. */
  readonly package: string;
  readonly files: readonly ProtoFile[];
  /** By full name, such as `clinic.v2.Appointment` or, nested, `clinic.v2.Appointment.Address`. */
  readonly messages: Readonly<Record<string, ProtoMessage>>;
  readonly enums: Readonly<Record<string, ProtoEnum>>;
  /** By path, `/clinic.v2.AppointmentService/GetAppointment`. */
  readonly methods: Readonly<Record<string, ProtoMethod>>;
  /** Full name of the message with the data of a declared error, by code; errors without data have none. */
  readonly errors: Readonly<Record<string, string>>;
}

/** One .proto file; it imports only what its fields need, and no files import each other in a circle. */
export interface ProtoFile {
  /** `clinic/v2/appointment.proto`. */
  readonly path: string;
  /** Paths, sorted. */
  readonly imports: readonly string[];
  /** Full names of its outermost messages. */
  readonly messages: readonly string[];
  readonly services: readonly ProtoService[];
}

export interface ProtoService {
  /** Full name, `clinic.v2.AppointmentService`. */
  readonly name: string;
  readonly description?: string;
  readonly methods: readonly ProtoMethod[];
}

/** Which sides of a method send many messages. */
export type ProtoMethodKind = "unary" | "server-stream" | "client-stream" | "bidi-stream";

export interface ProtoMethod {
  /** `GetAppointment`. */
  readonly name: string;
  readonly path: string;
  /** Id of the operation that it stands for. */
  readonly operation: string;
  readonly kind: ProtoMethodKind;
  /** Queries: may be repeated, cached and sent by GET. */
  readonly hasNoSideEffects: boolean;
  /** Full names of messages that only this method has. */
  readonly request: string;
  readonly response: string;
  readonly description?: string;
  readonly deprecated?: true;
}

export interface ProtoMessage {
  /** Full name. */
  readonly name: string;
  readonly description?: string;
  /** In declaration order; numbers need not be. */
  readonly fields: readonly ProtoField[];
  /** The message is a tagged union: each field a variant in the oneof of this name. */
  readonly union?: ProtoUnion;
  /** Full names of what is declared inside it. */
  readonly messages: readonly string[];
  readonly enums: readonly string[];
  readonly reserved: ProtoReserved;
}

export interface ProtoUnion {
  /** Of the oneof, `kind`. */
  readonly oneof: string;
  /** Key of the wire form that tells the variant. */
  readonly tag: string;
}

/** Numbers and names that deleted fields or values had, never to be used again. */
export interface ProtoReserved {
  readonly numbers: readonly number[];
  readonly names: readonly string[];
}

export interface ProtoField {
  /** snake_case. */
  readonly name: string;
  /** lowerCamelCase, as ProtoJSON writes it. */
  readonly jsonName: string;
  readonly number: number;
  readonly type: ProtoType;
  /** `singular` has explicit presence (`optional`), so that absent is not zero; a map's keys are strings. */
  readonly label: "singular" | "list" | "map";
  /**
   * Where the value stands in the wire form of the message; empty: it is the whole of it. Variants of a union: their name in
   * the model.
   */
  readonly path: readonly string[];
  /** The wire form has texts here, one or a list of them, as the filters of a list do. */
  readonly texts?: true;
  /** A bool that says what another field cannot: that it is null, or a list or map that is there and empty. */
  readonly marks?: ProtoMark;
  /** Ref that `expand` may follow: the resource whose rows stand in the answer's `related` then. */
  readonly expands?: string;
  /** Of `read_mask`: the refs whose rows' fields it may name. */
  readonly refs?: readonly string[];
  /** Rows of this resource that the answer's refs name, by id: what `expand` asked for. */
  readonly related?: string;
  readonly description?: string;
  readonly deprecated?: true;
}

export interface ProtoMark {
  readonly kind: "null" | "empty";
  /** Name of the field it speaks about. */
  readonly field: string;
}

/** A field's type, and as what form of the model's values it is read. */
export type ProtoType =
  /** `json`: the text of a JSON value. */
  | { readonly kind: "string"; readonly as?: "json" }
  | { readonly kind: "bool" }
  | { readonly kind: "int32" }
  /** A string of digits in the wire form, or a number where it can be no more than 2^53. */
  | { readonly kind: "int64"; readonly as?: "number" }
  | { readonly kind: "double" }
  /** Base64 in the wire form. */
  | { readonly kind: "bytes" }
  | { readonly kind: "enum"; readonly name: string }
  | { readonly kind: "message"; readonly name: string }
  /** google.protobuf.Timestamp: RFC 3339 in the wire form. */
  | { readonly kind: "timestamp" }
  /** google.protobuf.Duration: ISO 8601 in the wire form. */
  | { readonly kind: "duration" }
  /** google.protobuf.FieldMask: a list of camelCase paths in the wire form. */
  | { readonly kind: "fieldMask" };

export interface ProtoEnum {
  /** Full name, `clinic.v2.Appointment.Status`. */
  readonly name: string;
  readonly description?: string;
  /** Without `<ENUM>_UNSPECIFIED`, which is 0. */
  readonly values: readonly ProtoEnumValue[];
  /** Name of the value 0. */
  readonly unspecified: string;
  readonly reserved: ProtoReserved;
}

export interface ProtoEnumValue {
  /** `STATUS_CONFIRMED`. */
  readonly name: string;
  readonly number: number;
  /** `confirmed`, as the model has it. */
  readonly value: string;
}
