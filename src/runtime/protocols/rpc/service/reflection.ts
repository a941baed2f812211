import type { ProtoSchema } from "../../../../contract/proto/index.ts";
import {
  createProtoCodecs,
  ERROR_DETAILS,
  HEALTH,
  reflectionSchema,
  STATUS_NUMBERS,
  toFileDescriptors,
} from "../../../../wire/grpc/index.ts";
import type { RpcMethod } from "../method.ts";
import { createForeignMethods } from "./foreign-method.ts";

/** What a question of reflection is, in wire form. */
interface Question {
  readonly host?: string;
  readonly file_by_filename?: string;
  readonly file_containing_symbol?: string;
  readonly file_containing_extension?: { readonly containing_type?: string };
  readonly all_extension_numbers_of_type?: string;
  readonly list_services?: string;
}

/**
 * Makes gRPC's server reflection, v1 and v1alpha: the services there are and the files that describe them, those of health
 * and of error details among them. Descriptors are made when somebody first asks.
 */
export function createReflection(schema: () => ProtoSchema): ReadonlyMap<string, RpcMethod> {
  let index: FileIndex | undefined;
  const methods = (["v1", "v1alpha"] as const).map((version) => {
    const own = reflectionSchema(version);
    const serve = async function* (requests: AsyncIterable<unknown>): AsyncGenerator<unknown, void> {
      index ??= indexFiles([
        schema(),
        HEALTH,
        ERROR_DETAILS,
        reflectionSchema("v1"),
        reflectionSchema("v1alpha"),
      ]);
      for await (const request of requests) yield answer(index, toQuestion(request));
    };
    return createForeignMethods(own, createProtoCodecs(own), { ServerReflectionInfo: { stream: serve } });
  });
  return new Map(methods.flatMap((each) => [...each]));
}

/** Files by path and by what is declared in them. */
interface FileIndex {
  readonly services: readonly string[];
  /** Descriptors in base64. */
  readonly files: ReadonlyMap<string, { readonly descriptor: string; readonly imports: readonly string[] }>;
  readonly pathOf: ReadonlyMap<string, string>;
}

function indexFiles(schemas: readonly ProtoSchema[]): FileIndex {
  const files = new Map<string, { descriptor: string; imports: readonly string[] }>();
  const pathOf = new Map<string, string>(WELL_KNOWN_SYMBOLS);
  for (const schema of schemas) {
    const imports = new Map(schema.files.map((file) => [file.path, file.imports]));
    for (const [path, bytes] of toFileDescriptors(schema)) {
      files.set(path, {
        descriptor: Buffer.from(bytes).toString("base64"),
        imports: imports.get(path) ?? [],
      });
    }
    for (const { path, messages, services } of schema.files) {
      for (const name of messages) addMessage(schema, name, path, pathOf);
      for (const { name, methods } of services) {
        pathOf.set(name, path);
        for (const method of methods) pathOf.set(`${name}.${method.name}`, path);
      }
    }
  }
  const services = schemas.flatMap((schema) =>
    schema.files.flatMap((file) => file.services.map(({ name }) => name)),
  );
  return { services, files, pathOf };
}

const WELL_KNOWN_SYMBOLS = [
  ["google.protobuf.Timestamp", "google/protobuf/timestamp.proto"],
  ["google.protobuf.Duration", "google/protobuf/duration.proto"],
  ["google.protobuf.FieldMask", "google/protobuf/field_mask.proto"],
] as const;

/** Fields can be asked for too: they stand where their message does. */
function addMessage(schema: ProtoSchema, name: string, path: string, pathOf: Map<string, string>): void {
  const message = schema.messages[name];
  pathOf.set(name, path);
  for (const field of message?.fields ?? []) pathOf.set(`${name}.${field.name}`, path);
  for (const each of message?.enums ?? []) pathOf.set(each, path);
  for (const inner of message?.messages ?? []) addMessage(schema, inner, path, pathOf);
}

function answer(index: FileIndex, question: Question): object {
  const head = { valid_host: question.host ?? "", original_request: question };
  const refuse = (error_code: number, error_message: string) => ({
    ...head,
    error_response: { error_code, error_message },
  });
  if (question.list_services !== undefined) {
    return { ...head, list_services_response: { service: index.services.map((name) => ({ name })) } };
  }
  const { file_by_filename, file_containing_symbol } = question;
  if (file_by_filename !== undefined || file_containing_symbol !== undefined) {
    const path = file_by_filename ?? index.pathOf.get(file_containing_symbol?.replace(/^\./, "") ?? "");
    const found = path === undefined ? [] : withImports(index, path);
    if (found.length > 0) return { ...head, file_descriptor_response: { file_descriptor_proto: found } };
    const asked = JSON.stringify((file_by_filename ?? file_containing_symbol ?? "").slice(0, 200));
    return refuse(STATUS_NUMBERS.NOT_FOUND, `There is no file for ${asked}.`);
  }
  const type = question.all_extension_numbers_of_type ?? question.file_containing_extension?.containing_type;
  if (type === undefined) return refuse(STATUS_NUMBERS.INVALID_ARGUMENT, "The request asks for nothing.");
  return refuse(STATUS_NUMBERS.NOT_FOUND, "Messages of version 3 have no extensions.");
}

/** The descriptor of a file, then those of all that it imports. */
function withImports({ files }: FileIndex, path: string): readonly string[] {
  const found = new Map<string, string>();
  const add = (each: string): void => {
    const file = files.get(each);
    if (file === undefined || found.has(each)) return;
    found.set(each, file.descriptor);
    for (const imported of file.imports) add(imported);
  };
  add(path);
  return [...found.values()];
}

function toQuestion(request: unknown): Question {
  return typeof request === "object" && request !== null ? request : {};
}
