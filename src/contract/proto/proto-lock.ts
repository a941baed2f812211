/**
 * What a contract has ever been in protobuf: the numbers that its fields and enum values have for ever, and those that
 * deleted ones have left. Names are relative to the package: `Appointment.Status`.
 */
export interface ProtoLock {
  readonly package: string;
  readonly messages: Readonly<Record<string, LockedMessage>>;
  readonly enums: Readonly<Record<string, LockedEnum>>;
  readonly services: Readonly<Record<string, LockedService>>;
}

export interface LockedMessage {
  readonly fields: Readonly<Record<string, LockedField>>;
  /** Number by name of deleted fields. */
  readonly reserved: Readonly<Record<string, number>>;
}

export interface LockedField {
  readonly number: number;
  /** As .proto text has it: `optional string`, `repeated Appointment.Line`. */
  readonly type: string;
}

export interface LockedEnum {
  /** Number by name: `STATUS_OPEN`. */
  readonly values: Readonly<Record<string, number>>;
  readonly reserved: Readonly<Record<string, number>>;
}

export interface LockedService {
  /** What each method does: `unary appointment.get`. */
  readonly methods: Readonly<Record<string, string>>;
  /** Names of deleted methods. */
  readonly retired: readonly string[];
}
