import { ApiError } from "../../../base/errors/index.ts";
import type { JsonValue } from "../../../base/lib/json.ts";
import { OPERATION } from "../../../contract/model/index.ts";
import { formatNotification, isRecord, type JsonRecord } from "../../../wire/mcp/index.ts";
import type { Success } from "../../engine/index.ts";
import { formatAnswer } from "./answer.ts";
import type { McpContext, McpRequest, McpResult } from "./context.ts";
import type { ToolPlan } from "./plan.ts";
import { refusal, toolResult } from "./tool-result.ts";

/** How often the operation is asked for: progress is written down twice a second. */
const POLL_MS = 500;
/** Longer than this a caller should not hang on one answer: it gets the operation, and can ask for it later. */
const LONGEST_MS = 300_000;
/** Proxies take a stream that is quiet for half a minute for a dead one. */
const KEEP_ALIVE_MS = 15_000;

/** A long-running call whose caller wants to be told how far it is. */
export interface FollowedCall {
  readonly request: McpRequest;
  readonly plan: ToolPlan;
  readonly progressToken: string | number;
  /** The operation, as it was accepted. */
  readonly outcome: Success;
}

/**
 * Messages that tell the progress of a long-running operation, and at last its result as if the tool had waited for it. Ends with the
 * operation itself where the server closes or time is up: it goes on without anybody who listens. An empty message stands for silence that must not be one.
 */
export async function* followOperation(
  { engine, serverInfo }: McpContext,
  { request, plan, progressToken, outcome }: FollowedCall,
): AsyncGenerator<string> {
  const { credentials, meta, signal, exchange } = request;
  const startedAt = performance.now();
  const last = (answer: McpResult) => formatAnswer(request, answer, serverInfo);
  let latest = outcome;
  let told = Number.NEGATIVE_INFINITY;
  let spokenAt = startedAt;
  for (;;) {
    const row = isRecord(latest.value) ? latest.value : {};
    const ended = endOf(row);
    if (ended !== undefined) {
      yield last(answerOf(ended, { request, plan, outcome }));
      return;
    }
    const now = performance.now();
    const progress = toProgress(row.progress);
    if (progress !== undefined && progress.progress > told) {
      told = progress.progress;
      spokenAt = now;
      yield formatNotification("notifications/progress", { progressToken, ...progress.members });
    } else if (now - spokenAt > KEEP_ALIVE_MS) {
      spokenAt = now;
      yield "";
    }
    if (now - startedAt > LONGEST_MS || exchange.options.isDraining()) break;
    await pause(signal);
    if (signal.aborted) return;
    const asked = await engine.execute({
      operation: `${OPERATION}.get`,
      id: outcome.id,
      credentials,
      meta,
      signal,
    });
    if (!asked.ok) break;
    latest = asked;
  }
  yield last(toolResult(request, plan, { ...latest, kind: "accepted" }));
}

type End =
  | { readonly kind: "result"; readonly value: JsonValue | undefined }
  | { readonly kind: "error"; readonly error: ApiError };

/** How an operation has ended; undefined while it runs. */
function endOf({ status, done, result, error }: JsonRecord): End | undefined {
  if (done !== true) return undefined;
  if (status === "succeeded") return { kind: "result", value: result };
  if (!isRecord(error)) {
    return { kind: "error", error: new ApiError("cancelled", "The operation was cancelled.") };
  }
  const { code, detail, status: http, title, data, errors } = error;
  const violations = Array.isArray(errors)
    ? errors.filter(isRecord).map((one) => ({
        pointer: String(one.pointer),
        code: String(one.code),
        message: String(one.message),
      }))
    : [];
  return {
    kind: "error",
    error: new ApiError(String(code), String(detail), {
      violations,
      ...(typeof http === "number" ? { status: http } : {}),
      ...(typeof title === "string" ? { title } : {}),
      ...(isRecord(data) ? { data } : {}),
    }),
  };
}

function answerOf(ended: End, { request, plan, outcome }: Omit<FollowedCall, "progressToken">): McpResult {
  if (ended.kind === "error")
    return refusal(request, plan, { ok: false, error: ended.error, replayed: false });
  const kind = ended.value === undefined ? "none" : "ok";
  return toolResult(request, plan, { ok: true, value: ended.value, kind, replayed: outcome.replayed });
}

/** Progress as the protocol has it: a number that only grows, and of how much. */
function toProgress(
  progress: JsonValue | undefined,
): { readonly progress: number; readonly members: JsonRecord } | undefined {
  if (!isRecord(progress)) return undefined;
  const { fraction, done, total, message } = progress;
  const counted = typeof done === "number" ? done : undefined;
  const reached = counted ?? (typeof fraction === "number" ? fraction : undefined);
  if (reached === undefined) return undefined;
  const whole = counted === undefined ? 1 : total;
  return {
    progress: reached,
    members: {
      progress: reached,
      ...(typeof whole === "number" ? { total: whole } : {}),
      ...(typeof message === "string" ? { message } : {}),
    },
  };
}

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, POLL_MS);
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
}
