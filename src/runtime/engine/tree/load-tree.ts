import { ApiError } from "../../../base/errors/index.ts";
import type { ListFilter } from "../../../contract/language/index.ts";
import { NOBODY } from "../access.ts";
import type { Principal } from "../call.ts";
import type { EngineCore } from "../core.ts";
import { BoundQuestion, type PagePlan, type PageScope, planPage, rowsOf } from "../page.ts";
import type { Session, StoredPage, StoredRow } from "../ports.ts";
import { isPromise } from "../record.ts";
import { DENIED, type Denied } from "../select.ts";
import type { ListTree, RefTree, Tree } from "./tree.ts";
import { TreePage } from "./tree-page.ts";
import { type RowSource, TreeRow } from "./tree-row.ts";

/** What loading needs of the call. */
export interface LoadScope {
  readonly core: EngineCore;
  readonly principal: Principal | undefined;
  readonly session: Session;
}

/** Rows that one call may ask for below its own: parents × limit and followed refs, as promised before they are read. */
const MAX_ROWS = 25_000;

/**
 * Loads what a selection has below rows, one statement for each ref or relation whatever the number of its rows; those
 * beside each other at once. A row that several refs name is read, and loaded below, once.
 */
export class TreeLoader {
  readonly #scope: LoadScope;
  #promised = 0;
  /** Rows that were made of what the store gave, those at the root included. */
  rowsRead = 0;

  constructor(scope: LoadScope) {
    this.#scope = scope;
  }

  rows(sources: readonly RowSource[], tree: Tree): readonly TreeRow[] {
    const { principal } = this.#scope;
    this.rowsRead += sources.length;
    return sources.map((source) => new TreeRow(source, tree, principal));
  }

  /** Undefined where there is nothing to wait for. */
  below(rows: readonly TreeRow[], { refs, lists, plan, leaf }: Tree): Promise<unknown> | undefined {
    if (leaf || rows.length === 0) return undefined;
    for (const list of lists) {
      if (list !== undefined) this.#promise(rows.length * list.question.limit, list.path);
    }
    const pending: Promise<unknown>[] = [];
    try {
      for (let place = 0; place < refs.length; place++) {
        const ref = refs[place];
        const one = ref && this.#ref(rows, ref, { place, at: plan.refs[place] ?? -1 });
        if (one !== undefined) pending.push(one);
        if (ref === undefined) for (const row of rows) row.refs[place] = DENIED;
      }
    } catch (thrown) {
      // Nobody waits any more for what has begun.
      for (const one of pending) one.catch(ignore);
      throw thrown;
    }
    for (let place = 0; place < lists.length; place++) {
      const list = lists[place];
      if (list !== undefined) pending.push(this.#list(rows, list, place));
      else for (const row of rows) row.lists[place] = DENIED;
    }
    return pending.length > 1 ? Promise.all(pending) : pending[0];
  }

  /** Puts rows that came with the statement, or that are null for lack of rights, in their places; reads others. */
  #ref(rows: readonly TreeRow[], ref: RefTree, { place, at }: RefPlace): Promise<unknown> | undefined {
    const { principal } = this.#scope;
    const found: FoundRows = { place, ids: [], rows: new Map() };
    let joined = ref.joined;
    for (const row of rows) {
      const id = row.refId(at);
      found.ids.push(id);
      if (typeof id !== "string" || found.rows.has(id)) continue;
      const { expanded } = row.source;
      joined &&= expanded !== undefined;
      const related = joined ? expanded?.[ref.field] : undefined;
      found.rows.set(id, related ? new TreeRow(related, ref.tree, principal) : null);
    }
    if (joined || ref.access === undefined || found.rows.size === 0) return this.#refsFound(rows, ref, found);
    return this.#follow(rows, ref, found);
  }

  #follow(rows: readonly TreeRow[], ref: RefTree, found: FoundRows): Promise<unknown> | undefined {
    const { tree, access = NOBODY, path } = ref;
    const { principal, session } = this.#scope;
    this.#promise(found.rows.size, path);
    const { plan, expand } = tree;
    const read = session.getMany(plan.view.resource.name, [...found.rows.keys()], {
      fields: plan.names,
      access,
      ...(expand === undefined ? {} : { expand }),
    });
    const put = (related: readonly StoredRow[]) => {
      for (const row of related) found.rows.set(row.id, new TreeRow(row, tree, principal));
      return this.#refsFound(rows, ref, found);
    };
    return isPromise(read) ? read.then(put) : put(read);
  }

  #refsFound(rows: readonly TreeRow[], { tree }: RefTree, found: FoundRows): Promise<unknown> | undefined {
    const { place, ids } = found;
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index];
      const id = ids[index];
      if (row === undefined) continue;
      row.refs[place] = id === DENIED ? DENIED : id === undefined ? null : (found.rows.get(id) ?? null);
    }
    const below: TreeRow[] = [];
    for (const row of found.rows.values()) if (row !== null) below.push(row);
    this.rowsRead += below.length;
    return this.below(below, tree);
  }

  async #list(rows: readonly TreeRow[], list: ListTree, place: number): Promise<void> {
    const ids = rows.map(({ id }) => id);
    const [only] = ids;
    const pages =
      only !== undefined && ids.length === 1 ? await this.#page(only, list) : await this.#pages(ids, list);
    const all: TreeRow[] = [];
    for (const [index, parent] of rows.entries()) {
      const read = pages[index];
      if (read === undefined) continue;
      const own = this.rows(rowsOf(read.plan, read.page), list.tree);
      for (const row of own) all.push(row);
      parent.lists[place] = new TreePage(own, { ...read, cursors: this.#scope.core.cursors });
    }
    await this.below(all, list.tree);
  }

  /** One parent's page is a page like any other, and so its statement is that of the list. */
  async #page(id: string, list: ListTree): Promise<readonly ReadPage[]> {
    const plan = this.#plan(list, parentOf(list, id));
    return [{ plan, page: await this.#scope.session.list(list.resource.name, plan.plan) }];
  }

  async #pages(ids: readonly string[], list: ListTree): Promise<readonly ReadPage[]> {
    const { question, resource, ref } = list;
    // A cursor belongs to one parent's list: to those of the others it is foreign, and refused.
    if (question.cursor !== undefined) for (const id of ids) this.#plan(list, parentOf(list, id));
    const shared = this.#plan(list);
    const bounds = this.#bounds(resource.name);
    const pages = await this.#scope.session.listMany(resource.name, { ...shared.plan, ref }, ids);
    return ids.map((id, index): ReadPage => {
      const page = pages[index];
      if (page === undefined) throw new TypeError("The store gave fewer pages than it was asked for");
      return { plan: { ...shared, question: new BoundQuestion(question, bounds, parentOf(list, id)) }, page };
    });
  }

  #plan({ resource, question, access, tree }: ListTree, parent?: ListFilter): PagePlan {
    const { expand } = tree;
    const selection = { read: tree.plan.names, expand };
    const options = { access, selection, ...(parent === undefined ? {} : { parent }) };
    return planPage(resource, question, options, this.#bounds(resource.name));
  }

  #bounds(resource: string): PageScope {
    const { resources, cursors, version } = this.#scope.core;
    return { resources, cursors, operation: `${resource}.list`, version };
  }

  #promise(rows: number, path: string): void {
    this.#promised += rows;
    if (this.#promised <= MAX_ROWS) return;
    throw new ApiError(
      "too_complex",
      `The selection asks for ${this.#promised} rows below its own where it comes to ${path}; at most ${MAX_ROWS} are read. Ask for fewer rows of each list.`,
    );
  }
}

interface ReadPage {
  readonly plan: PagePlan;
  readonly page: StoredPage;
}

/** Rows that a ref names. */
interface FoundRows {
  /** Of the ref, among those of the selection. */
  readonly place: number;
  /** What the ref holds, row by row. */
  readonly ids: (string | Denied | undefined)[];
  /** Null: none that the caller may read. */
  readonly rows: Map<string, TreeRow | null>;
}

interface RefPlace {
  /** Among the refs of the selection. */
  readonly place: number;
  /** Among the names read. */
  readonly at: number;
}

function parentOf({ ref }: ListTree, id: string): ListFilter {
  return { field: ref, operator: "in", values: [id] };
}

function ignore(): void {}
