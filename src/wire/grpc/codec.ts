import { ApiError } from "../../base/errors/index.ts";
import { JsonSyntaxError, parseJson, stringifyJson } from "../../base/lib/index.ts";
import type { ProtoSchema } from "../../contract/proto/index.ts";
import { readWithin } from "./binary-reader.ts";
import { beginBytes, takeBytes } from "./binary-writer.ts";
import { createMessageReaders } from "./decode-message.ts";
import { createMessageWriters } from "./encode-message.ts";
import { createJsonReaders } from "./from-proto-json.ts";
import type { MessageCodec } from "./message-codec.ts";
import { withRelated } from "./related.ts";
import { createJsonWriters } from "./to-proto-json.ts";

/** The codecs of a schema's messages, by full name; each is compiled when it is first used. */
export interface ProtoCodecs {
  /** Protobuf's binary form. */
  readonly proto: (message: string) => MessageCodec;
  /** Protobuf's JSON form, as UTF-8. */
  readonly json: (message: string) => MessageCodec;
}

/**
 * Makes the codecs between the model's wire form and protobuf. What requests are read into are the parts of a call,
 * `{ id, input, list, fields, expand }`; what responses are written from is the value of its success. Values that the
 * contract does not take are read too: its own rules refuse them, with their places.
 */
export function createProtoCodecs(schema: ProtoSchema): ProtoCodecs {
  const writerOf = createMessageWriters(schema);
  const readerOf = createMessageReaders(schema);
  const jsonWriterOf = createJsonWriters(schema);
  const jsonReaderOf = createJsonReaders(schema);
  return {
    proto: (name) => ({
      encode(value) {
        beginBytes();
        withRelated(() => writerOf(name)(value));
        return takeBytes();
      },
      decode: (bytes) => readWithin(bytes, readerOf(name)),
    }),
    json: (name) => ({
      encode: (value) => utf8.encode(withRelated(() => stringifyJson(jsonWriterOf(name)(value)))),
      decode: (bytes) => {
        const json = parseText(bytes);
        if (typeof json === "object" && json !== null && !Array.isArray(json))
          return jsonReaderOf(name)(json);
        throw new ApiError("malformed_request", "A message is a JSON object.");
      },
    }),
  };
}

const utf8 = new TextEncoder();
const fromUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function parseText(bytes: Uint8Array) {
  let text: string;
  try {
    text = fromUtf8.decode(bytes);
  } catch {
    throw new ApiError("malformed_request", "The message is not UTF-8.");
  }
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw new ApiError("malformed_request", `${error.message}.`);
    throw error;
  }
}
