import type { JsonValue } from "../../base/lib/json.ts";
import type { ListFilter } from "../../contract/language/index.ts";
import { compileDecoder, compileEncoder, type Decoder, type Encoder } from "../../contract/schema/index.ts";
import type { PageInfo } from "./call.ts";
import type { CursorCodec, CursorPosition } from "./cursor.ts";
import { type CheckedQuestion, nodesOf } from "./list-question.ts";
import type { ListPlan, RowAccess, StoredPage, StoredRow } from "./ports.ts";
import type { ResourcePlan } from "./resource-plan.ts";
import type { Selection } from "./selection.ts";

/** A page to be read, and what is needed to write its cursors. */
export interface PagePlan {
  readonly plan: ListPlan;
  readonly question: BoundQuestion;
  readonly position: CursorPosition | undefined;
  /** The last page is read in reverse order from the list's end. */
  readonly reversed: boolean;
  readonly encodeSort: Encoder;
}

/** What pages of one operation have in common. */
export interface PageScope {
  readonly resources: ReadonlyMap<string, ResourcePlan>;
  readonly cursors: CursorCodec;
  readonly operation: string;
  readonly version: string;
}

/** What the cursors of a page are bound to; worked out where there is a cursor to read or to write. */
export class BoundQuestion {
  readonly #question: CheckedQuestion;
  readonly #scope: PageScope;
  readonly #parent: ListFilter | undefined;
  #text: string | undefined;

  /** `parent`: a filter beside those of the question. */
  constructor(question: CheckedQuestion, scope: PageScope, parent?: ListFilter) {
    this.#question = question;
    this.#scope = scope;
    this.#parent = parent;
  }

  /**
   * The same for the same question however it was put: filters in order of their names, values in order.
   */
  get text(): string {
    this.#text ??= this.#write();
    return this.#text;
  }

  #write(): string {
    const { filter, sort, search } = this.#question;
    const { operation, version } = this.#scope;
    const all = this.#parent === undefined ? filter : [...filter, this.#parent];
    const conditions: JsonValue = all.map(conditionOf).sort();
    return JSON.stringify([operation, version, sort.field, sort.descending, search ?? null, conditions]);
  }
}

/** What a page is made of beside its question. */
export interface PageOptions {
  readonly access: RowAccess;
  readonly selection?: Pick<Selection, "read" | "expand">;
  /** Chooses the rows of one parent. */
  readonly parent?: ListFilter;
}

/** Turns a checked question into what the store reads. Throws `invalid_cursor` for a cursor of another question. */
export function planPage(
  resource: ResourcePlan,
  question: CheckedQuestion,
  options: PageOptions,
  scope: PageScope,
): PagePlan {
  const { sort, search } = question;
  const { parent } = options;
  const bound = new BoundQuestion(question, scope, parent);
  const { encode, decode } = sortCodec(resource, sort.field, scope.resources);
  const position = positionOf(question, bound, scope.cursors);
  const reversed = position?.backward === true && position.row === undefined;
  const { total } = resource.model.list;
  const { read, expand } = options.selection ?? {};
  return {
    question: bound,
    position,
    reversed,
    encodeSort: encode,
    plan: {
      filter: parent === undefined ? question.filter : [...question.filter, parent],
      sort: reversed ? { field: sort.field, descending: !sort.descending } : sort,
      limit: question.limit,
      access: options.access,
      ...(search === undefined ? {} : { search }),
      ...(position?.row ? { from: fromOf(position.row, position.backward, decode) } : {}),
      ...(question.offset === undefined ? {} : { offset: question.offset }),
      ...(question.total && total !== "none" ? { total } : {}),
      ...(read === undefined ? {} : { fields: read }),
      ...(expand === undefined ? {} : { expand }),
    },
  };
}

/** Rows in the asked order. */
export function rowsOf({ reversed }: PagePlan, page: StoredPage): readonly StoredRow[] {
  return reversed ? page.rows.toReversed() : page.rows;
}

/** Whether rows follow a page, and whether rows come before it. */
export function pageEnds(
  { position, plan }: PagePlan,
  page: StoredPage,
): { readonly hasNext: boolean; readonly hasPrevious: boolean } {
  const backward = position?.backward === true;
  const moved = position !== undefined || (plan.offset ?? 0) > 0;
  return {
    hasNext: backward ? position.row !== undefined : page.more,
    hasPrevious: backward ? page.more : moved,
  };
}

/**
 * A cursor that leads beyond a row of a page. On a page left empty (its rows were deleted meanwhile) it leads from the end
 * of the list, so that no row is skipped when the caller turns round.
 */
export function cursorBeyond(
  { question, reversed, encodeSort }: PagePlan,
  page: StoredPage,
  cursors: CursorCodec,
  { index, backward }: { readonly index: number; readonly backward: boolean },
): string {
  const place = reversed ? page.rows.length - 1 - index : index;
  const row = page.rows[place];
  if (row === undefined) return cursors.write(question.text, { backward });
  const value = page.sortValue(place) ?? null;
  return cursors.write(question.text, {
    backward,
    row: { id: row.id, value: value === null ? null : encodeSort(value) },
  });
}

/** Cursors to both sides of a page. */
export function pageInfo(plan: PagePlan, page: StoredPage, cursors: CursorCodec): PageInfo {
  const { hasNext, hasPrevious } = pageEnds(plan, page);
  const last = { index: page.rows.length - 1, backward: false };
  const first = { index: 0, backward: true };
  return {
    nextCursor: hasNext ? cursorBeyond(plan, page, cursors, last) : null,
    prevCursor: hasPrevious ? cursorBeyond(plan, page, cursors, first) : null,
    hasMore: hasNext,
    ...(page.total === undefined ? {} : { total: page.total }),
  };
}

/** Where the page begins; which way it is read is said by the cursor, unless the question says it. */
function positionOf(
  { cursor, backward }: CheckedQuestion,
  bound: BoundQuestion,
  cursors: CursorCodec,
): CursorPosition | undefined {
  if (cursor === undefined) return backward ? { backward } : undefined;
  const position = cursors.read(bound.text, cursor);
  return backward === undefined ? position : { ...position, backward };
}

function fromOf(row: NonNullable<CursorPosition["row"]>, backward: boolean, decode: Decoder) {
  const value: unknown = row.value === null ? null : decode(row.value, "", []);
  return { value, id: row.id, backward };
}

interface SortCodec {
  readonly encode: Encoder;
  readonly decode: Decoder;
}

const codecs = new WeakMap<ResourcePlan, Map<string, SortCodec>>();

function sortCodec(
  resource: ResourcePlan,
  path: string,
  resources: ReadonlyMap<string, ResourcePlan>,
): SortCodec {
  const own = codecs.get(resource) ?? new Map<string, SortCodec>();
  codecs.set(resource, own);
  let codec = own.get(path);
  if (codec === undefined) {
    const node = nodesOf(resource, path, resources).at(-1) ?? { type: { kind: "json", maxBytes: 65_536 } };
    codec = { encode: compileEncoder(node), decode: compileDecoder(node) };
    own.set(path, codec);
  }
  return codec;
}

function conditionOf({ field, operator, values }: ListFilter): string {
  const texts = values.map((value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString("base64") : String(value),
  );
  return JSON.stringify([field, operator, texts.sort()]);
}
