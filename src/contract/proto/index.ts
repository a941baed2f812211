export { packageOf } from "../model/proto-names.ts";
export { describeProto } from "./describe-proto.ts";
export type { LockedEnum, LockedField, LockedMessage, LockedService, ProtoLock } from "./proto-lock.ts";
export type {
  ProtoEnum,
  ProtoEnumValue,
  ProtoField,
  ProtoFile,
  ProtoMark,
  ProtoMessage,
  ProtoMethod,
  ProtoMethodKind,
  ProtoReserved,
  ProtoSchema,
  ProtoService,
  ProtoType,
  ProtoUnion,
} from "./proto-schema.ts";
export { isMessage, typeName, typeText } from "./type-text.ts";
