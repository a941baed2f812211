import { stringifyJson } from "../../../base/lib/index.ts";
import { formatResult, type JsonRecord, META_KEYS } from "../../../wire/mcp/index.ts";
import type { McpRequest, McpResult } from "./context.ts";

/** Writes a result as the message that answers the request. */
export function formatAnswer(
  { message, dialect }: McpRequest,
  answer: McpResult,
  serverInfo: JsonRecord,
): string {
  const named = dialect.isModern ? { ...answer.meta, [META_KEYS.serverInfo]: serverInfo } : answer.meta;
  const members = [
    ...(dialect.isModern ? ['"resultType":"complete"'] : []),
    ...answer.members,
    ...(named === undefined ? [] : [`"_meta":${stringifyJson(named)}`]),
  ];
  return formatResult(message.id, `{${members.join(",")}}`);
}
