import { ApiError } from "../../base/errors/index.ts";
import { decodeBase64, JsonSyntaxError, parseJson } from "../../base/lib/index.ts";
import type {
  ProtoEnum,
  ProtoField,
  ProtoMessage,
  ProtoSchema,
  ProtoType,
} from "../../contract/proto/index.ts";
import { compileMessages, type MessageScope } from "./compile-messages.ts";
import { createSetter, isRecord, type WireRecord } from "./field-path.ts";
import { compileFinish } from "./finish-message.ts";
import { durationFromJson } from "./instants.ts";
import { carriesRelated } from "./related.ts";

/** Reads protobuf's JSON of a message into the wire form of its value. */
export type FromJson = (json: unknown) => unknown;

/**
 * Compiles the reading of messages from ProtoJSON, each when first asked for. A value that is not what its field takes is
 * passed on as it came, and so are members that no field has: the rules of the input tell of all of them at once, with
 * their places.
 */
export function createJsonReaders(schema: ProtoSchema): (name: string) => FromJson {
  return compileMessages(schema, compileMessage);
}

type Scope = MessageScope<FromJson>;

interface FieldReader {
  readonly field: ProtoField;
  readonly read: (root: WireRecord, json: unknown) => void;
}

function compileMessage(message: ProtoMessage, scope: Scope): FromJson {
  const readers = new Map<string, FieldReader>();
  for (const field of message.fields) {
    if (carriesRelated(field, scope.schema)) continue;
    const reader: FieldReader = { field, read: compileField(field, scope) };
    readers.set(field.name, reader);
    readers.set(field.jsonName, reader);
  }
  const finish = compileFinish(message);
  const isUnion = message.union !== undefined;
  // What no field has is a fault in the input, where the message is a request.
  const isRequest =
    message.fields.some(({ path, texts }) => !texts && (path.length > 1 || PARTS.has(path[0] ?? ""))) ||
    message.fields.length === 0;
  return (json) => {
    if (!isRecord(json)) return json;
    const root: WireRecord = {};
    const seen = new Set<FieldReader>();
    let stranger: string | undefined;
    for (const [key, value] of Object.entries(json)) {
      const reader = readers.get(key);
      if (reader === undefined) {
        stranger ??= key;
        if (!isRequest) root[key] = value;
        else root.input = { ...(isRecord(root.input) ? root.input : {}), [key]: value };
        continue;
      }
      // Null is the same as absent (protobuf's JSON mapping); what is null for us is said by a flag.
      if (value === null) continue;
      if (seen.has(reader) || (isUnion && seen.size > 0)) {
        throw new ApiError(
          "malformed_request",
          `${isUnion ? "Only one variant" : reader.field.name} may be given once.`,
        );
      }
      seen.add(reader);
      reader.read(root, value);
    }
    if (isUnion && stranger !== undefined && seen.size > 0) throw noVariant(stranger, message);
    return finish(root);
  };
}

/** Beside the variant that is sent there is no place for it, where the rules of the input would find it. */
function noVariant(key: string, { name, fields }: ProtoMessage): ApiError {
  const variants = fields.map(({ jsonName }) => jsonName).join(", ");
  const short = name.slice(name.lastIndexOf(".") + 1);
  return new ApiError(
    "malformed_request",
    `${short} has no variant ${JSON.stringify(key)}, but ${variants}.`,
  );
}

const PARTS: ReadonlySet<string> = new Set(["id", "input", "list", "fields", "expand", "updateMask"]);

function compileField(field: ProtoField, scope: Scope): FieldReader["read"] {
  const { label, marks, type, texts } = field;
  if (marks !== undefined) {
    return (root, json) => {
      if (typeof json !== "boolean") throw wrong(field, "true or false");
      root[field.name] = json;
    };
  }
  const set = createSetter(field);
  const read = compileValue(type, scope);
  const toText = texts ? (value: unknown) => String(value) : (value: unknown) => value;
  if (label === "list") {
    return (root, json) => {
      const list = Array.isArray(json) ? json.map((item) => toText(read(item))) : json;
      if (!Array.isArray(list) && isControl(field)) throw wrong(field, "a list");
      set(root, list);
    };
  }
  if (label === "map") {
    return (root, json) => {
      if (!isRecord(json)) return set(root, json);
      set(root, Object.fromEntries(Object.entries(json).map(([key, value]) => [key, read(value)])));
    };
  }
  const check = isControl(field) ? CONTROL_TYPES[type.kind] : undefined;
  return (root, json) => {
    const value = read(json);
    // The value 0 of an enum says that there is none.
    if (type.kind === "enum" && value === UNSPECIFIED) return;
    if (check !== undefined && !check.test(value)) throw wrong(field, check.expected);
    set(root, texts ? [toText(value)] : value);
  };
}

const UNSPECIFIED = "0";

/** A part of a call that no rule of the contract reads. */
function isControl({ path }: ProtoField): boolean {
  return path[0] !== "input" && PARTS.has(path[0] ?? "");
}

interface TypeCheck {
  readonly expected: string;
  readonly test: (value: unknown) => boolean;
}

const CONTROL_TYPES: Readonly<Record<string, TypeCheck>> = {
  string: { expected: "a string", test: (value) => typeof value === "string" },
  bool: { expected: "true or false", test: (value) => typeof value === "boolean" },
  int32: {
    expected: "a whole number of 32 bits",
    test: (value) => typeof value === "number" && (value | 0) === value,
  },
  fieldMask: { expected: "a string of paths joined by commas", test: Array.isArray },
  message: { expected: "an object", test: isRecord },
};

function wrong({ jsonName }: ProtoField, expected: string): ApiError {
  return new ApiError("malformed_request", `${jsonName} must be ${expected}.`);
}

function compileValue(type: ProtoType, scope: Scope): FromJson {
  switch (type.kind) {
    case "string":
      return type.as === "json" ? readJsonText : (json) => json;
    case "int32":
      return (json) => toWhole(json) ?? json;
    case "double":
      return (json) => (typeof json === "string" && NUMBER.test(json) ? Number(json) : json);
    case "int64":
      return type.as === "number" ? (json) => toWhole(json) ?? json : readInt64;
    case "bytes":
      return readBase64;
    case "enum":
      return compileEnum(scope.schema.enums[type.name]);
    case "duration":
      return (json) =>
        typeof json === "string" ? (durationFromJson(json) ?? `${json} is no duration`) : json;
    case "fieldMask":
      return (json) => (typeof json === "string" ? json.split(",").filter((path) => path !== "") : json);
    case "message": {
      let read: FromJson | undefined;
      const { name } = type;
      return (json) => {
        read ??= scope.of(name);
        return read(json);
      };
    }
    default:
      return (json) => json;
  }
}

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** Numbers may stand in strings, with exponents too, as long as they are whole. */
function toWhole(json: unknown): number | undefined {
  const value = typeof json === "string" && NUMBER.test(json) ? Number(json) : json;
  return typeof value === "number" && Number.isSafeInteger(value) ? value : undefined;
}

function readInt64(json: unknown): unknown {
  if (typeof json === "string" && /[.eE]/.test(json)) return toWhole(json)?.toString() ?? json;
  return json;
}

/** Either alphabet, with padding or without (RFC 4648 sections 4 and 5); the one of section 4 is what fields take. */
function readBase64(json: unknown): unknown {
  if (typeof json !== "string") return json;
  const text = json.replaceAll("-", "+").replaceAll("_", "/").replace(/=+$/, "");
  const padded = text.padEnd(Math.ceil(text.length / 4) * 4, "=");
  return decodeBase64(padded) === undefined ? json : padded;
}

function compileEnum(type: ProtoEnum | undefined): FromJson {
  const values = new Map<unknown, string>([[0, UNSPECIFIED]]);
  if (type !== undefined) values.set(type.unspecified, UNSPECIFIED);
  for (const { name, number, value } of type?.values ?? []) values.set(name, value).set(number, value);
  return (json) =>
    values.get(json) ?? (typeof json === "string" || typeof json === "number" ? `${json} ` : json);
}

function readJsonText(json: unknown): unknown {
  if (typeof json !== "string")
    throw new ApiError("malformed_request", "JSON values are sent as their text.");
  try {
    return parseJson(json);
  } catch (error) {
    if (error instanceof JsonSyntaxError)
      throw new ApiError("malformed_request", `JSON text: ${error.message}.`);
    throw error;
  }
}
