import type { JsonValue } from "../../../base/lib/json.ts";
import {
  type Conditions,
  type CredentialReader,
  decodeQueryInput,
  type InputParts,
  type ListParts,
  parsePrefer,
} from "../../../wire/rest/index.ts";
import type { Engine, Precondition } from "../../engine/index.ts";
import type { Exchange } from "../exchange.ts";
import type { Edit } from "../execute-edit.ts";
import { credentialsOf } from "../read-credentials.ts";
import { readMeta } from "../read-meta.ts";
import { RestCall } from "./call.ts";
import type { OperationPlan } from "./plan.ts";
import type { MediaType } from "./representation.ts";
import { readIdempotency } from "./request.ts";
import type { Asked } from "./response.ts";

/** Who runs the calls: the engine, or the batch that a request is part of. */
export type Executor = Pick<Engine, "execute">;

/** What the head of a request says, as far as it was understood. */
export interface RequestHead {
  readonly by: Executor;
  readonly plan: OperationPlan;
  readonly lastParameter: string | undefined;
  readonly mediaType: MediaType;
  readonly query: ReturnType<OperationPlan["readQuery"]>;
  readonly conditions: Conditions | undefined;
  readonly precondition: Precondition | undefined;
}

/** A body as a value. */
export interface ReadBody {
  readonly mediaType: string;
  readonly value: JsonValue | undefined;
}

/** A request as a call, and what its answer needs of it. */
export interface ReadCall {
  readonly asked: Asked & { readonly call: RestCall };
  readonly edit: Edit | undefined;
}

/** What a call is read from. */
export interface CallSource {
  readonly head: RequestHead;
  readonly body: ReadBody | undefined;
  readonly readCredentials: CredentialReader;
}

/** Puts what a request says together as a call; throws what is wrong with its headers. */
export function readCall(exchange: Exchange, { head, body, readCredentials }: CallSource): ReadCall {
  const { plan, lastParameter, mediaType, query, conditions, precondition } = head;
  const { operation } = plan;
  const credentials = credentialsOf(exchange, readCredentials);
  const path = plan.readPath?.(exchange.path);
  const input = inputOf(plan, { path: path?.input, query: query.input, body: body?.value });
  const edit = plan.edit?.(body?.mediaType, input);
  const idempotency = plan.unsafe ? readIdempotency(exchange, edit && body) : undefined;
  const preferences = parsePrefer(preferOf(exchange));
  const { waitSeconds } = preferences;
  const waitMs = waitSeconds === undefined ? undefined : waitSeconds * 1000;
  const isLong = operation.longRunning !== undefined;
  const call = new RestCall(exchange, {
    operation: operation.id,
    id: path === undefined ? lastParameter : path.id,
    input: edit === undefined ? input : undefined,
    list: operation.method === "list" ? listOf(plan, query.list) : undefined,
    fields: query.fields,
    expand: query.expand,
    precondition,
    idempotency,
    credentials,
    // Of a long-running command the wait is not for the work, but for its answer.
    meta: readMeta(exchange, "rest", isLong ? undefined : waitMs),
    waitMs: isLong ? waitMs : undefined,
  });
  return { asked: { plan, call, mediaType, conditions, preferences }, edit };
}

function listOf({ counts }: OperationPlan, list: ListParts = {}): ListParts {
  return counts ? { ...list, total: true } : list;
}

/** The input that a request carries, from where the operation has it. */
function inputOf(
  { operation, readInput }: OperationPlan,
  {
    path,
    query,
    body,
  }: Pick<InputParts, "path" | "body"> & { readonly query: Readonly<Record<string, string>> | undefined },
): JsonValue | undefined {
  const takesQuery = (operation.http?.query.length ?? 0) > 0 || operation.http?.method === "GET";
  const decoded = takesQuery ? decodeQueryInput(operation, query) : undefined;
  if (readInput !== undefined) return readInput({ path, query: decoded, body });
  return takesQuery ? decoded : body;
}

function preferOf(exchange: Exchange): string | undefined {
  const { prefer } = exchange.request.headers;
  return Array.isArray(prefer) ? prefer.join(", ") : prefer;
}
