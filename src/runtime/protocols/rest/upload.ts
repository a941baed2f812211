import { ApiError } from "../../../base/errors/index.ts";
import { JsonSyntaxError, type JsonValue, parseJson } from "../../../base/lib/index.ts";
import {
  type FieldNode,
  type FileNode,
  ReceivedFile,
  takesMediaType,
} from "../../../contract/schema/index.ts";
import { parseContentType, parseFileName, toFileName, toWire } from "../../../wire/rest/index.ts";
import { type FileStore, type Outcome, storeFile } from "../../engine/index.ts";
import { checkDigests } from "../check-digests.ts";
import type { Exchange } from "../exchange.ts";
import { readChunks } from "../read-chunks.ts";
import type { FormPart } from "./multipart.ts";
import type { UploadPlan } from "./upload-plan.ts";

/** In which way a request brings files. */
export type UploadForm =
  | { readonly kind: "form"; readonly contentType: string; readonly mediaType: string }
  | { readonly kind: "whole"; readonly name: string; readonly type: FileNode; readonly mediaType: string };

/** A body with files: their bytes are kept, and nothing names them yet. */
export interface Upload {
  /** Wire form, with a ReceivedFile for each file. */
  readonly input: JsonValue;
  /** Ids of the files kept. */
  readonly kept: readonly string[];
}

/** Where the input may do without the file, these say the input; a file of such a type then comes in a form. */
const INPUT_TYPES = /^application\/(?:cbor|json|[a-z-]+\+json)$/;

const FORM_MEDIA_TYPE = "multipart/form-data";

/** Tells whether a request brings files, and how; undefined leaves its body to be read as any other. */
export function uploadFormOf(exchange: Exchange, { whole, optional }: UploadPlan): UploadForm | undefined {
  const header = exchange.request.headers["content-type"];
  const found = header === undefined ? undefined : parseContentType(header);
  if (header === undefined || found === undefined) return undefined;
  const { mediaType } = found;
  if (mediaType === FORM_MEDIA_TYPE) return { kind: "form", contentType: header, mediaType };
  if (whole === undefined || (optional && INPUT_TYPES.test(mediaType))) return undefined;
  if (!takesMediaType(whole.type.mediaTypes, mediaType)) return undefined;
  return { kind: "whole", ...whole, mediaType };
}

/** Takes a body with files and keeps their bytes as they come. When it throws, none are left. */
export async function receiveUpload(
  exchange: Exchange,
  { plan, form, files }: { readonly plan: UploadPlan; readonly form: UploadForm; readonly files: FileStore },
): Promise<Upload> {
  const input: Record<string, JsonValue> = {};
  const kept: string[] = [];
  const keep = async (name: string, type: FileNode, part: FormPart) => {
    const { fileName, mediaType, bytes } = part;
    const { maxBytes } = type;
    const file = await storeFile(files, bytes, { name: toFileName(fileName), mediaType, maxBytes });
    kept.push(file.id);
    input[name] = new ReceivedFile(file);
  };
  const body = checkDigests(exchange, readChunks(exchange, plan.maxBytes));
  try {
    if (form.kind === "whole") {
      const disposition = exchange.request.headers["content-disposition"];
      const fileName = disposition === undefined ? undefined : parseFileName(disposition);
      const { name, type, mediaType } = form;
      await keep(name, type, { name, fileName, mediaType, bytes: body });
    } else {
      const known = new Set<string>();
      // Few services are ever sent a form, and its parser is one of the larger things to load.
      const { readForm } = await import("./multipart.ts");
      await readForm(body, {
        contentType: form.contentType,
        maxParts: plan.files.size + plan.fields.size,
        onPart: async (part) => {
          const { name } = part;
          if (known.has(name)) throw wrongPart(name, "duplicate_field", "Must be there once.");
          known.add(name);
          const type = plan.files.get(name);
          if (type === undefined) input[name] = await readField(part, plan.fields.get(name));
          else if (takesMediaType(type.mediaTypes, part.mediaType)) await keep(name, type, part);
          else throw wrongPart(name, "not_allowed", `Must be one of ${type.mediaTypes?.join(", ")}.`);
        },
      });
    }
  } catch (error) {
    await discard(files, kept);
    throw error;
  }
  return { input, kept };
}

/**
 * Deletes the files of an upload whose call has surely not kept them: it was refused, or repeated an earlier one. Where
 * its fate is not known they stay, and are swept later if no row names them.
 */
export async function settleUpload(files: FileStore, { kept }: Upload, outcome: Outcome): Promise<void> {
  const refused = !outcome.ok && outcome.error.status >= 400 && outcome.error.status < 499;
  if (outcome.replayed || refused) await discard(files, kept);
}

async function discard(files: FileStore, ids: readonly string[]): Promise<void> {
  // What cannot be deleted now is swept later.
  await Promise.allSettled(ids.map((id) => files.delete(id)));
}

/** Longest value of a plain field: as long as the contract lets any text be, and the body's limit holds all together. */
const MAX_FIELD_BYTES = 1_048_576;

async function readField(
  { name, mediaType, bytes }: FormPart,
  field: FieldNode | undefined,
): Promise<JsonValue> {
  if (field === undefined) throw wrongPart(name, "unknown_field", "There is no field of this name.");
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bytes) {
    size += chunk.length;
    if (size > MAX_FIELD_BYTES)
      throw wrongPart(name, "too_long", `Must be at most ${MAX_FIELD_BYTES} bytes.`);
    chunks.push(chunk);
  }
  const text = decodeText(Buffer.concat(chunks), name);
  const { kind } = field.type;
  if (mediaType !== "application/json" && !STRUCTURED.has(kind)) return toWire(kind, text);
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw new ApiError("malformed_request", `The part ${name} is not valid JSON: ${error.message}.`);
  }
}

/** Kinds that text cannot say: their parts are JSON whatever their Content-Type is. */
const STRUCTURED: ReadonlySet<string> = new Set(["list", "map", "object", "union", "json"]);

function decodeText(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new ApiError("malformed_request", `The part ${name} is not UTF-8.`);
  }
}

function wrongPart(name: string, code: string, message: string): ApiError {
  const pointer = `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  return new ApiError("invalid_input", `The input is wrong in: ${pointer}.`, {
    violations: [{ pointer, code, message }],
  });
}
