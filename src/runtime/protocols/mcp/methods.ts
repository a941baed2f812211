import { stringifyJson } from "../../../base/lib/index.ts";
import type { Model } from "../../../contract/model/model.ts";
import {
  type Dialect,
  type JsonRecord,
  McpError,
  negotiateVersion,
  RPC_CODES,
  VERSIONS,
} from "../../../wire/mcp/index.ts";
import { callTool } from "./call-tool.ts";
import { complete } from "./complete.ts";
import type { McpAnswer, McpContext, McpRequest } from "./context.ts";
import { listResources, listTemplates } from "./list-resources.ts";
import { listTools } from "./list-tools.ts";
import { readResource } from "./read-resource.ts";

type Run = (context: McpContext, request: McpRequest) => Promise<McpAnswer> | McpAnswer;

const METHODS: Readonly<Record<string, Run>> = {
  "tools/call": callTool,
  "tools/list": listTools,
  "resources/list": listResources,
  "resources/templates/list": listTemplates,
  "resources/read": readResource,
  "completion/complete": complete,
};

/** Methods that only requests without a handshake have. */
const MODERN: Readonly<Record<string, Run>> = { "server/discover": discover };

/** Methods that went with the handshake. */
const OLD: Readonly<Record<string, Run>> = {
  initialize,
  ping: () => ({ kind: "result", members: [] }),
};

/** Finds what answers a method; throws {@link McpError} where there is none: with 404 from 2026-07-28 on. */
export function methodOf(method: string, { isModern }: Dialect): Run {
  const own = isModern ? MODERN : OLD;
  const run = findOwn(METHODS, method) ?? findOwn(own, method);
  if (run !== undefined) return run;
  const spoken = method === "initialize" ? ` Spoken: ${VERSIONS.join(", ")}.` : "";
  throw new McpError(
    RPC_CODES.methodNotFound,
    `There is no method ${JSON.stringify(method.slice(0, 64))}.${spoken}`,
    { status: isModern ? 404 : 200 },
  );
}

function findOwn(methods: Readonly<Record<string, Run>>, method: string): Run | undefined {
  return Object.hasOwn(methods, method) ? methods[method] : undefined;
}

// Lists do not change while a process runs, so nobody is promised word of it.
const CAPABILITIES: JsonRecord = { tools: {}, resources: {}, completions: {} };

/** What the server says of itself. */
export function serverInfoOf({ name, title, version, versions }: Model): JsonRecord {
  return { name, title, version: versions[version] ?? version };
}

function discover({ model }: McpContext): McpAnswer {
  return {
    kind: "result",
    members: [
      `"supportedVersions":${JSON.stringify(VERSIONS)}`,
      `"capabilities":${stringifyJson(CAPABILITIES)}`,
      `"instructions":${JSON.stringify(instructionsOf(model))}`,
      '"ttlMs":3600000,"cacheScope":"public"',
    ],
  };
}

function initialize({ model, serverInfo }: McpContext, { message }: McpRequest): McpAnswer {
  return {
    kind: "result",
    members: [
      `"protocolVersion":${JSON.stringify(negotiateVersion(message.params.protocolVersion))}`,
      `"capabilities":${stringifyJson(CAPABILITIES)}`,
      `"serverInfo":${stringifyJson(serverInfo)}`,
      `"instructions":${JSON.stringify(instructionsOf(model))}`,
    ],
  };
}

function instructionsOf({ title, description }: Model): string {
  return [
    description === undefined ? `${title}.` : `${title}: ${description}`,
    "Tools are the operations of this API; which ones are listed follows from your credentials.",
    "Lists come in pages: give page.nextCursor as cursor for the next one.",
    "Where idempotencyKey is taken, give a new random one for each thing to be done and the same one when you try again.",
    "Errors say in retry whether the same call may succeed later, and in violations which argument is wrong.",
  ].join("\n");
}
