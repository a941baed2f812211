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
  /** What cursors are bound to. */
  readonly question: string;
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

/** Turns a checked question into what the store reads. Throws `invalid_cursor` for a cursor of another question. */
export function planPage(
  resource: ResourcePlan,
  question: CheckedQuestion,
  options: { readonly access: RowAccess; readonly selection?: Selection },
  scope: PageScope,
): PagePlan {
  const { sort, search } = question;
  const bound = bindingOf(question, scope);
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
      filter: question.filter,
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

/**
 * Cursors to both sides of a page. A page left empty (its rows were deleted meanwhile) points to the ends of the list,
 * so that no row is skipped when the caller turns round.
 */
export function pageInfo(plan: PagePlan, page: StoredPage, cursors: CursorCodec): PageInfo {
  const { position, reversed, question, encodeSort } = plan;
  const backward = position?.backward === true;
  const moved = position !== undefined || (plan.plan.offset ?? 0) > 0;
  const forwardMore = backward ? position.row !== undefined : page.more;
  const backwardMore = backward ? page.more : moved;
  const at = (index: number, towards: boolean): string => {
    const place = reversed ? page.rows.length - 1 - index : index;
    const row = page.rows[place];
    if (row === undefined) return cursors.write(question, { backward: towards });
    const value = page.sortValue(place) ?? null;
    return cursors.write(question, {
      backward: towards,
      row: { id: row.id, value: value === null ? null : encodeSort(value) },
    });
  };
  return {
    nextCursor: forwardMore ? at(page.rows.length - 1, false) : null,
    prevCursor: backwardMore ? at(0, true) : null,
    hasMore: forwardMore,
    ...(page.total === undefined ? {} : { total: page.total }),
  };
}

/** Where the page begins; which way it is read is said by the cursor, unless the question says it. */
function positionOf(
  { cursor, backward }: CheckedQuestion,
  bound: string,
  cursors: CursorCodec,
): CursorPosition | undefined {
  if (cursor === undefined) return backward ? { backward } : undefined;
  const position = cursors.read(bound, cursor);
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

/** The same for the same question however it was put: filters in order of their names, values in order. */
function bindingOf({ filter, sort, search }: CheckedQuestion, { operation, version }: PageScope): string {
  const conditions: JsonValue = filter.map(conditionOf).sort();
  return JSON.stringify([operation, version, sort.field, sort.descending, search ?? null, conditions]);
}

function conditionOf({ field, operator, values }: ListFilter): string {
  const texts = values.map((value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString("base64") : String(value),
  );
  return JSON.stringify([field, operator, texts.sort()]);
}
