import type { Page } from "../../contract/language/index.ts";
import { CallError } from "./call-error.ts";
import type { Listing } from "./client.ts";

/** Makes a list out of a way to fetch one page. */
export function createListing(
  operation: string,
  fetchPage: (cursor: string | undefined) => Promise<Page<unknown>>,
): Listing<unknown> {
  async function* pages(): AsyncGenerator<Page<unknown>, void> {
    const seen = new Set<string>();
    for (let cursor: string | undefined; ; ) {
      const page = await fetchPage(cursor);
      yield page;
      const next = page.page.nextCursor;
      if (next === null || next === undefined) return;
      // Without this a service that repeats itself would be read for ever.
      if (seen.has(next)) {
        throw new CallError("bad-answer", "The pages go in a circle.", { context: { operation } });
      }
      seen.add(next);
      cursor = next;
    }
  }
  return {
    page: (cursor) => fetchPage(cursor),
    pages: () => pages(),
    async *[Symbol.asyncIterator]() {
      for await (const page of pages()) yield* page.data;
    },
  };
}
