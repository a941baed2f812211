import { ApiError, toApiError, type Violation } from "../../../base/errors/index.ts";
import type { JsonValue } from "../../../base/lib/json.ts";
import type { OperationModel, ResourceModel } from "../../../contract/model/model.ts";
import {
  applyJsonPatch,
  applyMergePatch,
  formatPointer,
  isJsonObject,
  parseJsonPatch,
} from "../../../wire/rest/index.ts";
import type { Call, Engine, Outcome, Success } from "../../engine/index.ts";

/**
 * A change of a row that can only be worked out from the row as it is: takes it in wire form, returns the fields that
 * change, whole; null takes a field away.
 */
export type Edit = (current: JsonValue) => JsonValue;

/** Makes the edit that a patch body stands for; undefined where the body can be handed to the engine as it is. */
export type EditReader = (mediaType: string | undefined, body: JsonValue | undefined) => Edit | undefined;

/** Media type of JSON Patch (RFC 6902 section 6). */
export const JSON_PATCH_MEDIA_TYPE = "application/json-patch+json";

const MERGED_KINDS = new Set(["object", "map", "union", "json"]);

/** Makes the reader of a resource's patch bodies. */
export function createEditReader(resource: ResourceModel): EditReader {
  const merged = Object.keys(resource.fields).filter((name) =>
    MERGED_KINDS.has(resource.fields[name]?.type.kind ?? ""),
  );
  return (mediaType, body) => {
    if (mediaType === JSON_PATCH_MEDIA_TYPE) {
      const operations = parseJsonPatch(body ?? null);
      return (current) => changesBetween(current, applyJsonPatch(current, operations), resource);
    }
    // RFC 7396 goes down into objects, the engine writes whole fields; most rows have no objects to go down into.
    if (merged.length === 0 || !isJsonObject(body)) return undefined;
    const nested = merged.filter((name) => isJsonObject(body[name]));
    if (nested.length === 0) return undefined;
    return (current) => {
      const before = isJsonObject(current) ? current : {};
      const fields = nested.map((name) => [name, applyMergePatch(before[name], body[name] ?? null)]);
      return { ...body, ...Object.fromEntries(fields) };
    };
  };
}

/** An edit and the call that it stands for. */
export interface EditRequest {
  /** The patch operation, still without input. */
  readonly call: Call;
  readonly plan: { readonly operation: OperationModel; readonly readRow: string | undefined };
  readonly edit: Edit;
}

/** Tries of an edit without If-Match; each one that fails has lost to somebody else's change. */
const MAX_TRIES = 5;

/**
 * Carries out an edit: reads the row as the caller sees it, works out what changes, and patches the version that was
 * read. All rules stay with the two operations called: who may read, who may write, what is valid. Without If-Match a
 * change in between starts it over.
 */
export async function executeEdit(
  engine: Pick<Engine, "execute">,
  { call, plan, edit }: EditRequest,
): Promise<Outcome> {
  const { id, credentials, signal, precondition } = call;
  const startedAt = performance.now();
  const wanted = precondition?.ifMatch;
  const bound = wanted !== undefined && wanted !== "*";
  // The version that is read here must not stand in for the one that the caller has to name.
  if (wanted === undefined && plan.operation.preconditionRequired)
    return engine.execute({ ...call, input: {} });
  for (let tries = 1; ; tries++) {
    const meta = { ...call.meta, ...timeLeft(call, startedAt) };
    const current = await engine.execute({
      operation: plan.readRow ?? "",
      meta,
      ...(id === undefined ? {} : { id }),
      ...(credentials === undefined ? {} : { credentials }),
      ...(signal === undefined ? {} : { signal }),
    });
    if (!current.ok) return orRefused(engine, call, current);
    const input = tryEdit(edit, current);
    if (isFailure(input)) return orRefused(engine, call, input);
    const { version } = current;
    // A version that the caller did not ask for is left to the engine to refuse.
    const usable = version !== undefined && (!bound || wanted.includes(version));
    const ifMatch = usable ? [version] : wanted;
    const outcome = await engine.execute({
      ...call,
      meta,
      input: input.changes,
      ...(ifMatch === undefined ? {} : { precondition: { ifMatch } }),
    });
    if (outcome.ok) return outcome;
    const { code } = outcome.error;
    if (code === "invalid_input") return orRefused(engine, call, outcome);
    const late = performance.now() - startedAt > plan.operation.deadlineMs;
    if (code !== "precondition_failed" || bound || late || tries === MAX_TRIES) return outcome;
  }
}

type Refused = Extract<Outcome, { readonly ok: false }>;

/**
 * Asks the engine before an edit is refused: whether the caller may patch at all, and whether the request is a repeated
 * one, which may no longer fit the row that it has itself changed, and whose stored answer counts. An empty patch of no
 * version gets that answer or that refusal, and can do nothing else.
 */
async function orRefused(engine: Pick<Engine, "execute">, call: Call, refused: Refused): Promise<Outcome> {
  if (refused.error.status >= 500) return refused;
  const asked = await engine.execute({ ...call, input: {}, precondition: { ifMatch: [] } });
  return asked.replayed || (!asked.ok && asked.error.code !== "precondition_failed") ? asked : refused;
}

function tryEdit(edit: Edit, current: Success): { readonly changes: JsonValue } | Refused {
  try {
    return { changes: edit(current.value ?? null) };
  } catch (error) {
    return { ok: false, error: toApiError(error), replayed: false };
  }
}

function isFailure(result: { readonly changes: JsonValue } | Refused): result is Refused {
  return "ok" in result;
}

function timeLeft({ meta }: Call, startedAt: number): { readonly timeoutMs?: number } {
  if (meta.timeoutMs === undefined) return {};
  return { timeoutMs: Math.max(Math.ceil(meta.timeoutMs - (performance.now() - startedAt)), 1) };
}

/** What differs between two forms of a row. */
function changesBetween(before: JsonValue, after: JsonValue, resource: ResourceModel): JsonValue {
  if (!isJsonObject(before) || !isJsonObject(after)) {
    throw new ApiError("invalid_input", "The patch must leave an object.", {
      violations: [{ pointer: "", code: "wrong_type", message: "Expected an object." }],
    });
  }
  const changes: Record<string, JsonValue> = {};
  const violations: Violation[] = [];
  for (const name of Object.keys(before)) if (!Object.hasOwn(after, name)) changes[name] = null;
  for (const [name, value] of Object.entries(after)) {
    // applyJsonPatch keeps what it does not touch, so what is identical was not touched.
    if (Object.hasOwn(before, name) && before[name] === value) continue;
    if (value === null && resource.fields[name]?.nullable !== true) {
      const message = "The field cannot be null; remove it instead.";
      violations.push({ pointer: formatPointer([name]), code: "wrong_type", message });
    }
    changes[name] = value;
  }
  if (violations.length > 0) {
    throw new ApiError("invalid_input", "The patched row is not valid.", { violations });
  }
  return changes;
}
