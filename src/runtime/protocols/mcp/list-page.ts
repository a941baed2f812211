import { type JsonRecord, McpError, RPC_CODES } from "../../../wire/mcp/index.ts";

/** What one page of a list of tools or resources holds: some hundred kilobytes at most. */
const PAGE_SIZE = 100;

/** One page of a list that is the same for every caller who may see all of it. */
export interface ListPage<T> {
  readonly items: readonly T[];
  readonly nextCursor?: string;
}

/**
 * Takes the page that a request asks for. The cursor names the last item of the page before, so that no process has to
 * remember anything; throws {@link McpError} for a cursor that none of ours is (Pagination, Error Handling).
 */
export function takePage<T>(
  items: readonly T[],
  { cursor }: JsonRecord,
  nameOf: (item: T) => string,
): ListPage<T> {
  let start = 0;
  if (cursor !== undefined) {
    const last = typeof cursor === "string" ? Buffer.from(cursor, "base64url").toString() : undefined;
    start = items.findIndex((item) => nameOf(item) === last) + 1;
    if (start === 0) throw new McpError(RPC_CODES.invalidParams, "The cursor is not one of this list.");
  }
  const page = items.slice(start, start + PAGE_SIZE);
  const last = page.at(-1);
  if (last === undefined || start + PAGE_SIZE >= items.length) return { items: page };
  return { items: page, nextCursor: Buffer.from(nameOf(last)).toString("base64url") };
}
