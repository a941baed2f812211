import { encodeCbor, type JsonValue, stringifyJson } from "../../../base/lib/index.ts";
import type { Model, OperationModel, ResourceModel } from "../../../contract/model/model.ts";
import {
  type AnswerWriter,
  CBOR_MEDIA_TYPE,
  type CborForm,
  CSV_MEDIA_TYPE,
  createCsvWriter,
  createHalWriter,
  createMediaTypeNegotiator,
  formatNdjson,
  HAL_MEDIA_TYPE,
  isJsonObject,
  NDJSON_MEDIA_TYPE,
  type Negotiator,
  type PageLinks,
} from "../../../wire/rest/index.ts";

/** Media types of successful answers. */
export type MediaType =
  | "application/json"
  | typeof HAL_MEDIA_TYPE
  | typeof CBOR_MEDIA_TYPE
  | typeof CSV_MEDIA_TYPE
  | typeof NDJSON_MEDIA_TYPE;

/** What of a request and its outcome a representation depends on, beside the value. */
export interface RepresentationContext {
  /** Path and query as they came. */
  readonly self: string;
  /** For pages. */
  readonly links: PageLinks | undefined;
  readonly fields: readonly string[] | undefined;
  readonly expand: readonly string[] | undefined;
  readonly actions: readonly string[] | undefined;
  readonly hidden: readonly string[] | undefined;
}

/** Writes the value of an answer in one media type. */
export type BodyWriter = (value: JsonValue, context: RepresentationContext) => string | Uint8Array;

/** The media types of an operation's answers, and how each is written. */
export interface Representations {
  readonly negotiate: Negotiator<MediaType>;
  /** In the order of preference. */
  readonly offers: readonly MediaType[];
  /** JSON is among them only where the answer is not simply the output. */
  readonly writers: Readonly<Partial<Record<MediaType, BodyWriter>>>;
}

/** Value of Content-Type where it is more than the media type: RFC 4180 section 3. */
export const CONTENT_TYPES: Readonly<Partial<Record<MediaType, string>>> = {
  [CSV_MEDIA_TYPE]: `${CSV_MEDIA_TYPE}; charset=utf-8; header=present`,
};

// One negotiator of each kind for all operations, since each remembers what it was asked.
const GIVEN = negotiated("application/json");
const VALUE = negotiated("application/json", CBOR_MEDIA_TYPE);
const ROW = negotiated("application/json", HAL_MEDIA_TYPE, CBOR_MEDIA_TYPE);
const PAGE = negotiated(
  "application/json",
  HAL_MEDIA_TYPE,
  CBOR_MEDIA_TYPE,
  CSV_MEDIA_TYPE,
  NDJSON_MEDIA_TYPE,
);

/** What writes the answers of an operation beside its resource. */
export interface AnswerForms {
  readonly cbor: CborForm;
  /** Where the answer is not simply the output. */
  readonly writeAnswer: AnswerWriter | undefined;
}

/** Works out the representations of an operation's answers; undefined where they have no body. */
export function planRepresentations(
  model: Model,
  { output }: OperationModel,
  { cbor, writeAnswer }: AnswerForms,
): Representations | undefined {
  if (output.kind === "none" || output.kind === "file") return undefined;
  // The other forms have shapes of their own, which clients of a shape that is given do not ask for.
  if (writeAnswer !== undefined) {
    return { ...GIVEN, writers: { "application/json": (value) => stringifyJson(writeAnswer(value)) } };
  }
  const writeCbor: BodyWriter = (value) => encodeCbor(cbor.write(value));
  if (output.kind === "value") return { ...VALUE, writers: { [CBOR_MEDIA_TYPE]: writeCbor } };
  const resource = model.resources[output.resource];
  const own = resource === undefined ? {} : writersOf(model, resource, output.kind);
  return { ...(output.kind === "row" ? ROW : PAGE), writers: { ...own, [CBOR_MEDIA_TYPE]: writeCbor } };
}

function writersOf(model: Model, resource: ResourceModel, kind: "row" | "page"): Representations["writers"] {
  const hal = createHalWriter(model, resource);
  if (kind === "row") {
    return { [HAL_MEDIA_TYPE]: (value, { actions }) => stringifyJson(hal.row(value, actions ?? [])) };
  }
  const csv = createCsvWriter(model, resource);
  return {
    [HAL_MEDIA_TYPE]: (value, { self, links }) =>
      stringifyJson(links === undefined ? value : hal.page(value, self, links)),
    [CSV_MEDIA_TYPE]: (value, context) => csv(rowsOf(value), context),
    [NDJSON_MEDIA_TYPE]: (value) => formatNdjson(rowsOf(value)),
  };
}

function rowsOf(value: JsonValue): readonly JsonValue[] {
  return isJsonObject(value) && Array.isArray(value.data) ? value.data : [];
}

function negotiated(first: MediaType, ...rest: MediaType[]) {
  return { offers: [first, ...rest], negotiate: createMediaTypeNegotiator<MediaType>([first, ...rest]) };
}
