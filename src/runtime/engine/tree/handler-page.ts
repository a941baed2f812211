import type { PageInfo } from "../call.ts";
import type { CursorCodec } from "../cursor.ts";
import { cursorBeyond, type PagePlan } from "../page.ts";
import type { StoredPage } from "../ports.ts";
import type { SelectedPage } from "../select.ts";
import type { TreeRow } from "./tree-row.ts";

/** A page that `db.list` gave a handler, by which its cursors can be written. */
export interface ListedPage {
  readonly plan: PagePlan;
  readonly page: StoredPage;
}

/** A page that a handler has answered with. */
export class HandlerPage implements SelectedPage {
  readonly rows: readonly TreeRow[];
  readonly #info: PageInfo;
  readonly #listed: ListedPage | undefined;
  readonly #cursors: CursorCodec;

  constructor(
    rows: readonly TreeRow[],
    from: { readonly info: PageInfo; readonly listed: ListedPage | undefined; readonly cursors: CursorCodec },
  ) {
    this.rows = rows;
    this.#info = from.info;
    this.#listed = from.listed;
    this.#cursors = from.cursors;
  }

  get hasMore(): boolean {
    return this.#info.hasMore;
  }

  get nextCursor(): string | null {
    return this.#info.nextCursor;
  }

  get prevCursor(): string | null {
    return this.#info.prevCursor;
  }

  get total(): number | undefined {
    return this.#info.total;
  }

  cursor(index: number, backward = false): string | null {
    const id = this.rows[index]?.id;
    if (this.#listed === undefined || id === undefined) return null;
    const { plan, page } = this.#listed;
    // The handler may have left rows out.
    const at = page.rows.findIndex((row) => row.id === id);
    if (at === -1) return null;
    const place = plan.reversed ? page.rows.length - 1 - at : at;
    return cursorBeyond(plan, page, this.#cursors, { index: place, backward });
  }
}
