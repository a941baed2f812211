import type { CursorCodec } from "../cursor.ts";
import { cursorBeyond, type PagePlan, pageEnds } from "../page.ts";
import type { StoredPage } from "../ports.ts";
import type { SelectedPage } from "../select.ts";
import type { TreeRow } from "./tree-row.ts";

/** A page that the store has read; cursors, which are signed, are written where somebody asks for them. */
export class TreePage implements SelectedPage {
  readonly rows: readonly TreeRow[];
  readonly #plan: PagePlan;
  readonly #page: StoredPage;
  readonly #cursors: CursorCodec;

  constructor(
    rows: readonly TreeRow[],
    {
      plan,
      page,
      cursors,
    }: { readonly plan: PagePlan; readonly page: StoredPage; readonly cursors: CursorCodec },
  ) {
    this.rows = rows;
    this.#plan = plan;
    this.#page = page;
    this.#cursors = cursors;
  }

  get hasMore(): boolean {
    return pageEnds(this.#plan, this.#page).hasNext;
  }

  get nextCursor(): string | null {
    return this.hasMore ? this.cursor(this.rows.length - 1) : null;
  }

  get prevCursor(): string | null {
    return pageEnds(this.#plan, this.#page).hasPrevious ? this.cursor(0, true) : null;
  }

  get total(): number | undefined {
    return this.#page.total;
  }

  cursor(index: number, backward = false): string {
    return cursorBeyond(this.#plan, this.#page, this.#cursors, { index, backward });
  }
}
