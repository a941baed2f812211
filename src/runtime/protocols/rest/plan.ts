import type { Model, OperationModel, ResourceModel } from "../../../contract/model/model.ts";
import {
  type AnswerWriter,
  createAnswerWriter,
  createHalWriter,
  createInputErrors,
  createInputReader,
  createMediaTypeNegotiator,
  createPathReader,
  createQueryReader,
  HAL_MEDIA_TYPE,
  type HalWriter,
  type InputErrors,
  type InputReader,
  type Negotiator,
  type PathReader,
  type QueryReader,
  type RowPath,
  representationKey,
  rowPathOf,
} from "../../../wire/rest/index.ts";

import { createEditReader, type EditReader, JSON_PATCH_MEDIA_TYPE } from "./edit.ts";

/** Media types of successful answers. */
export type MediaType = "application/json" | typeof HAL_MEDIA_TYPE;

/** Everything about one operation on REST that the model alone decides. */
export interface OperationPlan {
  readonly operation: OperationModel;
  /** Resource of the rows it answers with. */
  readonly resource: ResourceModel | undefined;
  /** Changes something, so that Prefer and Idempotency-Key have a meaning. */
  readonly unsafe: boolean;
  readonly readQuery: QueryReader;
  /** Of paths with other parameters than a row's id. */
  readonly readPath: PathReader | undefined;
  /** Where the input is not simply the body or the query. */
  readonly readInput: InputReader | undefined;
  /** Where the input is not simply the body. */
  readonly inputErrors: InputErrors | undefined;
  /** Whether a body that nobody asked for is dropped unread. */
  readonly dropsBody: boolean;
  /** Whether every answer counts the rows of its list. */
  readonly counts: boolean;
  /** Undefined where answers have no body. */
  readonly negotiate: Negotiator<MediaType> | undefined;
  readonly hal: HalWriter | undefined;
  /** Where the answer is not simply the output. */
  readonly writeAnswer: AnswerWriter | undefined;
  /** Path of a row by its id. */
  readonly rowPath: RowPath | undefined;
  /** Media types that a body may have, for the header that goes with 415. */
  readonly bodyTypes: readonly string[];
  /** Headers of a success with a body, by media type, names and values in turn. */
  readonly headers: Readonly<Record<MediaType, readonly string[]>>;
  /** Headers of a success without one. */
  readonly emptyHeaders: readonly string[];
  /** Headers that errors have here beside those of all errors. */
  readonly errorHeaders: readonly string[];
  /** Mixed into entity tags: changes when the contract changes what an answer looks like. */
  readonly tagKeys: Readonly<Record<MediaType, string>>;
  /** Whether the answer may be kept anywhere; where not, only rows get an entity tag, for If-Match. */
  readonly stored: boolean;
  /** The `get` of the same resource, that edits read the row with. */
  readonly readRow: string | undefined;
  /** For patches of rows that can be read. */
  readonly edit: EditReader | undefined;
}

// One of each for all operations, since each remembers what it was asked.
const negotiateJson = createMediaTypeNegotiator(["application/json"]);
const negotiateJsonOrHal = createMediaTypeNegotiator(["application/json", HAL_MEDIA_TYPE]);

const NO_SNIFF = ["X-Content-Type-Options", "nosniff"] as const;

/** Works out the REST side of one operation. */
export function planOperation(
  model: Model,
  operation: OperationModel,
  docsPath: string | undefined,
): OperationPlan {
  const { output } = operation;
  const shaped = output.kind === "row" || output.kind === "page";
  const resource = shaped ? model.resources[output.resource] : undefined;
  const unsafe = operation.kind === "command";
  const deprecation = deprecationHeaders(model, operation, docsPath);
  const cacheControl = operation.cacheControl ?? "no-store";
  const common = ["Cache-Control", cacheControl, ...NO_SNIFF, ...deprecation];
  const writeAnswer = createAnswerWriter(model, operation);
  // HAL has a shape of its own, which clients of another one do not ask for.
  const linked = shaped && writeAnswer === undefined;
  const vary = unsafe ? [] : ["Vary", linked ? `Accept, ${VARY}` : VARY];
  const answer = [operation.http?.answer, model.rest.timestamps];
  const shape = JSON.stringify([model.version, resource?.fields ?? output, answer]);
  const get = operation.resource === undefined ? undefined : model.operations[`${operation.resource}.get`];
  return {
    operation,
    resource,
    unsafe,
    readQuery: createQueryReader(operation, resource?.list),
    readPath: createPathReader(model, operation),
    readInput: createInputReader(operation),
    inputErrors: createInputErrors(operation),
    dropsBody: operation.http?.unknownFields === "ignore" && !takesBody(operation),
    counts: operation.http?.answer?.kind === "page" && operation.http.answer.keys.total !== undefined,
    negotiate: output.kind === "none" ? undefined : linked ? negotiateJsonOrHal : negotiateJson,
    hal: resource === undefined || !linked ? undefined : createHalWriter(model, resource),
    writeAnswer,
    rowPath: resource === undefined ? undefined : rowPathOf(model, resource.name),
    bodyTypes: bodyTypesOf(operation, get !== undefined),
    headers: {
      "application/json": ["Content-Type", "application/json", ...common, ...vary],
      [HAL_MEDIA_TYPE]: ["Content-Type", HAL_MEDIA_TYPE, ...common, ...vary],
    },
    emptyHeaders: [...common, ...vary],
    errorHeaders: deprecation,
    tagKeys: {
      "application/json": representationKey(["json", shape]),
      [HAL_MEDIA_TYPE]: representationKey(["hal", shape]),
    },
    stored: !/(?:^|[,\s])no-store(?:$|[,\s])/i.test(cacheControl),
    readRow: get?.id,
    edit: operation.method === "patch" && get && resource ? createEditReader(resource) : undefined,
  };
}

/** Whether any field of the input comes in the body. */
function takesBody({ http, input }: OperationModel): boolean {
  const elsewhere = (http?.parameters.length ?? 0) + (http?.query.length ?? 0);
  return Object.keys(input?.fields ?? {}).length > elsewhere;
}

// Who calls decides which rows and fields there are.
const VARY = "Accept-Encoding, Authorization, X-Api-Key";

function bodyTypesOf(operation: OperationModel, readable: boolean): readonly string[] {
  // Inside an envelope the body is no patch document.
  if (operation.method !== "patch" || operation.http?.body !== undefined) return ["application/json"];
  const merge = ["application/merge-patch+json", "application/json"];
  return readable ? [...merge, JSON_PATCH_MEDIA_TYPE] : merge;
}

/** RFC 9745: since when, as a structured-field date, and where to read more. */
function deprecationHeaders(
  model: Model,
  operation: OperationModel,
  docsPath: string | undefined,
): readonly string[] {
  const date = model.versions[model.version];
  if (operation.deprecated === undefined || date === undefined) return [];
  const seconds = Date.parse(`${date}T00:00:00Z`) / 1000;
  const link = docsPath === undefined ? [] : ["Link", `<${docsPath}>; rel="deprecation"; type="text/html"`];
  return ["Deprecation", `@${seconds}`, ...link];
}
