export { type Code, createCode, literal, readField } from "./code.ts";
export { type CanonicalWriter, compileCanonical } from "./compile-canonical.ts";
export { type CompileDecoderOptions, compileDecoder } from "./compile-decoder.ts";
export {
  type CompileEncoderOptions,
  compileEncoder,
  type Encoder,
  isIdentityEncoder,
} from "./compile-encoder.ts";
export { currencyDigits, MONEY_PRECISION } from "./currencies.ts";
export { decodeText } from "./decode-text.ts";
export { type AnyField, Field, type FieldFlag, type FieldSpec, type Fields, type TypeSpec } from "./field.ts";
export { fieldNode, type ResolveRef } from "./field-node.ts";
export {
  type FileValue,
  isFileValue,
  MAX_FILE_NAME_LENGTH,
  ReceivedFile,
  takesMediaType,
} from "./file-value.ts";
export type {
  ChangesOf,
  FileKeys,
  Flatten,
  GivenOf,
  Infer,
  InputOf,
  InsertOf,
  OutputOf,
  PatchOf,
  ReceivedOf,
  RowOf,
} from "./infer.ts";
export { type DecoderOptions, interpretDecode } from "./interpret-decode.ts";
export { interpretEncode } from "./interpret-encode.ts";
export type { Decoder, Prefixes } from "./leaf-decoder.ts";
export type { FieldNode, FileNode, ObjectNode, StringFormat, TypeKind, TypeNode } from "./node.ts";
export type { ObjectType } from "./object-type.ts";
export type { StandardJsonSchema } from "./standard-schema.ts";
export { t } from "./t.ts";
export { MAX_VIOLATIONS, VIOLATION_CODES, type ViolationCode } from "./violations.ts";
