import { ApiError } from "../../../base/errors/index.ts";
import { isRecord, McpError, RPC_CODES, readToolArguments } from "../../../wire/mcp/index.ts";
import type { Call, Outcome } from "../../engine/index.ts";
import { tooLarge } from "../read-body.ts";
import type { McpAnswer, McpContext, McpRequest } from "./context.ts";
import { ENVELOPE_BYTES } from "./limits.ts";
import type { ToolPlan } from "./plan.ts";
import { followOperation } from "./progress.ts";
import { refusal, toolResult } from "./tool-result.ts";

/** Answers `tools/call`: errors of the API are results with `isError`, so that the model behind the client reads them. */
export function callTool(context: McpContext, request: McpRequest): Promise<McpAnswer> | McpAnswer {
  const { name, arguments: given = {} } = request.message.params;
  const plan = typeof name === "string" ? context.tools.get(name) : undefined;
  if (plan === undefined) {
    throw new McpError(
      RPC_CODES.invalidParams,
      `Unknown tool: ${JSON.stringify(name ?? null).slice(0, 200)}`,
    );
  }
  if (!isRecord(given)) throw new McpError(RPC_CODES.invalidParams, '"arguments" must be an object.');
  request.exchange.operation = plan.operation.id;
  const outcome = execute(context, request, plan, given);
  if (!(outcome instanceof Promise)) return finish(context, request, plan, outcome);
  return outcome.then((later) => finish(context, request, plan, later));
}

function execute(
  { engine }: McpContext,
  { credentials, meta, signal, bodyBytes }: McpRequest,
  { operation, names }: ToolPlan,
  given: Parameters<typeof readToolArguments>[0],
): Promise<Outcome> | Outcome {
  let call: Call;
  try {
    if (bodyBytes > operation.maxBodyBytes + ENVELOPE_BYTES) throw tooLarge(operation.maxBodyBytes);
    const { idempotencyKey, ifMatch, waitSeconds, ...parts } = readToolArguments(given, names);
    // Arguments are always an object, so an input that could be empty is.
    const empty = operation.input === undefined ? {} : { input: {} };
    call = {
      ...empty,
      ...parts,
      operation: operation.id,
      ...(idempotencyKey === undefined ? {} : { idempotency: { key: idempotencyKey } }),
      ...(ifMatch === undefined ? {} : { precondition: { ifMatch } }),
      ...(operation.longRunning === undefined ? {} : { waitMs: (waitSeconds ?? 0) * 1000 }),
      credentials,
      meta,
      signal,
    };
  } catch (thrown) {
    if (!(thrown instanceof ApiError)) throw thrown;
    return { ok: false, error: thrown, replayed: false };
  }
  return engine.execute(call);
}

function finish(context: McpContext, request: McpRequest, plan: ToolPlan, outcome: Outcome): McpAnswer {
  if (!outcome.ok) return refusal(request, plan, outcome);
  const { progressToken } = request.message.meta;
  const isWaiting = outcome.kind === "accepted" && request.takesEvents;
  if (isWaiting && (typeof progressToken === "string" || typeof progressToken === "number")) {
    return { kind: "events", messages: followOperation(context, { request, plan, progressToken, outcome }) };
  }
  return toolResult(request, plan, outcome);
}
