import {
  type Model,
  OPERATION,
  type OperationModel,
  type ResourceModel,
} from "../../../contract/model/index.ts";
import {
  CBOR_MEDIA_TYPE,
  type CborForm,
  createAnswerWriter,
  createCborForm,
  createInputErrors,
  createInputReader,
  createPathReader,
  createQueryReader,
  type InputErrors,
  type InputReader,
  type PathReader,
  type QueryReader,
  type RowPath,
  representationKey,
  rowPathOf,
} from "../../../wire/rest/index.ts";
import { type FixedHeaders, fixHeaders } from "../fixed-headers.ts";
import { createEditReader, type EditReader, JSON_PATCH_MEDIA_TYPE } from "./edit.ts";
import {
  CONTENT_TYPES,
  type MediaType,
  planRepresentations,
  type Representations,
} from "./representation.ts";
import { planUpload, type UploadPlan, uploadTypes } from "./upload-plan.ts";

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
  readonly representations: Representations | undefined;
  /** Where the input has files. */
  readonly upload: UploadPlan | undefined;
  readonly cbor: CborForm;
  /** Path of a row by its id. */
  readonly rowPath: RowPath | undefined;
  /** Media types that a body may have, for the header that goes with 415. */
  readonly bodyTypes: readonly string[];
  /** Headers of a success with a body, by media type. */
  readonly headers: Readonly<Partial<Record<MediaType, FixedHeaders>>>;
  /** Headers of a success without one. */
  readonly emptyHeaders: FixedHeaders;
  /** Headers that errors have here beside those of all errors. */
  readonly errorHeaders: readonly string[];
  /** Mixed into entity tags: changes when the contract changes what an answer looks like. */
  readonly tagKeys: Readonly<Partial<Record<MediaType, string>>>;
  /** Whether the answer may be kept anywhere; where not, only rows get an entity tag, for If-Match. */
  readonly stored: boolean;
  /** Callers ask it again and again, until the operation has ended. */
  readonly polled: boolean;
  /** The `get` of the same resource, that edits read the row with. */
  readonly readRow: string | undefined;
  /** For patches of rows that can be read. */
  readonly edit: EditReader | undefined;
}

/** Gives the plan of an operation. */
export type PlanOf = (operation: OperationModel) => OperationPlan;

/**
 * Makes the plans of a model's operations, each when it is first asked for: those of thousands took a tenth of the start of
 * a large service. What could be wrong in a contract has been found when it was compiled.
 */
export function createPlans(model: Model, docsPath: string | undefined): PlanOf {
  const plans = new Map<string, OperationPlan>();
  return (operation) => {
    let plan = plans.get(operation.id);
    if (plan === undefined) {
      plan = planOperation(model, operation, docsPath);
      plans.set(operation.id, plan);
    }
    return plan;
  };
}

const NO_SNIFF = ["X-Content-Type-Options", "nosniff"] as const;

/** Works out the REST side of one operation. */
function planOperation(model: Model, operation: OperationModel, docsPath: string | undefined): OperationPlan {
  const { output } = operation;
  const shaped = output.kind === "row" || output.kind === "page";
  const resource = shaped ? model.resources[output.resource] : undefined;
  const unsafe = operation.kind === "command";
  const deprecation = deprecationHeaders(model, operation, docsPath);
  const cacheControl = operation.cacheControl ?? "no-store";
  const common = ["Cache-Control", cacheControl, ...NO_SNIFF, ...deprecation];
  const cbor = createCborForm(model, operation);
  const writeAnswer = createAnswerWriter(model, operation);
  const representations = planRepresentations(model, operation, { cbor, writeAnswer });
  const offers = representations?.offers ?? [];
  const vary = unsafe ? [] : ["Vary", offers.length > 1 ? `Accept, ${VARY}` : VARY];
  const answer = [operation.http?.answer, model.rest.timestamps];
  const shape = JSON.stringify([model.version, resource?.fields ?? output, answer]);
  const shapeKey = representationKey([shape]);
  const get = operation.resource === undefined ? undefined : model.operations[`${operation.resource}.get`];
  const upload = planUpload(operation);
  // Where a file has to come, JSON cannot say the input.
  const bodyTypes = upload?.optional === false ? [] : bodyTypesOf(operation, get !== undefined);
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
    representations,
    upload,
    cbor,
    rowPath: resource === undefined ? undefined : rowPathOf(model, resource.name),
    bodyTypes: [...uploadTypes(upload), ...bodyTypes],
    headers: byMediaType(offers, (type) =>
      fixHeaders(["Content-Type", CONTENT_TYPES[type] ?? type, ...common, ...vary]),
    ),
    emptyHeaders: fixHeaders([...common, ...vary]),
    errorHeaders: deprecation,
    tagKeys: byMediaType(offers, (type) => representationKey([type, shapeKey])),
    stored: !/(?:^|[,\s])no-store(?:$|[,\s])/i.test(cacheControl),
    polled: operation.resource === OPERATION && operation.method === "get",
    readRow: get?.id,
    edit: operation.method === "patch" && get && resource ? createEditReader(resource) : undefined,
  };
}

/** Whether any field of the input comes in the body. */
function takesBody({ http, input }: OperationModel): boolean {
  const elsewhere = (http?.parameters.length ?? 0) + (http?.query.length ?? 0);
  return Object.keys(input?.fields ?? {}).length > elsewhere;
}

function byMediaType<T>(
  types: readonly MediaType[],
  make: (type: MediaType) => T,
): Readonly<Partial<Record<MediaType, T>>> {
  return Object.fromEntries(types.map((type) => [type, make(type)]));
}

// Who calls decides which rows and fields there are.
const VARY = "Accept-Encoding, Authorization, X-Api-Key";

function bodyTypesOf(operation: OperationModel, readable: boolean): readonly string[] {
  // Inside an envelope the body is what the clients of another API send, and no patch document.
  if (operation.http?.body !== undefined) return ["application/json"];
  if (operation.method !== "patch") return ["application/json", CBOR_MEDIA_TYPE];
  const merge = ["application/merge-patch+json", "application/json", CBOR_MEDIA_TYPE];
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
