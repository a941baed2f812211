import { ApiError, toApiError, UsageError } from "../../../base/errors/index.ts";
import {
  type Conditions,
  challengeOf,
  createCredentialReader,
  createErrorFormat,
  createRoutes,
  versionsOf,
} from "../../../wire/rest/index.ts";
import type { Engine, FileStore, Outcome, Precondition } from "../../engine/index.ts";
import type { Exchange, ExchangeHandler } from "../exchange.ts";
import { executeEdit } from "../execute-edit.ts";
import { guard } from "../guard.ts";
import { readBody } from "../read-body.ts";
import { credentialsOf } from "../read-credentials.ts";
import { sendProblem } from "../send-problem.ts";
import { createBatchHandler } from "./batch/create-batch-handler.ts";
import { ALLOW, createDocuments, type DocumentOptions, sendDocument } from "./documents.ts";
import { createPlans, type OperationPlan } from "./plan.ts";
import { type Executor, type ReadCall, type RequestHead, readCall } from "./read-call.ts";
import { checkContentType, parseBody, type RequestBody, readConditions } from "./request.ts";
import type { Asked } from "./response.ts";
import { sendFile } from "./send-file.ts";
import { sendOptions } from "./send-options.ts";
import { createSuccessSenders } from "./success-senders.ts";
import { unknownPath } from "./unknown-path.ts";
import { receiveUpload, settleUpload, type UploadForm, uploadFormOf } from "./upload.ts";
import type { UploadPlan } from "./upload-plan.ts";

/** What REST is served from. */
export interface RestOptions extends DocumentOptions {
  readonly engine: Pick<Engine, "model" | "execute" | "check" | "openAtomicBatch">;
  /** Where files are kept; must be there for a contract that has any. */
  readonly files?: FileStore;
}

/**
 * Makes the handler that serves a model as REST: every operation with an HTTP form below the version's path, and the
 * documents that lead there. Answers whatever comes: a path nobody knows gets a 404 problem.
 */
export function createRestHandler(options: RestOptions): ExchangeHandler {
  const { engine } = options;
  const { model } = engine;
  const routes = createRoutes(model);
  const documents = createDocuments(model, routes, options);
  const format = createErrorFormat(model.rest.errors);
  const readCredentials = createCredentialReader(model.authentication);
  const challenge = challengeOf(model, false);
  const invalid = challengeOf(model, true);
  const senderOf = createSuccessSenders(model);
  const planOf = createPlans(model, options.docsPath);

  const batchPath = `${model.rest.base}/batch`;
  const answerBatch =
    model.batch === undefined
      ? undefined
      : createBatchHandler({
          model,
          batch: model.batch,
          path: batchPath,
          engine,
          answer,
          refuse: (exchange, error) => refuse(exchange, error, []),
          credentialsOf: (exchange) => credentialsOf(exchange, readCredentials),
        });

  function answer(exchange: Exchange, by: Executor = engine): Promise<void> | void {
    let headers: readonly string[] = [];
    try {
      const match = routes.match(exchange.path);
      if (match === undefined) {
        if (answerBatch !== undefined && exchange.path === batchPath) {
          headers = ["Allow", "POST, OPTIONS"];
          return orRefuse(exchange, answerBatch(exchange), headers);
        }
        const document = documents.get(exchange.path);
        if (document === undefined) throw unknownPath(exchange.path, routes.match, documents);
        headers = ["Allow", ALLOW];
        return orRefuse(exchange, sendDocument(exchange, document), headers);
      }
      const method = exchange.method === "HEAD" ? "GET" : exchange.method;
      const operation = match.endpoint.operations.get(method);
      const plan = operation === undefined ? undefined : planOf(operation);
      if (plan === undefined) {
        const { allow } = match.endpoint;
        if (method === "OPTIONS") return sendOptions(exchange, match, planOf);
        headers = ["Allow", allow];
        throw new ApiError(
          "method_not_allowed",
          `${exchange.method} is not offered here. Allowed: ${allow}.`,
        );
      }
      exchange.operation = plan.operation.id;
      headers = plan.errorHeaders;
      return orRefuse(exchange, run(exchange, { by, plan, lastParameter: match.id }), headers);
    } catch (thrown) {
      return refuse(exchange, thrown, headers);
    }
  }

  function orRefuse(
    exchange: Exchange,
    pending: Promise<void> | void,
    headers: readonly string[],
  ): Promise<void> | void {
    return pending?.catch((thrown: unknown) => refuse(exchange, thrown, headers));
  }

  function refuse(exchange: Exchange, thrown: unknown, headers: readonly string[]): Promise<void> | void {
    const error = toApiError(thrown);
    if (error.status >= 500) options.onError?.(exchange, thrown);
    // Which methods there are is said where the method was wrong.
    const own = headers[0] === "Allow" && error.status !== 405 ? [] : headers;
    return sendProblem(exchange, error, { format, headers: withHints(exchange, own, error), challenge });
  }

  /** Synchronous where neither a body nor the engine is waited for. */
  function run(
    exchange: Exchange,
    { by, plan, lastParameter }: Pick<RequestHead, "by" | "plan" | "lastParameter">,
  ): Promise<void> | void {
    const { representations } = plan;
    const { accept } = exchange.request.headers;
    const mediaType = representations === undefined ? "application/json" : representations.negotiate(accept);
    if (mediaType === undefined) {
      const offers = representations?.offers.join(", ");
      throw new ApiError(
        "not_acceptable",
        `The Accept header takes nothing that is offered here: ${offers}.`,
      );
    }
    const query = exchange.query === "" ? NO_QUERY : plan.readQuery(exchange.query);
    const conditions = readConditions(exchange, plan.unsafe);
    const precondition = plan.unsafe ? preconditionOf(conditions) : undefined;
    const head: RequestHead = { by, plan, lastParameter, mediaType, query, conditions, precondition };
    if (plan.upload !== undefined) {
      const form = uploadFormOf(exchange, plan.upload);
      if (form !== undefined) return executeUpload(exchange, { head, form, plan: plan.upload });
    }
    if (!exchange.hasBody) return execute(exchange, head, undefined);
    // What is refused of a body that still comes is not refused at once: Node's parser may be about to find it bad.
    const body = Buffer.isBuffer(exchange.options.body) ? takeBody(exchange, plan) : later(exchange, plan);
    if (!(body instanceof Promise)) return execute(exchange, head, body);
    return body.then((taken) => execute(exchange, head, taken));
  }

  /** Who may not call is told before the bytes come. */
  async function executeUpload(
    exchange: Exchange,
    {
      head,
      form,
      plan,
    }: { readonly head: RequestHead; readonly form: UploadForm; readonly plan: UploadPlan },
  ): Promise<void> {
    const early = readCall(exchange, { head, body: undefined, readCredentials });
    const refused = await engine.check(early.asked.call);
    if (refused !== undefined) return finish(exchange, early.asked, refused);
    const files = filesOf(options);
    const upload = await receiveUpload(exchange, { plan, form, files });
    const read = readCall(exchange, {
      head,
      body: { mediaType: form.mediaType, value: upload.input },
      readCredentials,
    });
    const outcome = await perform(read, head.by);
    await settleUpload(files, upload, outcome);
    return finish(exchange, read.asked, outcome);
  }

  function execute(
    exchange: Exchange,
    head: RequestHead,
    body: RequestBody | undefined,
  ): Promise<void> | void {
    const value = body === undefined || head.plan.dropsBody ? undefined : parseBody(body, head.plan.cbor);
    const read = readCall(exchange, {
      head,
      body: body && { mediaType: body.mediaType, value },
      readCredentials,
    });
    const outcome = perform(read, head.by);
    if (!(outcome instanceof Promise)) return finish(exchange, read.asked, outcome);
    return outcome.then((later) => finish(exchange, read.asked, later));
  }

  function perform({ asked: { call, plan }, edit }: ReadCall, by: Executor): Promise<Outcome> | Outcome {
    if (edit === undefined) return by.execute(call);
    return executeEdit(by, { call: { ...call, signal: call.signal }, plan, edit });
  }

  function finish(exchange: Exchange, asked: Asked, outcome: Outcome): Promise<void> | void {
    const { plan, call, conditions } = asked;
    if (outcome.ok) {
      if (plan.operation.output.kind !== "file") return senderOf(outcome)(exchange, asked, outcome);
      return sendFile(exchange, outcome.value, { plan, conditions, files: filesOf(options) });
    }
    const { replayed } = outcome;
    const { inputErrors } = plan;
    const error = inputErrors === undefined ? outcome.error : inputErrors.toRequestError(outcome.error);
    return sendProblem(exchange, error, {
      format,
      headers: plan.errorHeaders,
      challenge: call.credentials === undefined ? challenge : invalid,
      replayed,
      ...(inputErrors === undefined ? {} : { pointerOf: inputErrors.pointerOf }),
    });
  }

  // The second argument is a batch's, for its parts.
  return guard((exchange) => answer(exchange), options.onError);
}

const NO_QUERY: ReturnType<OperationPlan["readQuery"]> = {};

function filesOf({ files }: RestOptions): FileStore {
  if (files !== undefined) return files;
  throw new UsageError({
    place: "REST options, files",
    expected: "a store for the contract's files",
    found: "none",
    fix: "hand in the store's files",
  });
}

async function later(exchange: Exchange, plan: OperationPlan): Promise<RequestBody | undefined> {
  return takeBody(exchange, plan);
}

/** Takes the body of an operation; the engine refuses one where no input belongs. */
function takeBody(
  exchange: Exchange,
  plan: OperationPlan,
): Promise<RequestBody | undefined> | RequestBody | undefined {
  // RFC 9110 section 9.3.1: it would have no meaning, and is what smuggling attempts look like.
  if (!plan.unsafe && !plan.dropsBody && plan.operation.http?.method === "GET") {
    throw new ApiError("malformed_request", "A GET request takes no body.");
  }
  const mediaType = plan.dropsBody ? "" : checkContentType(exchange, plan.bodyTypes);
  const bytes = readBody(exchange, plan.operation.maxBodyBytes);
  if (!(bytes instanceof Promise)) return bodyOf(bytes, mediaType);
  return bytes.then((whole) => bodyOf(whole, mediaType));
}

function bodyOf(bytes: Buffer, mediaType: string): RequestBody | undefined {
  return bytes.length === 0 ? undefined : { bytes, mediaType };
}

function preconditionOf(conditions: Conditions | undefined): Precondition | undefined {
  if (conditions === undefined) return undefined;
  const { ifMatch, ifNoneMatch } = conditions;
  if (ifNoneMatch !== undefined && ifNoneMatch !== "*") {
    throw new ApiError(
      "malformed_request",
      "If-None-Match on a change takes only *: the row must not exist.",
    );
  }
  if (ifMatch === undefined && ifNoneMatch === undefined) return undefined;
  return {
    ...(ifMatch === undefined ? {} : { ifMatch: versionsOf(ifMatch) }),
    ...(ifNoneMatch === undefined ? {} : { ifNoneMatch }),
  };
}

/** Adds to an error's headers what tells the caller how to do better. */
function withHints(
  exchange: Exchange,
  headers: readonly string[],
  { code, data }: ApiError,
): readonly string[] {
  // RFC 9110 section 15.5.17: how much there is to ask for.
  if (code === "range_not_satisfiable") return [...headers, "Content-Range", `bytes */${data?.size}`];
  if (code !== "unsupported_media_type") return headers;
  // RFC 9110 section 15.5.16: what a coded body should have been.
  if (exchange.request.headers["content-encoding"] !== undefined)
    return [...headers, "Accept-Encoding", "identity"];
  return headers;
}
