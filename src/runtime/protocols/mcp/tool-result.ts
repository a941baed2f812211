import { type JsonValue, stringifyJson } from "../../../base/lib/index.ts";
import { formatErrorDetails } from "../../../wire/mcp/index.ts";
import type { Failure, Success } from "../../engine/index.ts";
import type { McpRequest, McpResult, ResultMeta } from "./context.ts";
import type { ToolPlan } from "./plan.ts";

/** Writes what an operation has answered. */
export function toolResult(
  { dialect, meta: { requestId } }: McpRequest,
  plan: ToolPlan,
  outcome: Success,
): McpResult {
  const version = outcome.version === undefined ? undefined : String(outcome.version);
  const meta: ResultMeta = {
    "concordat/requestId": requestId,
    "concordat/kind": outcome.kind,
    ...(version === undefined ? {} : { "concordat/version": version }),
    ...(outcome.replayed ? { "concordat/replayed": true } : {}),
  };
  if (outcome.kind === "none" || plan.operation.output.kind === "none") {
    return { kind: "result", members: ['"content":[{"type":"text","text":"Done."}]'], meta };
  }
  const json = outcome.json ?? stringifyJson(outcome.value ?? null);
  const content = [textBlock(json)];
  // Models see the content alone, and need the version to name it.
  if (version !== undefined && plan.isVersioned) content.push(textBlock(`version: ${version}`));
  return {
    kind: "result",
    members: [
      `"content":[${content.join(",")}]`,
      ...(dialect.isModern || plan.answersObject ? [`"structuredContent":${json}`] : []),
    ],
    meta,
  };
}

/**
 * Writes a refused call. Its structured form goes into the text and `_meta`, since clients hold `structuredContent` to
 * the tool's output schema whether or not there was an error. Bad credentials are no result: they are HTTP's 401.
 */
export function refusal(
  { meta: { requestId } }: Pick<McpRequest, "meta">,
  { pointerOf }: Pick<ToolPlan, "pointerOf">,
  { error, replayed }: Failure,
): McpResult {
  if (error.status === 401) throw error;
  const details: JsonValue = formatErrorDetails(error, requestId, pointerOf);
  return {
    kind: "result",
    members: [`"content":[${textBlock(stringifyJson(details))}]`, '"isError":true'],
    meta: {
      "concordat/requestId": requestId,
      "concordat/error": details,
      ...(replayed ? { "concordat/replayed": true } : {}),
    },
  };
}

function textBlock(text: string): string {
  return `{"type":"text","text":${JSON.stringify(text)}}`;
}
