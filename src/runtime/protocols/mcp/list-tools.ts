import type { McpAnswer, McpContext, McpRequest } from "./context.ts";
import { takePage } from "./list-page.ts";
import { nothingForStrangers, readOffer } from "./offer.ts";

// Tools change with the contract, and what is listed with the caller's roles.
const CACHE = '"ttlMs":60000,"cacheScope":"private"';

/** Answers `tools/list`: the operations that the caller may ever call, in the model's order. */
export async function listTools(context: McpContext, request: McpRequest): Promise<McpAnswer> {
  const { tools } = context;
  const offer = await readOffer(context, request);
  const names = tools.names.filter((name) => offer.allows(tools.operationOf(name) ?? ""));
  if (names.length === 0 && tools.names.length > 0 && request.credentials === undefined) {
    throw nothingForStrangers();
  }
  const page = takePage(names, request.message.params, (name) => name);
  const texts = page.items.map((name) => {
    const plan = tools.get(name);
    return (request.dialect.isModern ? plan?.text : plan?.oldText) ?? "null";
  });
  const next = page.nextCursor === undefined ? [] : [`"nextCursor":${JSON.stringify(page.nextCursor)}`];
  return { kind: "result", members: [`"tools":[${texts.join(",")}]`, ...next, CACHE] };
}
