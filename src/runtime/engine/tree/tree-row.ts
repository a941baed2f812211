import { type JsonValue, stringifyJson } from "../../../base/lib/index.ts";
import type { Principal } from "../call.ts";
import type { StoredRow } from "../ports.ts";
import { DENIED, type Denied, type SelectedPage, type SelectedRow } from "../select.ts";
import type { Tree } from "./tree.ts";

/** Where the values of a row come from: the store, or a handler that may have changed them. */
export type RowSource = Pick<StoredRow, "id" | "values" | "expanded" | "jsonAt" | "membersOf" | "valueAt">;

// Most rows have nothing below them, and then nothing is ever put in.
const NOTHING_BELOW: never[] = [];

/** A row and what has been loaded below it. */
export class TreeRow implements SelectedRow {
  readonly source: RowSource;
  readonly #tree: Tree;
  /** Undefined where nothing depends on it. */
  readonly #owned: boolean | undefined;
  /** In the places of the selection; filled by the loader. */
  readonly refs: (SelectedRow | Denied | null)[];
  readonly lists: (SelectedPage | Denied)[];

  constructor(source: RowSource, tree: Tree, principal: Principal | undefined) {
    const { plan } = tree;
    this.source = source;
    this.#tree = tree;
    this.#owned =
      plan.ownerOnly && principal !== undefined && plan.owner !== -1
        ? this.#read(plan.owner) === principal.id
        : undefined;
    this.refs = tree.refs.length === 0 ? NOTHING_BELOW : new Array(tree.refs.length);
    this.lists = tree.lists.length === 0 ? NOTHING_BELOW : new Array(tree.lists.length);
  }

  get id(): string {
    return this.source.id;
  }

  get isText(): boolean {
    return this.source.jsonAt !== undefined;
  }

  value(place: number): JsonValue | Denied | undefined {
    const { fields, names, isOpen } = this.#tree.plan;
    if (!isOpen && this.denies(place)) return DENIED;
    const field = fields[place];
    if (field === undefined) return undefined;
    const { source } = this;
    const value = source.valueAt === undefined ? source.values[field.name] : source.valueAt(names, place);
    return value === undefined ? undefined : field.encode(value);
  }

  json(place: number): string | Denied | undefined {
    const { fields, names, isOpen } = this.#tree.plan;
    if (!isOpen && this.denies(place)) return DENIED;
    const { source } = this;
    if (source.jsonAt !== undefined) return source.jsonAt(names, place);
    const field = fields[place];
    const value = field && source.values[field.name];
    if (field === undefined || value === undefined) return undefined;
    const wire = field.encode(value);
    return typeof wire === "string" ? JSON.stringify(wire) : stringifyJson(wire);
  }

  members(): string | undefined {
    const { source } = this;
    const { fields, names, isOpen } = this.#tree.plan;
    if (!isOpen || fields.length === 0) return undefined;
    return source.membersOf?.(names, fields.length);
  }

  ref(place: number): SelectedRow | Denied | null {
    return this.refs[place] ?? null;
  }

  list(place: number): SelectedPage | Denied {
    const list = this.lists[place];
    if (list === undefined) throw new RangeError(`The selection has no list ${place}`);
    return list;
  }

  /** The id in a ref, by its place among the names read; Denied where the caller may not see it. */
  refId(place: number): string | Denied | undefined {
    if (this.denies(place)) return DENIED;
    const id = this.#read(place);
    return typeof id === "string" ? id : undefined;
  }

  /** Whether the caller may not see what is at this place of the names read. */
  denies(place: number): boolean {
    const { hidden, ownerOnly } = this.#tree.plan;
    return hidden?.[place] === true || (ownerOnly?.[place] === true && this.#owned !== true);
  }

  #read(place: number): unknown {
    const { source } = this;
    const { names } = this.#tree.plan;
    if (source.valueAt !== undefined) return source.valueAt(names, place);
    const name = names[place];
    return name === undefined ? undefined : source.values[name];
  }
}
